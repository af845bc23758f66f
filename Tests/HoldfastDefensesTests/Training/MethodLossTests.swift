import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastDefenses
import HoldfastTensor
import HoldfastTestSupport
import HoldfastTraining
import Testing

/// Losses of a step, computed again from embeddings and tokens number by number.
@Suite("The loss of a method")
struct MethodLossTests {
  let toy: ToyTower
  /// The trained model, which is not the frozen one.
  let student: any Encoder
  /// Inputs near the unperturbed ones.
  let perturbed: Tensor
  let labels = [0, 1, 2, 3, 1, 0]

  init() throws {
    toy = try ToyTower()
    let lesson = try toy.lesson(FARE())
    try lesson.shake()
    student = try lesson.subject(lesson.leaves).encoder
    var noise = Generator(seed: 12, stream: "perturbed")
    let offset = try noise.uniform(toy.batch.inputs.shape) * 0.06 - 0.03
    perturbed = try (toy.batch.inputs + offset).clamped(0, 1)
  }

  /// The terms of a method at the given inputs.
  private func terms(_ method: any TrainingDefense, stage: Int = 0) throws -> [String: Double] {
    let step = TrainingStep(
      stage: stage, ids: toy.batch.ids, clean: toy.batch.inputs, adversarial: perturbed,
      labels: try Tensor(labels), under: try method.prepare(toy.context),
      student: method.wrapper?(student) ?? student,
      teacher: method.wrapper?(toy.subject.encoder) ?? toy.subject.encoder,
      readsTokens: method.needs.contains(.tokens))
    var values: [String: Double] = [:]
    for term in try method.terms(step) {
      values[term.name] = try term.value.item() * term.weight
    }
    return values
  }

  private func embeddings(_ encoder: any Encoder, _ x: Tensor) throws -> [[Double]] {
    try rows(withoutGradients { try encoder.embed(x) })
  }

  private var z: [[Double]] { get throws { try embeddings(student, toy.batch.inputs) } }
  private var zAdv: [[Double]] { get throws { try embeddings(student, perturbed) } }
  private var z0: [[Double]] {
    get throws { try embeddings(toy.subject.encoder, toy.batch.inputs) }
  }

