import Foundation
import HoldfastTestSupport
import Testing

private let hasFixtures =
  Fixtures.has("models/clip-tiny-cifar10") && Fixtures.has("data/cifar10/test")

@Suite("Audits of retrieval, on real checkpoints", .serialized, .enabled(if: hasFixtures))
struct RetrievalCommandTests {
  private let model = Fixtures.path("models/clip-tiny-cifar10")
  private let images = Fixtures.path("data/cifar10/test")
  private let classes = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
  private let distractors = [
    "a photo of a tractor.", "a photo of a wolf.", "a drawing of a sailing boat.",
  ]

  // MARK: What a run says

  private struct Share: Decodable, Equatable {
    let count, total: Int
    let value, low, high: Double
  }

  private struct Recall: Decodable, Equatable {
    let fromAttacked, toAttacked: [Share]
  }

  private struct Summary: Decodable {
    struct Radius: Decodable {
      let radius: String
      let recall: Recall
      let cosine, cosineChange, largestDistance: Double
      let repelled: Int
    }
    struct ByName: Decodable {
      let attack: String
      let radii: [Radius]
    }
    struct Retrieval: Decodable {
      let gallery: Int
      let clean: Recall
      let attacks: [ByName]
      let worstCase: [Recall]
    }
    let samples: Int
    let retrieval: Retrieval
  }

  private struct Sample: Decodable {
    struct Point: Decodable {
      let rank: Int
      let cosine, distance: Double
      let embedding: Data
    }
    struct Radius: Decodable {
      let rank: Int
      let shown: Point
    }
    struct ByName: Decodable { let radii: [Radius] }
    struct Retrieval: Decodable {
      let partners: [Int]
      let clean: Point
      let attacks: [ByName]
    }
    let id: String
    let retrieval: Retrieval
  }

