import HoldfastData
import HoldfastTestSupport
import Testing

@Suite("CSV manifests")
struct CSVManifestTests {
  /// The set of a manifest over pictures `a.png`, `b.png`, `c, d.png` and `q"q.png`.
  private func open(
    _ text: String, classes: [String]? = nil, _ check: (any DataSet) throws -> Void
  ) throws {
    try Place.with { place in
      for name in ["a.png", "b.png", "c, d.png", "q\"q.png"] { try place.picture(name) }
      try place.write(text, "list.csv")
      try check(try openDataSet(at: place.path("list.csv"), classes: classes))
    }
  }

  private func refusal(_ text: String, classes: [String]? = nil) -> String {
    words { try open(text, classes: classes) { _ in } }
  }

  @Test(
    "are read with quotes, commas, byte-order marks, any line ends and any order of columns",
    arguments: [
      "path,label\na.png,cat\n\"c, d.png\",\"an \"\"ant\"\"\"\n",
      "\u{FEFF}path,label\r\na.png,cat\r\n\"c, d.png\",\"an \"\"ant\"\"\"\r\n",
      " Label ,id,PATH\ncat,1,a.png\n\n\"an \"\"ant\"\"\" ,2,\"c, d.png\"\n\n",
    ])
  func forms(text: String) throws {
    try open(text) { set in
      #expect(set.layout == "csv")
      #expect(set.classNames == ["an \"ant\"", "cat"])
      let items = try set.items()
      #expect(items.map(\.id) == ["c, d.png", "a.png"])
      #expect(items.map(\.label) == [0, 1])
      #expect(items.allSatisfy { $0.file.hasSuffix("/\($0.id)") })
    }
  }

  @Test("take labels as names, or all of them as indices into the given classes")
  func labels() throws {
    try open("path,label\na.png,1\nb.png,0\n", classes: ["x", "y"]) { set in
      let items = try set.items()
      #expect(items.map(\.id) == ["b.png", "a.png"])
      #expect(set.classNames == ["x", "y"])
    }
    try open("path,label\na.png,7\nb.png,3\n", classes: ["3", "7"]) { set in
      let items = try set.items()
      #expect(items.map(\.id) == ["b.png", "a.png"])
    }
    #expect(refusal("path,label\na.png,y\nb.png,0\n", classes: ["x", "y"]).contains("row 3"))
    #expect(refusal("path,label\na.png,2\nb.png,0\n", classes: ["x", "y"]).contains("`2`"))
    #expect(refusal("path,label\na.png,-1\nb.png,0\n", classes: ["x", "y"]).contains("`-1`"))
    #expect(refusal("path,label\na.png,1\nb.png,0\n").contains("--classes"))
  }

  @Test("take absolute paths as they are")
  func absolute() throws {
    try Place.with { place in
      try place.picture("far/a.png")
      try place.write("path,label\n\(place.path("far/a.png")),x\n", "near/list.csv")
      let items = try openDataSet(at: place.path("near/list.csv")).items()
      #expect(items.map(\.file) == [place.path("far/a.png")])
    }
  }

  @Test(
    "that are wrong are refused with the row",
    arguments: [
      ("path,label\na.png,x\na.png,y\n", "lists `a.png` twice (row 3)"),
      ("file,class\na.png,x\n", "has no columns `path` and `label`"),
      ("", "has no columns `path` and `label`"),
      ("path,label\n", "lists no samples"),
      ("path,label\na.png,x\nb.png\n", "row 3 has no path or no label"),
      ("path,label\n,x\n", "row 2 has no path or no label"),
      ("path,label\nc, d.png,x\n", "row 2 has more fields than the header"),
      ("path,label\na.png,\"x\nb.png,y\n", "row 2 has a field with a line break"),
      ("path,label\na.png,\"x\"y\n", "its quotes do not pair up"),
      ("path,label\na.png,x\nnone.png,y\n", "none.png`: does not exist"),
    ])
  func wrong(text: String, sentence: String) {
    let message = refusal(text)
    #expect(message.contains(sentence), "\(message)")
    #expect(message.contains("\n\nhint: "))
  }

  @Test("that are not UTF-8 are refused")
  func notText() throws {
    try Place.with { place in
      try place.write([0x70, 0xFF, 0xFE, 0x0A], "list.csv")
      #expect(words { try openDataSet(at: place.path("list.csv")) }.contains("UTF-8"))
    }
  }
}