  // MARK: By hand

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map(*).reduce(0, +) }

  private func unit(_ a: [Double]) -> [Double] {
    let length = dot(a, a).squareRoot()
    return a.map { $0 / length }
  }

  /// Logits under columns of anchors.
  private func logits(
    _ z: [[Double]], _ anchors: Tensor? = nil, scale: Double = 10
  ) throws -> [[Double]] {
    let columns = try rows((anchors ?? toy.anchors).transposed(0, 1).contiguous())
    return z.map { row in columns.map { scale * dot(unit(row), $0) } }
  }

  private func softmax(_ z: [Double]) -> [Double] {
    let exps = z.map { exp($0 - (z.max() ?? 0)) }
    return exps.map { $0 / exps.reduce(0, +) }
  }

  private func crossEntropy(_ logits: [[Double]]) -> Double {
    mean(zip(logits, labels).map { -log(softmax($0)[$1]) })
  }

  private func divergence(_ p: [[Double]], _ q: [[Double]]) -> Double {
    mean(
      zip(p, q).map { p, q in
        zip(softmax(p), softmax(q)).map { $0 * (log($0) - log($1)) }.reduce(0, +)
      })
  }

  private func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += (x - y) * (x - y) }
    return sum
  }

  private func squaredDistance(_ a: [[Double]], _ b: [[Double]]) -> Double {
    mean(zip(a, b).map { squaredDistance($0, $1) })
  }

  private func expect(
    _ method: any TrainingDefense, stage: Int = 0, _ known: [String: Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try terms(method, stage: stage)
    #expect(Set(found.keys) == Set(known.keys), sourceLocation: sourceLocation)
    for (name, value) in known {
      let own = found[name] ?? .nan
      #expect(
        abs(own - value) <= 2e-5 * max(1, abs(value)), "\(name): \(own), not \(value)",
        sourceLocation: sourceLocation)
    }
  }

  // MARK: Methods on embeddings and logits

  @Test("of FARE is the squared distance from the frozen embedding, summed over coordinates")
  func fare() throws {
    let distance = try squaredDistance(zAdv, z0)
    #expect(distance > 0.01)
    try expect(FARE(), ["embedding": distance])
    try expect(
      ShallowHardening(cleanWeight: 0.5),
      ["embedding": distance, "clean-embedding": 0.5 * squaredDistance(z, z0)])
    try expect(RLBind(), stage: 0, ["embedding": distance])
  }

  @Test("of TeCoA is the cross-entropy of perturbed inputs")
  func tecoa() throws {
    try expect(TeCoA(), ["cross-entropy": crossEntropy(logits(zAdv))])
    try expect(TeCoA(recipe: .original), ["cross-entropy": crossEntropy(logits(zAdv))])
  }

  @Test("of TRADES is that of unperturbed ones and the divergence of perturbed from unperturbed")
  func trades() throws {
    let (clean, moved) = (try logits(z), try logits(zAdv))
    #expect(abs(divergence(clean, moved) - divergence(moved, clean)) > 1e-5)
    try expect(
      TRADES(beta: 3),
      ["clean-cross-entropy": crossEntropy(clean), "divergence": 3 * divergence(clean, moved)])
  }

  @Test("of PMG-AFT holds to its own answers and the frozen model's; released sums over the batch")
  func pmgAFT() throws {
    let (clean, moved) = (try logits(z), try logits(zAdv))
    let frozen = try logits(embeddings(toy.subject.encoder, perturbed))
    try expect(
      PMGAFT(),
      [
        "cross-entropy": crossEntropy(moved), "divergence": divergence(clean, moved),
        "frozen-divergence": divergence(frozen, moved),
      ])
    let released = try terms(PMGAFT(asReleased: true))
    // The same towers with ImageNet's normalisation.
    let other = try ToyTower(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
    let lesson = try other.lesson(FARE())
    try lesson.shake()
    let same = try lesson.subject(lesson.leaves).encoder
    let answers = try logits(embeddings(same, perturbed))
    let own = try divergence(logits(embeddings(same, toy.batch.inputs)), answers)
    let theirs = try divergence(
      logits(embeddings(other.subject.encoder, perturbed)), answers)
    for (name, value) in [
      ("cross-entropy", crossEntropy(answers)), ("divergence", 6 * own),
      ("frozen-divergence", 6 * theirs),
    ] {
      #expect(abs((released[name] ?? .nan) - value) < 1e-4, "\(name)")
    }
  }

  @Test("of Sim-CLIP is minus half a cosine, or of two")
  func simCLIP() throws {
    func cosine(_ a: [[Double]], _ b: [[Double]]) -> Double {
      mean(zip(a, b).map { dot(unit($0), unit($1)) })
    }
    try expect(SimCLIP(), ["cosine": -0.5 * cosine(zAdv, z0)])
    let own = try -0.5 * cosine(zAdv, z)
    try expect(SimCLIP(loss: .siamese), ["cosine": own, "clean-cosine": own])
  }

  @Test("of RLBind's second stage has two cross-entropies and the distance of scores")
  func rlBind() throws {
    let (clean, moved) = (try logits(z), try logits(zAdv))
    let entropies = [
      "clean-cross-entropy": crossEntropy(clean), "cross-entropy": crossEntropy(moved),
    ]
    let apart = squaredDistance(clean, moved)
    try expect(
      RLBind(lambda: 0.3), stage: 1,
      entropies.merging(["score-alignment": 0.3 * apart / 4]) { a, _ in a })
    try expect(
      RLBind(asRead: true), stage: 1,
      entropies.merging(["score-alignment": apart / 100]) { a, _ in a })
  }

  @Test("of LAAT is read by expanded anchors at its own temperature, less a cosine")
  func laat() throws {
    let expanded = try AnchorExpansion(of: toy.anchors)(toy.anchors)
    let cosine = try mean(zip(z, zAdv).map { dot(unit($0), unit($1)) })
    try expect(
      LAAT(temperature: 0.5, beta: 2),
      [
        "cross-entropy": crossEntropy(logits(zAdv, expanded, scale: 2)), "cosine": -2 * cosine,
      ])
  }

  // MARK: Methods on tokens

  /// All tokens but the first of each input, normalised over features or over tokens: `[row][token]`.
  private func places(
    _ encoder: any Encoder, _ x: Tensor, overTokens: Bool
  ) throws -> [[[Double]]] {
    var seen: Tensor?
    _ = try encoder.sited?.embed(
      x,
      sites: Sites([
        .tokens: { (compute) throws(TorchError) in
          let tokens = try compute()
          seen = tokens
          return tokens
        }
      ]))
    let tokens = try #require(seen)
    #expect(tokens.shape == [6, 10, 8])
    return try (0..<6).map { row in
      let all = try rows(tokens.select(0, row).contiguous())
      guard overTokens else { return all.dropFirst().map(unit) }
      let lengths = (0..<8).map { column in
        all.map { $0[column] * $0[column] }.reduce(0, +).squareRoot()
      }
      return all.dropFirst().map { zip($0, lengths).map { $0 / $1 } }
    }
  }

  /// Scores from 0 to 1 on 3 × 3 places, brought to 12 × 12 pixels.
  private func map(_ scores: [Double]) -> [Double] {
    let (low, high) = (scores.min() ?? 0, scores.max() ?? 1)
    let cells = scores.map { ($0 - low) / (high - low) }
    func along(_ pixel: Int) -> (first: Int, second: Int, share: Double) {
      let place = max(0, (Double(pixel) + 0.5) / 4 - 0.5)
      let first = min(Int(place), 2)
      return (first, min(first + 1, 2), place - Double(first))
    }
    return (0..<144).map { pixel in
      let (y, x) = (along(pixel / 12), along(pixel % 12))
      func row(_ line: Int) -> Double {
        cells[line * 3 + x.first] * (1 - x.share) + cells[line * 3 + x.second] * x.share
      }
      return row(y.first) * (1 - y.share) + row(y.second) * y.share
    }
  }

  private func maps(
    _ encoder: any Encoder, _ x: Tensor, _ texts: [[Double]], overTokens: Bool = false
  ) throws -> [[Double]] {
    try zip(places(encoder, x, overTokens: overTokens), labels).map { tokens, label in
      map(tokens.map { dot($0, texts[label]) })
    }
  }

  private func meanDistance(_ a: [[Double]], _ b: [[Double]]) -> Double {
    mean(zip(a, b).map { squaredDistance($0, $1).squareRoot() })
  }

  private func texts(_ columns: Tensor) throws -> [[Double]] {
    try rows(columns.transposed(0, 1).contiguous())
  }

  @Test(
    "of TGA-ZSR measures maps of the class's text at the size of the input",
    arguments: [false, true])
  func tgaZSR(asReleased: Bool) throws {
    let anchors = try texts(toy.anchors)
    let (x, base) = (toy.batch.inputs, toy.subject.encoder)
    let frozen = try maps(base, x, anchors, overTokens: asReleased)
    try expect(
      TGAZSR(alpha: 0.3, beta: 0.2, asReleased: asReleased),
      [
        "cross-entropy": crossEntropy(logits(zAdv)),
        "perturbed-map": 0.3
          * meanDistance(maps(student, perturbed, anchors, overTokens: asReleased), frozen),
        "clean-map": 0.2 * meanDistance(maps(student, x, anchors, overTokens: asReleased), frozen),
      ])
  }

  @Test("of Comp-TGA takes away where the absence of the class is")
  func compTGA() throws {
    let anchors = try texts(toy.anchors)
    let absent = try rows(ToyTower.texts(ToyTower.classes.map { "This is not a photo of a \($0)" }))
    func both(_ encoder: any Encoder, _ x: Tensor) throws -> [[Double]] {
      try zip(maps(encoder, x, anchors), maps(encoder, x, absent)).map { here, elsewhere in
        zip(here, elsewhere).map { $0 * (1 - $1) }
      }
    }
    let frozen = try both(toy.subject.encoder, toy.batch.inputs)
    try expect(
      CompTGA(),
      [
        "cross-entropy": crossEntropy(logits(zAdv)),
        "perturbed-map": 0.1 * meanDistance(both(student, perturbed), frozen),
        "clean-map": 0.07 * meanDistance(both(student, toy.batch.inputs), frozen),
      ])
  }

  @Test("of SAFT is a mean over the captions most like the class")
  func saft() throws {
    let anchors = try texts(toy.anchors)
    // Two captions of each class, the likest first.
    let chosen = try zip(toy.context.captions ?? [], anchors).map { captions, anchor in
      try rows(ToyTower.texts(captions)).map(unit)
        .sorted { dot($0, anchor) > dot($1, anchor) }.prefix(2)
    }
    let entropy = try mean(
      (0..<2).map { place in
        crossEntropy(
          try zAdv.map { z in chosen.map { 10 * dot(unit(z), $0[place]) } })
      })
    let means = chosen.map { zip($0[0], $0[1]).map { ($0 + $1) / 2 } }
    let frozen = try maps(toy.subject.encoder, toy.batch.inputs, means)
    try expect(
      SAFT(captions: 2),
      [
        "cross-entropy": entropy,
        "perturbed-map": 0.08 * meanDistance(maps(student, perturbed, means), frozen),
        "clean-map": 0.05 * meanDistance(maps(student, toy.batch.inputs, means), frozen),
      ])
  }
}
