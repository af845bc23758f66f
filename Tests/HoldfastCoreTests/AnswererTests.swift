import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// Twice the input, and what its site makes of that.
private struct SitedToy: SitedEncoder {
  let modality = Modality.image
  let input = InputSpec(shape: [2], range: 0...1, unit: "toy")
  let embeddingWidth = 2
  let device = Device.cpu
  let blockCount = 1

  func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    try sites.value(at: .mlp(0)) { () throws(TorchError) in try input * 2 }
  }
}

/// The input and fresh noise.
private struct RandomToy: RandomEncoder {
  let modality = Modality.image
  let input = InputSpec(shape: [2], range: 0...1, unit: "toy")
  let embeddingWidth = 2
  let device = Device.cpu

  func embed(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Tensor {
    try input + noise.normal(like: input)
  }
}

/// One more than the base is shown, and what stands at the base's site times ten.
private struct Plus: EncoderWrapper {
  let base: any Encoder

  func embed(
    _ input: Tensor, sites: Sites, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    guard base.sited != nil else {
      return try base.embed(input + 1, sites: sites, noise: &noise)
    }
    let own = Sites([.mlp(0): { (compute) throws(TorchError) in try compute() * 10 }])
    return try base.embed(input + 1, sites: sites.around(own), noise: &noise)
  }
}

@Suite("Encoders around encoders")
struct EncoderWrapperTests {
  private let x: Tensor

  init() throws {
    x = try Tensor([0, 1] as [Float], [1, 2])
  }

  @Test("hand sites on, their own inside of those they are given")
  func sites() throws {
    let twice = Plus(base: Plus(base: SitedToy()))
    #expect(!twice.isRandom)
    let sited = try #require(twice.sited)
    #expect(sited.blockCount == 1)
    #expect(try sited.embed(x).array(of: Float.self) == [400, 600])
    var seen: Tensor?
    let outer = Sites([
      .mlp(0): { (compute) throws(TorchError) in
        let value = try compute()
        seen = value
        return try value - 1
      }
    ])
    #expect(try sited.embed(x, sites: outer).array(of: Float.self) == [399, 599])
    #expect(try seen?.array(of: Float.self) == [400, 600])
    // Sites that only one of the two names stand as they are.
    let both = Sites([.mlp(1): { (run) throws(TorchError) in try run() + 1 }]).around(outer)
    #expect(try both.value(at: .mlp(1)) { x }.array(of: Float.self) == [1, 2])
    #expect(try both.value(at: .mlp(0)) { x }.array(of: Float.self) == [-1, 0])
  }

  @Test("hand randomness on, and repeat on the same noise")
  func randomness() throws {
    let wrapped = Plus(base: RandomToy())
    #expect(wrapped.isRandom && wrapped.sited == nil)
    func draw(_ encoder: any Encoder, at input: Tensor) throws -> [Float] {
      var noise = Noise([Generator(seed: 4, stream: "row")])
      return try encoder.embed(input, sites: .none, noise: &noise).array(of: Float.self)
    }
    #expect(try draw(wrapped, at: x) == draw(RandomToy(), at: x + 1))
    #expect(try wrapped.embed(x).bytes() == RandomToy().embed(x + 1).bytes())
    var noise = Noise([Generator(seed: 4, stream: "row")])
    let subject = Subject(encoder: wrapped, head: Head(logits: 2))
    #expect(subject.isRandom)
    let first = try subject.predict(x, noise: &noise).embedding
    #expect(try first.array(of: Float.self) == draw(wrapped, at: x))
    let second = try subject.predict(x, noise: &noise).embedding
    #expect(try second.bytes() != first.bytes())
  }

  @Test("offer no sites where the base has none")
  func refusal() throws {
    let sites = Sites([.mlp(0): { (_) throws(TorchError) in x }])
    for encoder in [RandomToy(), Plus(base: RandomToy()), try ToyEncoder.image()] as [any Encoder] {
      #expect(encoder.sited == nil)
      #expect(throws: TorchError.self) {
        var noise = Noise([Generator(seed: 4, stream: "row")])
        return try encoder.embed(x, sites: sites, noise: &noise)
      }
    }
  }
}

/// The draw itself in place of an answer.
private struct Dice: Answerer {
  static let throwing = Signal(rawValue: "throw")
  let isRandom = true

  func predict(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Prediction {
    let draw = try noise.uniform(like: input)
    return Prediction(embedding: draw, logits: try draw * 2, signals: [Self.throwing: try draw * 3])
  }
}

@Suite("Answerers")
struct AnswererTests {
  @Test("stand in for encoder and head, with the mean over draws of all that they say")
  func draws() throws {
    let subject = Subject(
      encoder: try ToyEncoder.image(), head: Head(logits: 2), answerer: Dice())
    #expect(subject.isRandom && !subject.answersByEncoder)
    let x = try Tensor.zeros([1, 2])
    var noise = Noise([Generator(seed: 4, stream: "row")])
    var single = noise
    let mean = try subject.predict(x, draws: 3, noise: &noise)
    let known = try (0..<3).map { _ in try single.uniform(like: x).array(of: Float.self) }
    for place in 0..<2 {
      let value = known.reduce(0) { $0 + $1[place] } / 3
      func found(_ tensor: Tensor) throws -> Float { try tensor.array(of: Float.self)[place] }
      #expect(abs(try found(mean.embedding) - value) < 1e-6)
      #expect(abs(try found(mean.requireLogits("test")) - 2 * value) < 1e-6)
      #expect(abs(try found(mean.require(Dice.throwing, for: "test")) - 3 * value) < 1e-6)
    }
    // Without noise the answer is the same each time, and the same for each row.
    let rows = try subject.predict(Tensor.zeros([2, 2])).embedding
    #expect(try rows.select(0, 0).bytes() == rows.select(0, 1).bytes())
    #expect(try subject.predict(Tensor.zeros([2, 2])).embedding.bytes() == rows.bytes())
  }

  @Test("that report no such signal are named in the error")
  func missing() throws {
    let prediction = Prediction(embedding: try .zeros([1, 2]), logits: nil)
    let error = try #require(throws: TorchError.self) {
      try prediction.require(Dice.throwing, for: "gate-closing")
    }
    #expect(error.operation == "gate-closing" && error.message.contains("`throw`"))
  }
}
