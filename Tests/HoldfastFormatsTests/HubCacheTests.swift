import Foundation
import HoldfastFormats
import Testing

@Suite("Hugging Face cache")
struct HubCacheTests {
  private let commit = String(repeating: "0a", count: 20)

  @Test("is where the environment says")
  func places() {
    #expect(HubCache(environment: ["HF_HUB_CACHE": "/a", "HF_HOME": "/b"]).directory == "/a")
    #expect(HubCache(environment: ["HF_HOME": "~/b", "HOME": "/h"]).directory == "/h/b/hub")
    #expect(
      HubCache(environment: ["HF_HUB_CACHE": "", "HOME": "/h"]).directory
        == "/h/.cache/huggingface/hub")
    #expect(HubCache(environment: ["XDG_CACHE_HOME": "/x"]).directory == "/x/huggingface/hub")
  }

  @Test("resolves branches, pull requests and commits")
  func snapshots() throws {
    let scratch = try Scratch()
    let cache = HubCache(directory: String(scratch.path.dropLast()))
    let root = "models--openai--clip/"
    try scratch.write(Array(commit.utf8), to: root + "refs/main")
    try scratch.write(Array((commit + "\n").utf8), to: root + "refs/refs/pr/1")
    try scratch.write([1], to: root + "snapshots/\(commit)/model.safetensors")
    let snapshot = scratch.path + root + "snapshots/\(commit)"
    for text in [
      "hf:openai/clip", "openai/clip@main", "hf:openai/clip@refs/pr/1", "hf:openai/clip@\(commit)",
    ] {
      #expect(try cache.snapshot(of: HubReference(text)) == snapshot)
    }
    try scratch.write([1], to: "datasets--sets--small/snapshots/\(commit)/x.tar")
    let data = try HubReference("hf:sets/small@\(commit)", kind: .dataset)
    #expect(try cache.snapshot(of: data).hasSuffix(commit))
  }

  @Test("prints the command that fetches what is missing")
  func missing() throws {
    let scratch = try Scratch()
    let cache = HubCache(directory: scratch.path)
    expectFormatError("run `holdfast pull org/name@v2`") {
      _ = try cache.snapshot(of: HubReference("hf:org/name@v2"))
    }
    try scratch.write(Array("../../../etc".utf8), to: "models--org--name/refs/main")
    expectFormatError("does not hold a commit") {
      _ = try cache.snapshot(of: HubReference("hf:org/name"))
    }
    expectFormatError("revision v2") { _ = try cache.snapshot(of: HubReference("org/name@v2")) }
  }

  @Test(
    "is not left by any name",
    arguments: [
      "hf:", "hf:../x", "hf:a/../b", "hf:/etc", "hf:a/b/c", "hf:a//b", "hf:a/b@", "hf:a/b@../../c",
      "hf:a/b@/etc", "hf:a/b@x//y", "hf:a--b/c", "hf:a/b c", "hf:a/b\u{0}", "hf:-x/y", "hf:ä/b",
    ])
  func escapes(text: String) {
    expectFormatError("does not name a repository") { _ = try HubReference(text) }
  }
}
