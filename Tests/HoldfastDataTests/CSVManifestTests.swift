import HoldfastCore
import HoldfastData
import HoldfastTestSupport
import Testing

@Suite("Manifests")
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

  private let lines = """
    {"path": "a.png", "label": "cat"}
    {"path": "b.png", "label": "dog", "note": 1}
    """

  @Test("may be JSON lines, with labels as names or numbers")
  func jsonLines() throws {
    try Place.with { place in
      try place.picture("a.png")
      try place.picture("b.png")
      try place.write(lines, "list.jsonl")
      let set = try openDataSet(at: place.path("list.jsonl"))
      #expect(set.layout == "jsonl" && set.classNames == ["cat", "dog"])
      #expect(try set.items().map(\.id) == ["a.png", "b.png"])
      let numbers = #"{"path": "a.png", "label": 1}"# + "\n" + #"{"path": "b.png", "label": 0}"#
      try place.write(numbers, "list.jsonl")
      let named = try openDataSet(at: place.path("list.jsonl"), classes: ["x", "y"])
      #expect(try named.items().map(\.label) == [0, 1])
      for (text, sentence) in [
        (lines + "\n[]", "line 3 is not an object"), (lines + "\n{\"path\": \"", "line 3 is not"),
        (lines + "\n" + lines, "lists `a.png` twice (line 3)"), ("", "lists no samples"),
        (#"{"path": "", "label": "x"}"#, "line 1 has no path or no label"),
        (
          lines + #"\#n{"path": "c.png", "label": "x", "modality": "image"}"#,
          "line 3 has a `modality`"
        ),
      ] {
        try place.write(text, "list.jsonl")
        let message = words { try openDataSet(at: place.path("list.jsonl")) }
        #expect(message.contains(sentence) && message.contains("hint: "), "\(message)")
      }
    }
  }

  @Test("of several modalities give the rows of the one that is asked for")
  func senses() throws {
    let text = "modality,path,label\nimage,a.png,x\naudio,b.png,y\n Image ,\"c, d.png\",z\n"
    try Place.with { place in
      for name in ["a.png", "b.png", "c, d.png"] { try place.picture(name) }
      try place.write(text, "list.csv")
      let path = place.path("list.csv")
      #expect(try DataLayouts.senses(of: path) == [.image, .audio])
      let images = try openDataSet(at: path)
      #expect(images.classNames == ["x", "z"] && images.count == 2)
      #expect(try openDataSet(at: path, modality: .audio).items().map(\.id) == ["b.png"])
      let none = words { try openDataSet(at: path, modality: .video) }
      #expect(none.contains("no samples of the modality video") && none.contains("audio, image"))
      try place.write("path,label,modality\na.png,x,imge\n", "list.csv")
      let wrong = words { try openDataSet(at: path) }
      #expect(wrong.contains("row 2 has the unknown modality `imge`") && wrong.contains("`image`?"))
    }
  }

  @Test("that are not UTF-8 are refused")
  func notText() throws {
    try Place.with { place in
      try place.write([0x70, 0xFF, 0xFE, 0x0A], "list.csv")
      #expect(words { try openDataSet(at: place.path("list.csv")) }.contains("UTF-8"))
    }
  }
}
