import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastErrors
import HoldfastFormats
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import HoldfastText
import Testing

/// Reads texts by their letters: an embedding counts those from a to e.
private struct LetterCounter: TextEmbedder {
  let embeddingWidth = 5

  func embed(_ texts: [String]) throws -> Tensor {
    let counts = texts.flatMap { text in
      "abcde".map { letter in Float(text.count { $0 == letter }) }
    }
    return try Tensor(counts, [texts.count, 5])
  }
}

@Suite("A bank of anchors") struct AnchorBankTests {
  private let rows: [[Float]] = [[3, 0], [0, 2], [4, 3], [0, -1], [-5, 0], [-3, 4]]

  private func bank(_ counts: [Int]) throws -> AnchorBank {
    try AnchorBank(
      classNames: counts.indices.map { "class \($0)" }, counts: counts,
      rows: Tensor(rows.flatMap { $0 }, [6, 2]))
  }

  /// What the formulas say, in double: (mean, nearest) of each class for one embedding.
  private func expected(_ counts: [Int], _ embedding: [Double]) -> (mean: [Double], near: [Double])
  {
    func unit(_ v: [Double]) -> [Double] {
      let length = (v[0] * v[0] + v[1] * v[1]).squareRoot()
      return v.map { $0 / length }
    }
    func cosine(_ a: [Double], _ b: [Double]) -> Double { a[0] * b[0] + a[1] * b[1] }
    let x = unit(embedding)
    var (mean, near, start) = ([Double](), [Double](), 0)
    for count in counts {
      let members = rows[start..<start + count].map { unit($0.map(Double.init)) }
      let sum = members.reduce([0, 0]) { [$0[0] + $1[0], $0[1] + $1[1]] }
      mean.append(cosine(x, unit(sum)))
      near.append(members.map { cosine(x, $0) }.max() ?? .nan)
      start += count
    }
    return (mean, near)
  }

  @Test(
    "mean and nearest, by the formulas", arguments: [[3, 3], [2, 2, 2], [1, 2, 3], [6], [4, 2]])
  func formulas(counts: [Int]) throws {
    let bank = try bank(counts)
    #expect(bank.width == 2)
    let input: [Double] = [0.8, -0.3]
    let (mean, near) = expected(counts, input)
    let embedding = try Tensor(input.map(Float.init), [1, 2])
    for (reduction, cosines) in [(AnchorBank.Reduction.mean, mean), (.nearest, near)] {
      let head = try bank.head(reduction, scale: 10)
      #expect(head.classCount == counts.count)
      try expectClose(
        head.logits(embedding), Tensor(cosines.map { Float(10 * $0) }, [1, counts.count]),
        atol: 1e-5, "\(reduction)")
    }
  }

  @Test("the class of the nearest of all anchors, as UniBind decides")
  func nearestOfAll() throws {
    var generator = Generator(seed: 5, stream: "anchors")
    let (counts, width) = ([3, 5, 1, 4], 6)
    let rows = try generator.normal([13, width])
    let bank = try AnchorBank(
      classNames: ["a", "b", "c", "d"], counts: counts, rows: rows)
    let owners = zip(counts, 0...).flatMap { [Int](repeating: $1, count: $0) }
    let embeddings = try generator.normal([40, width])
    let places = try embeddings.normalized().matmul(bank.rows.transposed(0, 1)).argmax(1)
      .array(of: Int64.self)
    let classes = try bank.head(.nearest, scale: 20).logits(embeddings).argmax(1)
      .array(of: Int64.self)
    #expect(classes.map(Int.init) == places.map { owners[Int($0)] })
  }

