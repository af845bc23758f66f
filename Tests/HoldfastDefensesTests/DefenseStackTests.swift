import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastDefenses
import HoldfastEncoders
import HoldfastFormats
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// A head of other anchors, which are made for certain classes: what learned anchors are.
private struct TurnedAnchors: Defense {
  static let name = "turned-anchors"

  var scale = 1.0
  var kind: LayerKind { .anchors }

  func fit(_ context: DefenseContext) throws -> Fitted {
    let width = context.model.encoder.embeddingWidth
    var noise = Generator(seed: 9, stream: "turned")
    let anchors = try noise.normal([width, context.classes?.count ?? 0]).normalized(0)
    return Fitted(["anchors": anchors], classes: context.classes)
  }

  func apply(
    to subject: Subject, _ fitted: Fitted, in context: DefenseContext
  ) throws -> Subject {
    guard let anchors = fitted["anchors"] else { throw UsageError("turned-anchors needs anchors") }
    return Subject(encoder: subject.encoder, head: Head(anchors: anchors, scale: scale))
  }

  func adaptiveAttacks(on input: InputSpec, steps: Int) -> [AdaptiveAttack] { [] }
}

/// The logits of two looks at an input, of which the second is at its mirror image.
private struct TwoViews: Defense {
  static let name = "two-views"

  func fit(_ context: DefenseContext) throws -> Fitted { Fitted([:]) }

  func apply(
    to subject: Subject, _ fitted: Fitted, in context: DefenseContext
  ) throws -> Subject {
    Subject(
      encoder: subject.encoder, head: subject.head, answerer: Views(base: subject.answerer))
  }

  func adaptiveAttacks(on input: InputSpec, steps: Int) -> [AdaptiveAttack] {
    [AdaptiveAttack(AttackRecipe(name: "raw", attack: FGSM(), objective: CrossEntropy()))]
  }

  static let second = Signal(rawValue: "second view")

  private struct Views: Answerer {
    let base: any Answerer

    var isRandom: Bool { base.isRandom }

    func predict(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Prediction {
      let first = try base.predict(input, noise: &noise)
      let second = try base.predict(input.flipped([-1]), noise: &noise)
      let a = try first.requireLogits(TwoViews.name)
      let b = try second.requireLogits(TwoViews.name)
      return Prediction(
        embedding: first.embedding, logits: try (a + b) / 2, signals: [TwoViews.second: b])
    }
  }
}

@Suite("Defences around defences")
struct DefenseStackTests {
  private let bare: Subject
  private let pixels: Tensor
  private let base = DefenseBundle.Reference(path: "/models/a", files: [:])

  init() throws {
    let model = try Peer.load("model")
    bare = try model.vision.toySubject()
    pixels = try Peer.anchors()["pixels"]
  }

  private var context: DefenseContext {
    DefenseContext(
      model: bare, texts: { texts in try .ones([texts.count, bare.encoder.embeddingWidth]) },
      classes: ["a", "b", "c", "d", "e"])
  }

  /// The layers around the model, each fitted to what is inside of it.
  private func stack(_ defenses: [any Defense]) throws -> DefenseStack {
    var layers: [DefenseLayer] = []
    var subject = bare
    for defense in defenses {
      var own = context
      own.model = subject
      let fitted = try defense.fit(own)
      layers.append(DefenseLayer(defense, fitted: [.image: fitted]))
      subject = try defense.apply(to: subject, fitted, in: own)
    }
    return DefenseStack(DefenseBundle(base: base, layers: layers))
  }

  private func bytes(_ subject: Subject) throws -> [UInt8] {
    let prediction = try withoutGradients { try subject.predict(pixels) }
    return try prediction.embedding.bytes() + prediction.requireLogits("test").bytes()
  }

