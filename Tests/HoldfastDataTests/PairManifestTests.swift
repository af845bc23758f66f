import Foundation
import HoldfastData
import HoldfastTestSupport
import Testing

@Suite("Pair manifests")
struct PairManifestTests {
  /// The manifest of a text over pictures `a.png`, `b.png` and `c.png`.
  private func open(
    _ text: String, _ name: String = "pairs.csv", _ check: (PairManifest) throws -> Void
  ) throws {
    try Place.with { place in
      for name in ["a.png", "b.png", "c.png"] { try place.picture(name) }
      try place.write(text, name)
      try check(try openPairs(at: place.path(name)))
    }
  }

  private static let csv = """
    input,caption
    a.png,a cat
    b.png,"a dog, asleep"
    a.png,an animal
    b.png, an animal
    """
  private static let lines = """
    {"input": "a.png", "caption": "a cat"}

    {"input": "b.png", "caption": "a dog, asleep"}
    {"input": "a.png", "caption": ["an animal"], "id": 7}
    {"caption": "an animal ", "input": "b.png"}
    """

  @Test(
    "are read from both forms; a caption of several inputs is one entry",
    arguments: [("pairs.csv", csv), ("pairs.CSV", "\u{FEFF}" + csv + "\n"), ("p.jsonl", lines)])
  func forms(name: String, text: String) throws {
    try open(text, name) { pairs in
      #expect(pairs.inputs.kind == .files)
      #expect(pairs.inputs.entries.map(\.name) == ["a.png", "b.png"])
      #expect(pairs.inputs.entries.allSatisfy { $0.file.hasSuffix("/\($0.name)") })
      #expect(pairs.partners.kind == .captions)
      #expect(pairs.partners.entries.map(\.name) == ["a cat", "a dog, asleep", "an animal"])
      #expect(pairs.links == [[0, 2], [1, 2]])
    }
  }

  @Test("give their inputs as samples, with the first partner for a label")
  func samples() throws {
    try open(Self.csv) { pairs in
      let set = try pairs.set()
      #expect(set.layout == "pairs")
      let items = try set.items()
      #expect(items.map(\.id) == ["a.png", "b.png"])
      #expect(items.map(\.label) == [0, 1])
    }
  }

  @Test("can be turned round where both sides are pictures")
  func swapped() throws {
    try open("input,partner\na.png,c.png\nb.png,c.png\nb.png,a.png\n") { pairs in
      #expect(pairs.partners.kind == .files)
      #expect(pairs.links == [[0], [0, 1]])
      let swapped = pairs.swapped
      #expect(swapped.inputs.entries.map(\.name) == ["c.png", "a.png"])
      #expect(swapped.partners.entries.map(\.name) == ["a.png", "b.png"])
      #expect(swapped.links == [[0, 1], [1]])
      #expect(swapped.swapped.links == pairs.links)
      let samples = try swapped.set().items()
      #expect(samples.map(\.id) == ["c.png", "a.png"])
    }
    try open(Self.csv) { pairs in
      #expect(words { try pairs.swapped.set() }.contains("captions are not samples"))
    }
  }

  @Test("have a listing that changes with every pair, caption and file")
  func listing() throws {
    var listings: Set<String> = []
    let texts = [
      "input,caption\na.png,x\nb.png,y\n", "input,caption\na.png,x\nb.png,z\n",
      "input,caption\na.png,x\nb.png,y\na.png,y\n", "input,caption\nc.png,x\nb.png,y\n",
    ]
    for text in texts { try open(text) { listings.insert(try $0.listing()) } }
    #expect(listings.count == texts.count)
    try open(texts[0]) { pairs in
      let again = try pairs.listing()
      #expect(listings.contains(again))
    }
  }

  @Test(
    "that are wrong are refused with the row or line",
    arguments: [
      ("p.csv", "image,caption\na.png,x\n", "needs the column `input`"),
      ("p.csv", "input,caption,partner\na.png,x,y\n", "one of `caption` and `partner`"),
      ("p.csv", "", "needs the column `input`"),
      ("p.csv", "input,caption\n", "lists no pairs"),
      ("p.csv", "input,caption\na.png,x\nb.png,\n", "row 3 has no input or no caption"),
      ("p.csv", "input,partner\n,b.png\n", "row 2 has no input or no partner"),
      ("p.csv", "input,caption\na.png,x\nb.png,y\na.png,x\n", "row 4 pairs `a.png` with `x` again"),
      ("p.csv", "input,caption\na.png,x\nb.png,x\n", "pairs everything with `x`"),
      ("p.csv", "input,caption\na.png,x,y\n", "row 2 has more fields"),
      ("p.csv", "input,caption\na.png,\"x\nb.png,y\n", "row 2 has a field with a line break"),
      (
        "p.jsonl", "{\"input\": \"a.png\", \"caption\": \"x\"}\n{\"input\": \"a.png\"}", "line 2 is"
      ),
      ("p.jsonl", "{\"input\": 3, \"caption\": \"x\"}\n", "line 1 is not an object"),
      ("p.jsonl", "{\"input\": \"a.png\", \"caption\": []}\n", "line 1 is not an object"),
      ("p.jsonl", "{\"input\": \"a.png\", \"caption\": [1]}\n", "line 1 is not an object"),
      ("p.jsonl", "{\"input\": \"a.png\", \"caption\": [\"\"]}\n", "line 1 has no input or no"),
      ("p.jsonl", "[]\n", "line 1 is not an object"),
      ("p.jsonl", "{\"input\": \"a.png\", \"cap", "line 1 is not an object"),
      (
        "p.jsonl",
        "{\"input\": \"a.png\", \"caption\": \"x\"}\n{\"input\": \"a.png\", \"partner\": \"b.png\"}",
        "line 2 has a partner, unlike"
      ),
      ("p.jsonl", "", "lists no pairs"), ("p.txt", "input,caption\n", "holds no pairs"),
    ])
  func wrong(name: String, text: String, sentence: String) throws {
    let message = words { try open(text, name) { _ in } }
    #expect(message.contains(sentence), "\(message)")
    #expect(message.contains("\n\nhint: "))
  }

  @Test("that are not there, or name pictures that are not, are refused")
  func missing() throws {
    try Place.with { place in
      #expect(
        words { try openPairs(at: place.path("no.csv")) }.contains("is neither a file nor a folder")
      )
      #expect(words { try openPairs(at: place.url.path) }.contains("holds no pairs"))
      try place.picture("a.png")
      try place.write("input,caption\na.png,x\ngone.png,y\n", "p.csv")
      let pairs = try openPairs(at: place.path("p.csv"))
      #expect(words { try pairs.set() }.contains("gone.png`: does not exist"))
      #expect(words { try pairs.listing() }.contains("gone.png`: does not exist"))
      try place.write([0x69, 0xFF, 0xFE], "q.csv")
      #expect(words { try openPairs(at: place.path("q.csv")) }.contains("UTF-8"))
    }
  }
}