  private func json<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(text.utf8))
  }

  private func succeed(
    _ arguments: [String], in folder: URL, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.code == 0, "\(outcome.talk)", sourceLocation: sourceLocation)
    return outcome.output
  }

  private func write(_ lines: [String], _ name: String, in folder: URL) throws {
    let text = lines.joined(separator: "\n") + "\n"
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  private func samples(of run: String, in folder: URL) throws -> [Sample] {
    try String(
      contentsOf: folder.appendingPathComponent("\(run)/samples.jsonl"), encoding: .utf8
    ).split(separator: "\n").map { try json(Sample.self, String($0)) }
  }

  // MARK: By hand

  private func unit(_ data: Data) -> [Double] {
    let row = data.withUnsafeBytes { $0.bindMemory(to: Float.self).map(Double.init) }
    let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return row.map { $0 / length }
  }

  private func rank(_ one: [Double], in all: [[Double]], isTrue: (Int) -> Bool) -> Int {
    let scores = all.map { zip(one, $0).reduce(0) { $0 + $1.0 * $1.1 } }
    let order = all.indices.sorted { scores[$0] > scores[$1] }
    return 1 + (order.firstIndex { isTrue($0) } ?? order.count)
  }

  /// The embeddings of captions, as `holdfast embed` prints them.
  private func captions(_ texts: [String], in folder: URL) throws -> [[Double]] {
    struct Line: Decodable { let embedding: [Double] }
    return try succeed(["embed", "--text", "--model", model] + texts, in: folder)
      .split(separator: "\n").map { try json(Line.self, String($0)).embedding }
  }

  // MARK: Tests

  @Test("say how far inputs are pushed from themselves, without labels")
  func themselves() throws {
    try withTemporaryFolder { folder in
      let files = classes.map { "\(images)/\($0)/0000.jpg" }
      try write(["input,partner"] + files.map { "\($0),\($0)" }, "self.csv", in: folder)
      let output = try succeed(
        [
          "audit", "--task", "retrieval", "--checks", "off", "--pairs", "image=self.csv", "--model",
          model, "--attack",
          "apgd-embedding:steps=10", "--epsilon", "1/255,8/255", "--output", "run", "--format",
          "json",
        ], in: folder)
      let found = try json(Summary.self, output).retrieval
      #expect(found.gallery == 10 && found.clean.fromAttacked[0].count == 10)
      let radii = found.attacks[0].radii
      #expect(radii.allSatisfy { $0.repelled == 10 })
      #expect(abs(radii[0].cosine - radii[0].cosineChange - 1) < 1e-5)
      #expect(radii[0].cosine > 0.9 && radii[1].cosine < 0.6)
      #expect(radii[1].recall.fromAttacked[0].count < 5)
    }
  }

  @Test("keep the inputs that lose their partners, as pairs that are read again")
  func kept() throws {
    try withTemporaryFolder { folder in
      let pairs = classes.flatMap { name in
        (0..<2).map { "\(images)/\(name)/000\($0).jpg,a photo of a \(name)." }
      }
      try write(["input,caption"] + pairs, "pairs.csv", in: folder)
      let line = [
        "audit", "--task", "retrieval", "--checks", "off", "--model", model, "--epsilon",
        "1/255,8/255",
      ]
      _ = try succeed(
        line + [
          "--pairs", "pairs.csv", "--attack", "apgd-rank:steps=5", "--save-adversarial",
          "--output", "run",
        ], in: folder)
      let place = folder.appendingPathComponent("run/artifacts/adversarial")
      let manifest = try String(
        contentsOf: place.appendingPathComponent("manifest.csv"), encoding: .utf8
      ).split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      #expect(manifest[0].prefix(5) == ["input", "caption", "sample", "protocol", "epsilon"])
      let found = try samples(of: "run", in: folder).filter { $0.retrieval.clean.rank == 1 }
      // One line for each radius of an input that is found when clean.
      #expect(manifest.count == 1 + 2 * found.count && found.count > 5)
      for line in manifest.dropFirst() {
        let png = place.appendingPathComponent(String(line[0])).path
        #expect(FileManager.default.fileExists(atPath: png))
        let tensor = png.replacingOccurrences(of: ".png", with: ".safetensors")
        #expect(FileManager.default.fileExists(atPath: tensor))
        let name = try #require(classes.first { line[2].contains("/\($0)/") })
        #expect(line[1] == "a photo of a \(name).")
      }
      // What was found when clean is lost in most of these.
      let output = try succeed(
        line + [
          "--pairs", "run/artifacts/adversarial/manifest.csv", "--attack", "crossmaxim:steps=1",
          "--output", "again", "--format", "json",
        ], in: folder)
      let again = try json(Summary.self, output)
      #expect(again.samples == manifest.count - 1)
      #expect(again.retrieval.clean.fromAttacked[0].value < 0.5)
    }
  }

  @Test("find less, in both directions, and agree with a reckoning by hand")
  func captions() throws {
    try withTemporaryFolder { folder in
      let pairs = classes.flatMap { name in
        (0..<2).map { "\(images)/\(name)/000\($0).jpg,a photo of a \(name)." }
      }
      // One picture has a second caption, which is nobody else's.
      let second = "\(images)/cat/0000.jpg,an animal with whiskers"
      try write(["input,caption"] + pairs + [second], "pairs.csv", in: folder)
      _ = try succeed(
        ["embed", "--text", "--model", model, "--output", "more.safetensors"] + distractors,
        in: folder)
      let arguments = [
        "audit", "--task", "retrieval", "--checks", "off", "--pairs", "pairs.csv", "--model", model,
        "--index",
        "more.safetensors", "--attack", "crossmaxim:steps=5", "--attack", "apgd-rank:steps=5",
        "--epsilon", "1/255,4/255", "--output", "run", "--threads", "1",
      ]
      let output = try succeed(arguments + ["--format", "json"], in: folder)
      let found = try json(Summary.self, output)
      #expect(found.samples == 20 && found.retrieval.gallery == 14)
      let (clean, attacks) = (found.retrieval.clean, found.retrieval.attacks)
      #expect(attacks.map(\.attack) == ["crossmaxim", "apgd-rank"])

      let texts = classes.map { "a photo of a \($0)." }
      // In order of appearance: the second caption of the cat comes last.
      let gallery = try captions(texts + ["an animal with whiskers"] + distractors, in: folder)
      let samples = try samples(of: "run", in: folder)
      #expect(Set(samples.map(\.id)).count == 20)
      for sample in samples {
        let name = try #require(classes.firstIndex { sample.id.contains("/\($0)/") })
        let isCat = sample.id.hasSuffix("cat/0000.jpg")
        #expect(sample.retrieval.partners == (isCat ? [name, 10] : [name]))
      }
      func from(_ points: [Sample.Point]) -> [Int] {
        zip(points, samples).map { point, sample in
          rank(unit(point.embedding), in: gallery) { sample.retrieval.partners.contains($0) }
        }
      }
      func to(_ points: [Sample.Point]) -> [Int] {
        let set = points.map { unit($0.embedding) }
        return (0..<11).map { query in
          rank(gallery[query], in: set) { samples[$0].retrieval.partners.contains(query) }
        }
      }
      func counts(_ ranks: [Int]) -> [Int] { [1, 5, 10].map { k in ranks.count { $0 <= k } } }

      let points = samples.map(\.retrieval.clean)
      #expect(from(points) == points.map(\.rank))
      #expect(clean.fromAttacked.map(\.count) == counts(from(points)))
      #expect(clean.toAttacked.map(\.count) == counts(to(points)))
      #expect(clean.fromAttacked[0].total == 20 && clean.toAttacked[0].total == 11)
      for (place, attack) in attacks.enumerated() {
        var (worstFrom, worstTo) = (from(points), to(points))
        for (index, row) in attack.radii.enumerated() {
          let entries = samples.map { $0.retrieval.attacks[place].radii[index] }
          #expect(from(entries.map(\.shown)) == entries.map(\.shown.rank))
          worstFrom = zip(worstFrom, entries).map { max($0, $1.rank, $1.shown.rank) }
          worstTo = zip(worstTo, to(entries.map(\.shown))).map { max($0, $1) }
          #expect(row.recall.fromAttacked.map(\.count) == counts(worstFrom))
          #expect(row.recall.toAttacked.map(\.count) == counts(worstTo))
          #expect(row.largestDistance <= [1.0, 4.0][index] / 255)
          #expect(row.cosineChange < 0 && row.repelled > 15)
        }
        // R@1 falls with the radius in both directions, from something to almost nothing.
        let (one, four) = (attack.radii[0].recall, attack.radii[1].recall)
        for pair in [(clean, one), (one, four)] {
          #expect(pair.0.fromAttacked[0].count > pair.1.fromAttacked[0].count)
          #expect(pair.0.toAttacked[0].count >= pair.1.toAttacked[0].count)
        }
        #expect(clean.fromAttacked[0].value >= 0.5 && four.fromAttacked[0].value < 0.4)
        #expect(clean.toAttacked[0].count > four.toAttacked[0].count)
      }

      // All is done: the same again gives the same, in the form that is asked for.
      #expect(try succeed(arguments + ["--format", "json"], in: folder) == output)
      let text = try succeed(arguments, in: folder)
      #expect(
        text.hasPrefix("clip-tiny-cifar10 on pairs.csv: 20 attacked inputs in an index of 14"))
      #expect(text.contains("worst case  to attacked    R@10"))
      let csv = try succeed(arguments + ["--format", "csv"], in: folder)
      #expect(csv.split(separator: "\n").count == 1 + 6 * (1 + 2 * 2 + 2))
      expectFailure(
        try Program.run(
          arguments.filter { $0 != "--index" && $0 != "more.safetensors" }, in: folder),
        code: 64, "differs in the attacked side or the retrieval index")
    }
  }

  @Test("take captions from the gallery where it names them")
  func storedCaptions() throws {
    try withTemporaryFolder { folder in
      let names = classes.prefix(4)
      try write(
        ["input,caption"] + names.map { "\(images)/\($0)/0000.jpg,a photo of a \($0)." },
        "pairs.csv", in: folder)
      func audit(_ rest: [String]) throws -> Summary {
        try json(
          Summary.self,
          succeed(
            [
              "audit", "--task", "retrieval", "--checks", "off", "--pairs", "pairs.csv", "--model",
              model, "--attack",
              "crossfire:steps=2", "--epsilon", "1/255", "--format", "json",
            ] + rest, in: folder))
      }
      _ = try succeed(
        ["embed", "--text", "--model", model, "--output", "all.safetensors"]
          + names.map { "a photo of a \($0)." }, in: folder)
      let (own, stored) = (try audit([]), try audit(["--gallery", "all.safetensors"]))
      #expect(stored.retrieval.gallery == 4)
      #expect(own.retrieval.clean == stored.retrieval.clean)
      // Pictures are nobody's captions, so they are distractors.
      _ = try succeed(
        ["embed", "--model", model, "--output", "pictures.safetensors"]
          + names.map { "\(images)/\($0)/0001.jpg" }, in: folder)
      #expect(try audit(["--gallery", "pictures.safetensors"]).retrieval.gallery == 8)
    }
  }

  @Test("attack either side of pairs of pictures")
  func pictures() throws {
    try withTemporaryFolder { folder in
      let lines = classes.map { name in
        #"{"input": "\#(images)/\#(name)/0004.jpg", "partner": "\#(images)/\#(name)/0005.jpg"}"#
      }
      try write(lines, "pairs.jsonl", in: folder)
      func audit(_ side: String) throws -> [Sample] {
        let output = try succeed(
          [
            "audit", "--task", "retrieval", "--checks", "off", "--pairs", "pairs.jsonl", "--model",
            model, "--side",
            side, "--attack", "crossmaxim:steps=3", "--epsilon", "2/255", "--limit", "4",
            "--output", side,
          ], in: folder)
        #expect(output.contains("4 attacked \(side)s in an index of 10, and 4 that look for them"))
        #expect(output.contains("to attacked: there are 4 to be found, so R@5 says nothing"))
        return try samples(of: side, in: folder)
      }
      #expect(try audit("input").allSatisfy { $0.id.hasSuffix("/0004.jpg") })
      #expect(try audit("partner").allSatisfy { $0.id.hasSuffix("/0005.jpg") })
    }
  }

  private struct Protocols: Decodable {
    struct ByName: Decodable {
      struct Radius: Decodable { let robust: Int }
      let name: String
      let radii: [Radius]
    }
    struct Attack: Decodable {
      let attack: String
      let transfer: String?
    }
    struct Retrieval: Decodable { let attacks: [Attack] }
    let protocols: [ByName]
    let retrieval: Retrieval

    func robust(_ name: String) -> Int? {
      protocols.first { $0.name == name }?.radii.last?.robust
    }
  }

  @Test(
    "a defence that masks its gradient does not look robust, and its base lends transfer inputs")
  func masked() throws {
    try withTemporaryFolder { folder in
      let pairs = classes.prefix(6).map { "\(images)/\($0)/0000.jpg,a photo of a \($0)." }
      try write(["input,caption"] + pairs, "pairs.csv", in: folder)
      _ = try succeed(
        [
          "harden", "--model", model, "--method", "clipure-cos:gradient=released", "--output",
          "bundle",
        ], in: folder)
      let output = try succeed(
        [
          "audit", "--task", "retrieval", "--pairs", "pairs.csv", "--model", "bundle", "--attack",
          "apgd-rank:steps=10", "--epsilon", "2/255", "--checks", "off", "--gallery-samples", "3",
          "--output", "run", "--format", "json",
        ], in: folder)
      let found = try json(Protocols.self, output)
      #expect(
        found.protocols.map(\.name) == ["transfer", "transfer-png", "white-box", "adaptive"])
      let (white, adaptive) = (found.robust("white-box") ?? 0, found.robust("adaptive") ?? 6)
      #expect(white > 2 && adaptive <= white / 2, "white-box \(white), adaptive \(adaptive)")
      #expect(
        found.retrieval.attacks.prefix(3).map(\.transfer) == ["transfer", "transfer-png", nil])
      let page = try String(
        contentsOf: folder.appendingPathComponent("run/report.html"), encoding: .utf8)
      #expect(page.contains("Looked at") && page.contains("a photo of a "))

      // Another audit of the same base does not make the same inputs again, unless told to.
      let line = [
        "audit", "--task", "retrieval", "--checks", "off", "--pairs", "pairs.csv", "--model",
        "bundle", "--attack",
        "apgd-rank:steps=10", "--epsilon", "2/255", "--protocol", "transfer",
      ]
      let note = "inputs of apgd-rank taken from an earlier run"
      #expect(try succeed(line + ["--output", "again"], in: folder).contains(note))
      let anew = line + ["--transfer-cache", "none", "--output", "anew"]
      #expect(try !succeed(anew, in: folder).contains(note))
      #expect(
        try samples(of: "again", in: folder).map(\.retrieval.attacks[0].radii[0].rank).sorted()
          == samples(of: "anew", in: folder).map(\.retrieval.attacks[0].radii[0].rank).sorted())
    }
  }

  @Test("take another model to make transfer inputs on, protocols, and a precision")
  func options() throws {
    try withTemporaryFolder { folder in
      try write(
        ["input,caption"] + classes.map { "\(images)/\($0)/0003.jpg,a photo of a \($0)." },
        "pairs.csv", in: folder)
      let line = [
        "audit", "--task", "retrieval", "--checks", "off", "--pairs", "pairs.csv", "--model", model,
        "--attack",
        "apgd-rank:steps=3", "--epsilon", "2/255", "--format", "json",
      ]
      let transfer = try json(
        Protocols.self,
        succeed(
          line + [
            "--protocol", "transfer", "--transfer-from",
            Fixtures.path("models/clip-tiny-cifar10-robust"), "--output", "transfer",
          ], in: folder))
      #expect(transfer.protocols.map(\.name) == ["transfer", "transfer-png"])
      _ = try succeed(line + ["--precision", "bf16", "--output", "bf16"], in: folder)
      let record = try String(
        contentsOf: folder.appendingPathComponent("bf16/run.json"), encoding: .utf8)
      #expect(record.contains("bf16"))
    }
  }

  @Test("refuse what cannot be")
  func refusals() throws {
    try withTemporaryFolder { folder in
      try write(
        ["input,caption", "\(images)/cat/0000.jpg,a cat", "\(images)/dog/0000.jpg,a dog"],
        "pairs.csv", in: folder)
      try write(["input,caption", "none.jpg,a cat", "no.jpg,a dog"], "gone.csv", in: folder)
      func failure(_ rest: [String], _ code: Int32, _ words: String) throws {
        expectFailure(
          try Program.run(["audit", "--task", "retrieval", "--model", model] + rest, in: folder),
          code: code, words)
      }
      try failure(["--pairs", "pairs.csv", "--side", "partner"], 64, "text is not attacked yet")
      try failure(["--pairs", "gone.csv"], 2, "none.jpg`: does not exist")
      try failure(["--pairs", "nothing.csv"], 2, "is neither a file nor a folder")
      try failure(["--pairs", "pairs.csv", "--gallery", "pairs.csv"], 2, "pairs.csv")
      try failure(
        ["--pairs", "pairs.csv", "--gallery", "\(model)/model.safetensors"], 2,
        "no tensor `embeddings`")
      try failure(["--pairs", "pairs.csv", "--epsilon", "4"], 64, "did you mean 4/255?")
      try failure(
        ["--pairs", "pairs.csv", "--attack", "sga", "--attack", "sga:steps=2"], 64, "given twice")
    }
  }
}