  @Test("go from the inside out, in every order")
  func order() throws {
    for defenses in [
      [RAdapt(), CLIPureCos(steps: 3)], [CLIPureCos(steps: 3), RAdapt()],
      [RAdapt(alpha: 0.5, beta: 0.5), RAdapt(alpha: 0.2, beta: 0.7, cutoff: 20)],
    ] as [[any Defense]] {
      let stack = try stack(defenses)
      var known = bare
      for (defense, layer) in zip(defenses, stack.layers) {
        known = try defense.apply(to: known, try #require(layer.fitted[.image]), in: context)
      }
      let found = try stack.apply(to: bare, in: context)
      #expect(try bytes(found) == bytes(known))
      #expect(try bytes(found) != bytes(bare))
      #expect(found.encoder.sited != nil)
      try checkEncoderContract(found.encoder, tolerance: 1e-3)
    }
  }

  @Test("mix the inner anchor into the first attention, and the outer one into that")
  func mixing() throws {
    let (inner, outer) = (RAdapt(alpha: 0.5, beta: 0.5), RAdapt(alpha: 0.2, beta: 0.7, cutoff: 20))
    let stack = try stack([inner, outer])
    let anchors = try stack.layers.map { try #require($0.fitted[.image]?["anchor"]) }
    // White stays white, so the outer anchor is the inner mixture of two equal parts.
    try expectCloseToScale(anchors[1], anchors[0], ratio: 1e-4)
    let tower = try #require(bare.encoder.sited)
    let smooth = try inner.filter(for: tower.input)(outer.filter(for: tower.input)(pixels))
    let known = try tower.embed(
      smooth,
      sites: Sites([
        .attention(0): { (compute) throws(TorchError) in
          let mixed = try anchors[0] * 0.5 + compute() * 0.5
          return try anchors[1] * 0.2 + mixed * 0.7
        }
      ]))
    let found = try stack.apply(to: bare, in: context).predict(pixels).embedding
    try expectCloseToScale(found, known, ratio: 1e-5)
  }

  @Test("leave the base its own head, so that nothing of the defence reaches the transfer source")
  func heads() throws {
    let before = try bytes(bare)
    let stack = try stack([RAdapt(), TurnedAnchors()])
    let defended = try stack.apply(to: bare, in: context)
    let anchors = try #require(stack.layers[1].fitted[.image]?["anchors"])
    #expect(defended.head?.anchors === anchors)
    #expect(bare.head?.anchors !== anchors)
    #expect(try bytes(bare) == before && bytes(defended) != before)
  }

  @Test("made for certain classes answer for no others")
  func classes() throws {
    let stack = try stack([TurnedAnchors()])
    var other = context
    other.classes = ["a", "b", "c", "e", "d"]
    let error = try #require(throws: UsageError.self) { try stack.apply(to: bare, in: other) }
    #expect(error.message.contains("turned-anchors is made for 5 classes"))
    other.classes = nil
    _ = try stack.apply(to: bare, in: other)
  }

  @Test("that answer by more than an encoder keep their signals, and take no wrapper outside")
  func answerers() throws {
    let views = try stack([RAdapt(), TwoViews()]).apply(to: bare, in: context)
    let inside = try stack([RAdapt()]).apply(to: bare, in: context)
    let answer = try views.predict(pixels)
    let mirrored = try inside.predict(pixels.flipped([-1])).requireLogits("test")
    #expect(try answer.require(TwoViews.second, for: "test").bytes() == mirrored.bytes())
    #expect(throws: TorchError.self) {
      try inside.predict(pixels).require(TwoViews.second, for: "")
    }
    let error = try #require(throws: UsageError.self) { try stack([TwoViews(), CLIPureCos()]) }
    #expect(error.message.contains("clipure-cos changes the encoder"))
  }

  @Test("harden the modalities of any layer, and say so where none does")
  func senses() throws {
    let layers = [
      DefenseLayer(CLIPureCos(), fitted: [.audio: Fitted([:])]),
      DefenseLayer(TwoViews(), fitted: [.image: Fitted([:])]),
    ]
    let stack = DefenseStack(DefenseBundle(base: base, layers: layers))
    #expect(stack.senses == [.audio, .image])
    #expect(stack.adaptiveAttacks(of: .image, on: bare.encoder.input, steps: 3).count == 1)
    _ = try stack.apply(to: bare, in: context)
    let video = try ToyEncoder.video().toySubject()
    let error = try #require(throws: UsageError.self) { try stack.apply(to: video, in: context) }
    #expect(error.message == "the bundle hardens audio, image, and not video")
  }

  @Test("are attacked through the substitutes of all that hide their gradient")
  func adaptive() throws {
    let masked = CLIPureCos(steps: 4, gradient: .released)
    let stack = try stack([RAdapt(cutoff: 30), masked, RAdapt(cutoff: 20)])
    let attacks = stack.adaptiveAttacks(of: .image, on: bare.encoder.input, steps: 3)
    #expect(
      attacks.map(\.recipe.name) == [
        "apgd-embedding", "apgd-ce-low-pass", "apgd-ce-bpda", "apgd-dlr-bpda",
        "apgd-embedding-bpda", "apgd-ce-low-pass-3",
      ])
    for attack in attacks {
      let search = try #require(attack.search)
      #expect(search.layers.map(\.method) == stack.layers.map(\.method))
      #expect(search.layers[1].defense as? CLIPureCos == masked.substitute)
      #expect(search.layers[0].defense as? RAdapt == RAdapt(cutoff: 30))
    }
    // Without a layer that hides anything they search in the model itself, the same one once.
    let plain = try self.stack([RAdapt(), RAdapt()])
    let found = plain.adaptiveAttacks(of: .image, on: bare.encoder.input, steps: 3)
    #expect(found.map(\.recipe.name) == ["apgd-embedding", "apgd-ce-low-pass"])
    #expect(found.allSatisfy { $0.search == nil })
  }
}

@Suite("Bundles around bundles")
struct NestedBundleTests {
  private func layer(_ cutoff: Double) throws -> DefenseLayer {
    DefenseLayer(
      RAdapt(cutoff: cutoff), fitted: [.image: Fitted(["anchor": try .ones([2, 2])])])
  }

