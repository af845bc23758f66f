import Foundation
import HoldfastCore
import HoldfastDefenses
import HoldfastFormats
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import HoldfastTraining
import Testing

@Suite("A trained tower in a bundle")
struct TrainedBundleTests {
  let toy: ToyTower

  init() throws { toy = try ToyTower() }

  private var context: DefenseContext { DefenseContext(model: toy.subject) }

  private func bytes(_ subject: Subject) throws -> [UInt8] {
    let answer = try withoutGradients { try subject.predict(toy.batch.inputs) }
    return try answer.embedding.bytes() + answer.requireLogits("test").bytes()
  }

  /// A lesson after a few moves, and what a bundle keeps of it.
  private func trained(
    _ method: any TrainingDefense
  ) throws -> (lesson: AdversarialLesson, fitted: Fitted) {
    let lesson = try toy.lesson(method)
    try lesson.shake()
    return (lesson, try lesson.fitted(lesson.leaves))
  }

  static let parts = ["full", "shallow", "lora:rank=2,alpha=8,targets=attention+patch"]

  @Test("answers as the lesson's tower does, and leaves the base as it was", arguments: parts)
  func applies(part: String) throws {
    let before = try bytes(toy.subject)
    let method = TeCoA(trains: try TrainedPart(part))
    let (lesson, fitted) = try trained(method)
    let hardened = try method.apply(to: toy.subject, fitted, in: context)
    #expect(try bytes(hardened) == bytes(lesson.subject(lesson.leaves)))
    #expect(try bytes(hardened) != before && bytes(toy.subject) == before)
    #expect(hardened.tower != nil)
    #expect(hardened.tower?.parameters.names == toy.tower.parameters.names)
  }

  @Test("keeps adapters, or the weights that have changed and no others")
  func kept() throws {
    let full = try trained(FARE()).fitted.tensors.keys.sorted()
    #expect(full == toy.tower.parameters.names.map { "weights.\($0)" }.sorted())
    let lesson = try toy.lesson(FARE())
    let name = "vision.projection.weight"
    let leaf = try #require(lesson.leaves[name])
    try withoutGradients { try leaf.assign(leaf.detached() * 2) }
    #expect(Array(try lesson.fitted(lesson.leaves).tensors.keys) == ["weights.\(name)"])
    let adapters = try trained(RLBind()).fitted.tensors.keys
    #expect(adapters.count == 8)
    #expect(adapters.allSatisfy { $0.hasSuffix(".lora_a") || $0.hasSuffix(".lora_b") })
    let shallow = try trained(ShallowHardening()).fitted.tensors.keys
    #expect(shallow.contains("weights.vision.patch_embedding.weight"))
    #expect(shallow.contains { $0.hasPrefix("weights.vision.blocks.0.") })
    #expect(!shallow.contains { $0.contains("blocks.1.") || $0.contains("projection") })
  }

  @Test("searches in bfloat16, with weights that were merged in float32", arguments: parts)
  func bfloat16(part: String) throws {
    let method = FARE(trains: try TrainedPart(part))
    let fitted = try trained(method).fitted
    let half = Tower(
      parameters: try toy.tower.parameters.cast(to: .bfloat16), rebuilt: toy.tower.rebuilt)
    let search = Subject(encoder: try half.encoder(), head: toy.subject.head, tower: half)
    let exact = try method.apply(to: toy.subject, fitted, in: context)
    let found = try method.apply(to: search, fitted, in: context)
    for name in toy.tower.parameters.names {
      let weight = try #require(found.tower?.parameters[name])
      #expect(weight.dtype == .bfloat16)
      let known = try #require(exact.tower?.parameters[name]).to(.bfloat16)
      #expect(try weight.bytes() == known.contiguous().bytes(), "\(name)")
    }
    let answer = try withoutGradients { try found.predict(toy.batch.inputs).embedding.to(.float32) }
    let known = try withoutGradients { try exact.predict(toy.batch.inputs).embedding }
    try expectCloseToScale(answer, known, ratio: 0.05)
  }

