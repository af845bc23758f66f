"""A hub that misbehaves on demand, for the tests of HubPull.

    python3 hub.py FOLDER PLAN

FOLDER holds the files of the one repository, org/tiny; those that end in .safetensors or .bin are
large, and so come by a redirect from another host, as on the real hub. PLAN is a JSON object:

  drop      break the connection after half of the bytes, this many times
  corrupt   send wrong bytes, this many times
  busy      answer 503, this many times
  deaf      ignore Range
  skewed    continue from one byte too late
  token     the token without which everything is 401
  names     further names to list, as a hostile hub would
  loop      redirect in a circle
  rename    redirect from this name of a repository to org/tiny, on the same host

The port is printed on the first line; then a JSON object for each request.
"""

import hashlib
import http.server
import json
import sys
import threading
import urllib.parse
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
folder, plan = Path(sys.argv[1]), json.loads(sys.argv[2])
lock = threading.Lock()


def is_large(name):
    return name.endswith((".safetensors", ".bin"))


def listing():
    siblings = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data, name = path.read_bytes(), str(path.relative_to(folder))
        entry = {"rfilename": name, "size": len(data)}
        entry["blobId"] = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        if is_large(name):
            digest = hashlib.sha256(data).hexdigest()
            entry["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 134}
        siblings.append(entry)
    for name in plan.get("names", []):
        siblings.append({"rfilename": name, "size": 1, "blobId": "0" * 40})
    return {"id": "org/tiny", "sha": COMMIT, "siblings": siblings}


def take(fault):
    """Whether a fault happens now; it happens as often as the plan says."""
    with lock:
        left = plan.get(fault, 0)
        plan[fault] = left - 1 if left else 0
        return left > 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        request = {
            "path": self.path, "host": self.headers["Host"].split(":")[0],
            "range": self.headers["Range"], "authorization": self.headers["Authorization"],
        }
        with lock:
            print(json.dumps(request), flush=True)
        path = urllib.parse.unquote(urllib.parse.urlparse(self.path).path)
        is_other = path.startswith("/other/")
        token = plan.get("token")
        if token and not is_other and self.headers["Authorization"] != f"Bearer {token}":
            return self.answer(401, b"{}")
        old = plan.get("rename")
        if old and f"/{old}/" in path:
            return self.redirect(self.path.replace(f"/{old}/", "/org/tiny/"))
        if path.startswith("/api/models/org/tiny/revision/"):
            if take("busy"):
                return self.answer(503, b"", {"Retry-After": "0.01"})
            return self.answer(200, json.dumps(listing()).encode())
        prefix = f"/org/tiny/resolve/{COMMIT}/"
        if not is_other and not path.startswith(prefix):
            return self.answer(404, b"{}")
        name = path.removeprefix("/other/").removeprefix(prefix)
        if plan.get("loop"):
            return self.redirect(self.path)
        if is_large(name) and not is_other:
            port = self.server.server_address[1]
            return self.redirect(f"http://localhost:{port}/other/{urllib.parse.quote(name)}")
        self.content((folder / name).read_bytes())

    def content(self, data):
        status, headers, start = 200, {}, 0
        wanted = self.headers["Range"]
        if wanted and not plan.get("deaf"):
            start = int(wanted.removeprefix("bytes=").split("-")[0]) + plan.get("skewed", 0)
            if start >= len(data):
                return self.answer(416, b"")
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        body = data[start:]
        if take("corrupt"):
            body = bytes(b ^ 1 for b in body)
        if take("drop"):
            self.send_response(status)
            for key, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body[:len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            return self.connection.close()
        self.answer(status, body, headers)

    def redirect(self, place):
        self.answer(302, b"moved", {"Location": place})

    def answer(self, status, body, headers={}):
        self.send_response(status)
        for key, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