  private func write(
    _ layers: [DefenseLayer], around base: DefenseBundle.Reference, to path: String
  ) throws {
    try DefenseBundle(base: base, layers: layers).write(to: path)
  }

  @Test("are read from the outside in, and applied from the inside out")
  func chain() throws {
    try withTemporaryFolder { folder in
      let paths = ["inner", "middle", "outer"].map { folder.appendingPathComponent($0).path }
      let checkpoint = DefenseBundle.Reference(path: "/models/a", files: ["x": "0"])
      try write([layer(10), layer(20)], around: checkpoint, to: paths[0])
      try write([layer(30)], around: DefenseBundle.reference(to: paths[0]), to: paths[1])
      try write([layer(40)], around: DefenseBundle.reference(to: paths[1]), to: paths[2])
      let stack = try DefenseStack(at: paths[2])
      #expect(stack.checkpoint == checkpoint)
      #expect(stack.bundles.map(\.folder) == paths.reversed())
      #expect(
        stack.layers.map { ($0.defense as? RAdapt)?.cutoff } == [10, 20, 30, 40])

      // A bundle is not written over one that it goes around.
      let around = try DefenseBundle.reference(to: paths[1])
      for path in paths.prefix(2) {
        let error = try #require(throws: UsageError.self) {
          try write([layer(50)], around: around, to: path)
        }
        #expect(error.message.contains("this one goes around"))
      }
      // The base changes.
      try write([layer(11), layer(20)], around: checkpoint, to: paths[0])
      let error = try #require(throws: FormatError.self) { try DefenseStack(at: paths[2]) }
      #expect("\(error)".contains("was made for another bundle"), "\(error)")
    }
  }

  @Test("cannot go around themselves")
  func loop() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("loop").path
      try write([layer(10)], around: .init(path: path, files: [:]), to: path)
      let error = try #require(throws: FormatError.self) { try DefenseStack(at: path) }
      // Its own hash cannot stand in itself.
      #expect("\(error)".contains("was made for another bundle"), "\(error)")
    }
  }
}