  @Test(
    "comes back from disk with the same answers", arguments: ToyTower.methods.indices)
  func roundTrip(_ index: Int) throws {
    let method = ToyTower.methods[index]
    let fitted = try trained(method).fitted
    let known = try method.apply(to: toy.subject, fitted, in: context)
    try withTemporaryFolder { folder in
      let base = DefenseBundle.Reference(path: "/models/toy", files: [:])
      let layer = DefenseLayer(method, fitted: [.image: fitted])
      #expect(layer.kind == (method is RLBind ? .adapters : .tower))
      try DefenseBundle(base: base, layers: [layer]).write(to: folder.path)
      let stack = try DefenseStack(at: folder.path)
      let read = try #require(stack.layers.first)
      #expect(AnyHashable(read.defense) == AnyHashable(method))
      #expect(try bytes(stack.apply(to: toy.subject, in: context)) == bytes(known))
      let attacks = stack.adaptiveAttacks(of: .image, on: toy.subject.encoder.input, steps: 4)
      #expect(attacks.map(\.recipe.name) == ["apgd-embedding-l2"])
      #expect(attacks.allSatisfy { $0.search == nil })
      // A kind that its values do not have.
      let file = folder.appendingPathComponent(DefenseBundle.manifestName)
      let text = try String(contentsOf: file, encoding: .utf8)
      let other = method is RLBind ? "tower" : "adapters"
      try text.replacing(#"kind" : "\#(layer.kind.rawValue)"#, with: #"kind" : "\#(other)"#)
        .write(to: file, atomically: true, encoding: .utf8)
      let error = try #require(throws: FormatError.self) { try DefenseStack(at: folder.path) }
      #expect("\(error)".contains("it is of kind `\(layer.kind.rawValue)`"), "\(error)")
    }
  }

  @Test("refuses a tower with something around it, and weights of another")
  func refusals() throws {
    let fitted = try trained(FARE()).fitted
    let wrapped = try toy.subject.wrapped(by: "test") { $0 }
    let error = try #require(throws: UsageError.self) {
      try FARE().apply(to: wrapped, fitted, in: context)
    }
    #expect(error.message.contains("something around its own"))
    var other = fitted
    other.tensors["weights.vision.nonsense"] = try Tensor.ones([2])
    #expect(throws: UsageError.self) { try FARE().apply(to: toy.subject, other, in: context) }
    var adapters = try trained(RLBind()).fitted
    let place = try #require(adapters.tensors.keys.sorted().first)
    adapters.tensors[place] = try Tensor.ones([2, 2])
    let misfit = try #require(throws: UsageError.self) {
      try RLBind().apply(to: toy.subject, adapters, in: context)
    }
    #expect(misfit.message.contains("does not fit this tower"))
  }

  @Test("of LAAT answers by expanded anchors, for classes that it was not trained on too")
  func laat() throws {
    let method = LAAT(temperature: 0.5)
    let (lesson, fitted) = try trained(method)
    let hardened = try method.apply(to: toy.subject, fitted, in: context)
    #expect(hardened.head?.scale == 2)
    try expectClose(
      #require(hardened.head?.anchors), #require(lesson.head.head?.anchors), atol: 1e-6)
    #expect(toy.subject.head?.anchors === toy.anchors)
    // Three other classes, by the same mean and angle.
    var noise = Generator(seed: 21, stream: "new classes")
    let fresh = try noise.normal([8, 3]).normalized(0)
    let other = Subject(
      encoder: toy.subject.encoder, head: Head(anchors: fresh, scale: 10), tower: toy.tower)
    let answered = try method.apply(to: other, fitted, in: context)
    try expectClose(
      #require(answered.head?.anchors), AnchorExpansion(of: toy.anchors)(fresh), atol: 1e-6)
    // Without a head there is nothing to expand.
    let bare = Subject(encoder: toy.subject.encoder, head: nil, tower: toy.tower)
    #expect(try method.apply(to: bare, fitted, in: context).head == nil)
    let expanded = try #require(lesson.head.head?.anchors)
    #expect(
      lesson.head.facts == [
        "mean cosine of anchors": try AnchorExpansion.meanCosine(of: toy.anchors),
        "mean cosine of expanded anchors": try AnchorExpansion.meanCosine(of: expanded),
      ])
    let torn = Fitted(fitted.tensors.filter { $0.key != "anchors.angle" })
    #expect(throws: UsageError.self) { try method.apply(to: toy.subject, torn, in: context) }
  }
}
