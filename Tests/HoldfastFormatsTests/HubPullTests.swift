import Foundation
import HoldfastFormats
import Synchronization
import Testing

@Suite("Fetching from a hub", .serialized)
struct HubPullTests {
  /// A repository of one model in several forms, and what is not needed of it.
  private static func repository() throws -> Scratch {
    let scratch = try Scratch()
    var weights = [UInt8](repeating: 0, count: 300_000)
    for index in weights.indices { weights[index] = UInt8(truncatingIfNeeded: index &* 167 >> 3) }
    try scratch.write(weights, to: "model.safetensors")
    for (name, text) in [
      ("pytorch_model.bin", "the same weights again"), ("config.json", "{\"a\": 1}"),
      ("vocab.json", "{}"), ("merges.txt", "#version\n"), ("README.md", "words"),
      ("onnx/model.json", "{}"), (".gitattributes", "*.bin lfs"), ("a name+with & signs.txt", "x"),
    ] {
      try scratch.write(Array(text.utf8), to: name)
    }
    return scratch
  }

  private static let wanted = [
    "a name+with & signs.txt", "config.json", "merges.txt", "model.safetensors", "vocab.json",
  ]

  private func expectWhole(_ snapshot: String, of source: Scratch) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: snapshot).sorted()
    #expect(names == Self.wanted)
    for name in names {
      let mine = try Data(contentsOf: URL(fileURLWithPath: "\(snapshot)/\(name)"))
      #expect(try mine == Data(contentsOf: URL(fileURLWithPath: source.path + name)), "\(name)")
    }
  }

  private func blobs(_ cache: Scratch) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: cache.path + "models--org--tiny/blobs")
  }

  @Test("brings one form of the weights and what lies beside them, in the cache's own layout")
  func layout() throws {
    let (source, cache) = (try Self.repository(), try Scratch())
    let hub = try HubServer(source.path)
    let seen = Mutex<[HubPull.Progress]>([])
    let snapshot = try hub.pull(into: cache.path).run(
      HubReference("org/tiny"),
      progress: { progress in seen.withLock { $0.append(progress) } })
    try expectWhole(snapshot, of: source)
    #expect(
      try HubCache(directory: cache.path).snapshot(of: HubReference("hf:org/tiny")) == snapshot)
    let reference = try String(
      contentsOfFile: cache.path + "models--org--tiny/refs/main", encoding: .utf8)
    #expect(reference == HubServer.commit)
    let link = try FileManager.default.destinationOfSymbolicLink(
      atPath: "\(snapshot)/model.safetensors")
    let sum = try Checksum.sha256(ofFileAt: source.path + "model.safetensors")
    #expect(link == "../../blobs/\(sum)")
    let small = try FileManager.default.destinationOfSymbolicLink(atPath: "\(snapshot)/config.json")
    // git hash-object of {"a": 1}
    #expect(small == "../../blobs/4a036f56bb619924ec4189bd84ed716c766971ae")
    seen.withLock { all in
      #expect(all.last.map { $0.bytes == $0.total } ?? false)
      #expect(zip(all, all.dropFirst()).allSatisfy { $0.bytes <= $1.bytes })
    }

    let asked = try hub.requests.count
    _ = try hub.pull(into: cache.path).run(HubReference("org/tiny"))
    #expect(try hub.requests.count == asked + 1, "what is there was asked for again")
  }

  @Test("goes on where a connection broke off, within a pull and after one that failed")
  func drops() throws {
    let (source, cache) = (try Self.repository(), try Scratch())
    let hub = try HubServer(source.path, plan: #"{"drop": 3}"#)
    let snapshot = try hub.pull(into: cache.path).run(HubReference("org/tiny"))
    try expectWhole(snapshot, of: source)
    let ranges = try hub.requests.filter { $0.path.contains("/other/") }.map(\.range)
    #expect(ranges == [nil, "bytes=150000-", "bytes=225000-", "bytes=262500-"])

    let other = try Scratch()
    let failing = try HubServer(source.path, plan: #"{"drop": 1}"#)
    expectFormatError("the transfer failed") {
      _ = try failing.pull(into: other.path, attempts: 1).run(HubReference("org/tiny"))
    }
    #expect(!FileManager.default.fileExists(atPath: other.path + "models--org--tiny/refs/main"))
    #expect(try blobs(other).contains { $0.hasSuffix(".incomplete") })
    try expectWhole(
      failing.pull(into: other.path).run(HubReference("org/tiny")), of: source)
    #expect(
      try failing.requests.filter { $0.path.contains("/other/") }.map(\.range)
        == [nil, "bytes=150000-"])
    #expect(try !blobs(other).contains { $0.hasSuffix(".incomplete") })
  }

  @Test(
    "begins anew where a server cannot go on, or goes on from elsewhere",
    arguments: [#"{"drop": 1, "deaf": 1}"#, #"{"drop": 1, "skewed": 1}"#])
  func withoutRange(plan: String) throws {
    let (source, cache) = (try Self.repository(), try Scratch())
    let hub = try HubServer(source.path, plan: plan)
    try expectWhole(hub.pull(into: cache.path).run(HubReference("org/tiny")), of: source)
  }

  @Test("believes no bytes whose checksum is wrong")
  func corruption() throws {
    let (source, cache) = (try Self.repository(), try Scratch())
    let once = try HubServer(source.path, plan: #"{"corrupt": 2}"#)
    try expectWhole(once.pull(into: cache.path).run(HubReference("org/tiny")), of: source)

    let other = try Scratch()
    let always = try HubServer(source.path, plan: #"{"corrupt": 1000}"#)
    expectFormatError("does not have the checksum") {
      _ = try always.pull(into: other.path).run(HubReference("org/tiny"))
    }
    let left = try blobs(other)
    #expect(left.allSatisfy { $0.hasSuffix(".incomplete") })
    // What an older process left half done, and wrong, does not stay either.
    let sum = try Checksum.sha256(ofFileAt: source.path + "model.safetensors")
    let third = try Scratch()
    for size in [1000, 300_000, 400_000] {
      try third.write(
        [UInt8](repeating: 7, count: size), to: "models--org--tiny/blobs/\(sum).incomplete")
      let hub = try HubServer(source.path)
      try expectWhole(hub.pull(into: third.path).run(HubReference("org/tiny")), of: source)
      try FileManager.default.removeItem(atPath: third.path + "models--org--tiny")
    }
  }

  @Test("does not write through a link where a file comes in")
  func links() throws {
    let (source, cache) = (try Self.repository(), try Scratch())
    let sum = try Checksum.sha256(ofFileAt: source.path + "model.safetensors")
    try cache.write(Array("mine".utf8), to: "victim")
    try cache.write([], to: "models--org--tiny/blobs/other")
    try FileManager.default.createSymbolicLink(
      atPath: cache.path + "models--org--tiny/blobs/\(sum).incomplete",
      withDestinationPath: cache.path + "victim")
    let hub = try HubServer(source.path)
    expectFormatError("symbolic link") {
      _ = try hub.pull(into: cache.path).run(HubReference("org/tiny"))
    }
    #expect(try OwnFile.contents(of: cache.path + "victim") == Data("mine".utf8))
  }

  @Test("shows a token to the hub and to nobody that it redirects to")
  func token() throws {
    let (source, cache) = (try Self.repository(), try Scratch())
    let hub = try HubServer(source.path, plan: #"{"token": "hf_secret", "rename": "org/old"}"#)
    expectFormatError("is private, gated, or does not exist") {
      _ = try hub.pull(into: cache.path).run(HubReference("org/tiny"))
    }
    expectFormatError("is closed to this token") {
      _ = try hub.pull(into: cache.path, token: "hf_wrong").run(HubReference("org/tiny"))
    }
    let pull = hub.pull(into: cache.path, token: "hf_secret")
    try expectWhole(pull.run(HubReference("org/tiny")), of: source)
    // A redirect within the hub keeps it.
    #expect(try pull.run(HubReference("org/old")).contains("models--org--old"))
    let requests = try hub.requests
    #expect(requests.contains { $0.host == "localhost" })
    #expect(requests.filter { $0.host == "localhost" }.allSatisfy { $0.authorization == nil })
  }

  @Test("waits for a hub that is busy, and gives up on what will not pass")
  func failures() throws {
    let source = try Self.repository()
    let busy = try HubServer(source.path, plan: #"{"busy": 2}"#)
    let cache = try Scratch()
    try expectWhole(busy.pull(into: cache.path).run(HubReference("org/tiny")), of: source)
    let dead = try HubServer(source.path, plan: #"{"busy": 1000}"#)
    expectFormatError("status 503") {
      _ = try dead.pull(into: Scratch().path).run(HubReference("org/tiny"))
    }
    #expect(try dead.requests.count == 4)
    let hub = try HubServer(source.path, plan: #"{"loop": 1}"#)
    expectFormatError("redirects in a circle") {
      _ = try hub.pull(into: Scratch().path).run(HubReference("org/tiny"))
    }
    expectFormatError("does not exist on the hub") {
      _ = try hub.pull(into: Scratch().path).run(HubReference("org/none"))
    }
    expectFormatError("the transfer failed") {
      let nobody = HubEndpoint(address: "http://127.0.0.1:9")
      _ = try HubPull(
        into: HubCache(directory: Scratch().path), from: nobody, attempts: 2, pause: 0.01
      ).run(HubReference("org/tiny"))
    }
    expectFormatError("HF_HUB_OFFLINE forbids") {
      let offline = HubEndpoint(environment: ["HF_HUB_OFFLINE": "1", "HF_ENDPOINT": hub.address])
      _ = try HubPull(from: offline).run(HubReference("org/tiny"))
    }
  }

  @Test(
    "leaves the cache by no name that a hub lists",
    arguments: ["../x.json", "/etc/x.json", "a/../../x.json", "a//b.json", "a\\\\b.json", "."])
  func escapes(name: String) throws {
    let source = try Self.repository()
    let hub = try HubServer(source.path, plan: #"{"names": ["\#(name)"]}"#)
    expectFormatError("which is not a path inside the repository") {
      _ = try hub.pull(into: Scratch().path).run(HubReference("org/tiny"))
    }
  }

  @Test("brings the shards that an index names, and files that are asked for")
  func shards() throws {
    let (source, cache) = (try Scratch(), try Scratch())
    let index = #"{"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}"#
    try source.write(Array(index.utf8), to: "model.safetensors.index.json")
    for name in ["m-1.safetensors", "m-2.safetensors", "m-3.safetensors", "deep/in/here.bin"] {
      try source.write(Array(name.utf8), to: name)
    }
    let hub = try HubServer(source.path)
    let snapshot = try hub.pull(into: cache.path).run(
      HubReference("org/tiny"), files: [])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: snapshot).sorted()
        == ["m-1.safetensors", "m-2.safetensors", "model.safetensors.index.json"])
    let more = try hub.pull(into: cache.path).run(
      HubReference("org/tiny"), files: ["deep/in/here.bin"])
    #expect(
      try String(contentsOfFile: "\(more)/deep/in/here.bin", encoding: .utf8) == "deep/in/here.bin")
    expectFormatError("holds no file 'none.bin'") {
      _ = try hub.pull(into: cache.path).run(HubReference("org/tiny"), files: ["none.bin"])
    }
    try FileManager.default.removeItem(atPath: source.path + "model.safetensors.index.json")
    expectFormatError("say which with --file NAME") {
      _ = try hub.pull(into: cache.path).run(HubReference("org/tiny"))
    }
  }

  @Test("takes turns with another pull of the same files")
  func turns() async throws {
    let (source, cache) = (try Self.repository(), try Scratch())
    let hub = try HubServer(source.path)
    let pull = hub.pull(into: cache.path)
    let snapshots = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<2 {
        group.addTask {
          try await withCheckedThrowingContinuation { result in
            Thread.detachNewThread {
              result.resume(with: Result { try pull.run(HubReference("org/tiny")) })
            }
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(snapshots).count == 1)
    try expectWhole(snapshots[0], of: source)
    #expect(try hub.requests.filter { $0.path.contains("/other/") }.count == 1)
  }

  @Test("asks the hub that the environment names, as who it names")
  func environment() throws {
    let plain = HubEndpoint(environment: ["HOME": "/nowhere"])
    #expect(plain.address == "https://huggingface.co")
    #expect(plain.token == nil && !plain.isOffline)
    let own = HubEndpoint(environment: [
      "HF_ENDPOINT": "https://hub.example/", "HF_TOKEN": " hf_x\n", "HF_HUB_OFFLINE": "YES",
    ])
    #expect(own.address == "https://hub.example")
    #expect(own.token == "hf_x" && own.isOffline)
    let scratch = try Scratch()
    try scratch.write(Array("hf_stored\n".utf8), to: "token")
    #expect(HubEndpoint(environment: ["HF_HOME": scratch.path]).token == "hf_stored")
  }
}