  @Test("prompts, and an encoder of texts that goes the same way")
  func templates() throws {
    let (texts, classes) = (LetterCounter(), ["bad", "ace"])
    let templates = try PromptTemplates(["a {}", "bed {} e"])
    let bank = try AnchorBank(.templates(templates), for: classes, texts: texts, chunk: 3)
    #expect(bank.counts == [2, 2] && bank.classNames == classes)
    try expectClose(
      bank.rows,
      texts.embed(["a bad", "bed bad e", "a ace", "bed ace e"]).normalized(), atol: 1e-6)
    try expectClose(
      bank.means(), texts.anchors(for: classes, templates: templates), atol: 0)
    #expect(throws: EncoderError.self) {
      try AnchorBank(.templates(templates), texts: texts)
    }
    #expect(throws: EncoderError.self) { try AnchorBank(.templates(templates), for: classes) }
    // A prompt without any of the letters has no direction.
    let empty = try PromptTemplates(["{}"])
    #expect(throws: EncoderError.self) {
      try AnchorBank(.templates(empty), for: ["zoo"], texts: texts)
    }
  }

  @Test("descriptions of each class, from a file")
  func descriptions() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("texts.JSON").path
      #expect(AnchorSource.file(path) == .descriptions(path))
      func write(_ json: String) throws { try Data(json.utf8).write(to: URL(filePath: path)) }
      try write(#"{"dog": ["a bad bed", "dd"], "cat": ["ace"], "cow": ["bee", "cab", "ebb"]}"#)
      let all = try AnchorBank(.file(path), texts: LetterCounter())
      #expect(all.classNames == ["cat", "cow", "dog"] && all.counts == [1, 3, 2])
      let some = try AnchorBank(.file(path), for: ["dog", "cat"], texts: LetterCounter(), chunk: 1)
      try expectClose(
        some.rows, LetterCounter().embed(["a bad bed", "dd", "ace"]).normalized(), atol: 1e-6)
      let error = try #require(throws: EncoderError.self) {
        try AnchorBank(.file(path), for: ["dog", "cats", "bird"], texts: LetterCounter())
      }
      #expect(error.what.contains("`cats`, `bird`") && error.hint?.contains("`cat`") == true)
      #expect(throws: EncoderError.self) { try AnchorBank(.file(path)) }
      for bad in ["", "[]", #"{"cat": "ace"}"#, #"{"cat": []}"#, "{}", #"{"cat": [1]}"#] {
        try write(bad)
        let error = try #require(throws: EncoderError.self) {
          try AnchorBank(.file(path), texts: LetterCounter())
        }
        #expect(error.description.contains("hint: "), "\(bad)")
      }
      #expect(throws: EncoderError.self) {
        try AnchorBank(.descriptions(path + "x"), texts: LetterCounter())
      }
    }
  }

  @Test("centres in files of tensors", arguments: ["unibind-centres.pkl", "unibind-centres.pt"])
  func centres(name: String) throws {
    let path = Golden.url("anchors/\(name)").path
    let golden = try Golden("anchors/golden.safetensors")
    let bank = try AnchorBank(.file(path), for: ["dog", "Straße"])
    #expect(bank.counts == [4, 4])
    for (reduction, key) in [(AnchorBank.Reduction.mean, "mean"), (.nearest, "nearest")] {
      try expectClose(
        bank.head(reduction, scale: 20).logits(golden["embeddings"]), golden["logits.\(key)"],
        atol: 1e-5, key)
    }
    #expect(try AnchorBank(.file(path)).classNames == ["Straße", "cat", "dog"])
    let error = try #require(throws: EncoderError.self) {
      try AnchorBank(.file(path), for: ["wolf", "dog", "bear"])
    }
    #expect(error.what.contains("`wolf`, `bear`"))
    // The same numbers as safetensors.
    try withTemporaryFolder { folder in
      let copy = folder.appendingPathComponent("centres.safetensors").path
      var store = ParameterStore()
      for (label, start) in [("dog", 0), ("Straße", 4)] {
        store[label] = try bank.rows.slice(0, start..<start + 4).contiguous()
      }
      try store.write(to: copy, keys: .identity)
      try expectClose(
        AnchorBank(.file(copy), for: ["dog", "Straße"]).rows, bank.rows, atol: 1e-6)
    }
  }

  @Test("files of something else")
  func foreign() throws {
    // Numbers that are no rows of one width, and rows that are no directions.
    for (second, word) in [
      (try Tensor.ones([2, 4]), "widths"), (try .zeros([2, 3]), "direction"),
      (try .ones([2, 3]) / 0, "direction"), (try .ones([2, 3, 1]), "not a matrix of embeddings"),
      (try .zeros([0, 3]), "not a matrix of embeddings"),
      (try .ones([]), "not a matrix of embeddings"),
    ] {
      try withTemporaryFolder { folder in
        let path = folder.appendingPathComponent("centres.safetensors").path
        var store = ParameterStore()
        (store["a"], store["b"]) = (try .ones([3, 3]), second)
        try store.write(to: path, keys: .identity)
        let error = try #require(throws: EncoderError.self) { try AnchorBank(.centres(path)) }
        #expect(error.what.contains(word))
      }
    }
    #expect(throws: FormatError.self) { try AnchorBank(.centres("/no/such/file")) }
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("evil.pkl").path
      let program = [0x80, 3] + Array("cos\nsystem\n".utf8) + [0x4E, 0x85, 0x52, 0x2E]
      try Data(program).write(to: URL(filePath: path))
      let error = try #require(throws: FormatError.self) { try AnchorBank(.centres(path)) }
      #expect(error.what.contains("os.system"))
    }
  }

  @Test("rows and counts that do not agree")
  func disagreement() throws {
    let rows = try Tensor.ones([3, 2])
    for (names, counts) in [
      ([], []), (["a"], [2]), (["a", "b"], [3]), (["a", "b"], [3, 0]), (["a", "b"], [4, -1]),
    ] as [([String], [Int])] {
      #expect(throws: EncoderError.self) {
        try AnchorBank(classNames: names, counts: counts, rows: rows)
      }
    }
  }
}
