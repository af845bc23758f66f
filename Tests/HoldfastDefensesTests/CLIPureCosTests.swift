import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastDefenses
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("CLIPure-Cos")
struct CLIPureCosTests {
  private let base: any Encoder
  private let prompt: Tensor
  private let inputs: Tensor

  init() throws {
    var noise = Generator(seed: 5, stream: "prompt")
    let prompt = try noise.normal([1, 8]).normalized()
    self.prompt = prompt
    // Embeddings on the side of the prompt, as those of a model are.
    base = WatchedEncoder(try ToyEncoder.image()) { (_, embedding) throws(TorchError) in
      try embedding + prompt * 6
    }
    inputs = try Tensor.concatenating(base.toyInputs(6))
  }

  private func defended(_ defense: CLIPureCos) throws -> any Encoder {
    try defense.wrap(base, fitted: Fitted(["prompt": prompt]))
  }

  private func unit(_ encoder: any Encoder) throws -> Tensor {
    try withoutGradients { try encoder.embed(inputs).normalized() }
  }

  /// The gradient of the first logit of a random head to the inputs.
  private func slope(_ encoder: any Encoder) throws -> Tensor {
    let head = try #require(base.toySubject().head)
    let x = try inputs.leaf()
    let logit = try head.logits(encoder.embed(x)).select(1, 0).sum()
    return try gradient(of: logit, withRespectTo: x)
  }

  @Test("turns by arctan of the step towards the prompt and past it", arguments: [1, 2, 3, 10, 11])
  func angle(steps: Int) throws {
    let clean = try unit(base)
    let cosine = try (clean * prompt).sum([1]).array(of: Float.self)
    #expect(cosine.allSatisfy { $0 > 0.034 })
    let turned = try unit(defended(CLIPureCos(steps: steps)))
    let seen = try (turned * prompt).sum([1]).array(of: Float.self)
    for (before, after) in zip(cosine, seen) {
      let start = acos(Double(before))
      let end = steps % 2 == 0 ? start : start - atan(30)
      #expect(abs(Double(after) - cos(end)) < 2e-4)
    }
    if steps % 2 == 0 { try expectClose(turned, clean, atol: 1e-4) }
  }

  @Test("has the base's gradient at even steps, where it is exact")
  func exact() throws {
    let bare = try slope(defended(CLIPureCos(steps: 0)))
    let through = try slope(defended(CLIPureCos()))
    try expectClose(through, bare, atol: 1e-3 * bare.absolute().max().item())
  }

  @Test("loses it as released, where it computes the same to half precision")
  func released() throws {
    let bare = try slope(base)
    let masked = try slope(defended(CLIPureCos(gradient: .released)))
    #expect(try masked.norm().item() < 1e-6 * bare.norm().item())
    let same = try unit(defended(CLIPureCos(gradient: .released)))
    try expectClose(same, unit(defended(CLIPureCos())), atol: 2e-3)
  }

  @Test("turns the unit embedding step by step, to the bit", arguments: [0, 1, 4])
  func bits(steps: Int) throws {
    var embedding = try base.embed(inputs).to(.float32).normalized()
    for _ in 0..<steps {
      let length = try embedding.norm(2, [1]).unsqueezed(1)
      let direction = try embedding / length
      let cosine = try (direction * prompt).sum([1]).unsqueezed(1)
      let pull = try prompt - direction * cosine
      let step = try pull / pull.norm(2, [1]).unsqueezed(1).maximum(1e-12) * 30
      embedding = try (direction + step).normalized() * length
    }
    let found = try defended(CLIPureCos(steps: steps)).embed(inputs)
    #expect(try found.bytes() == embedding.bytes())
  }

  @Test("asks each sample by itself")
  func alone() throws {
    let encoder = try defended(CLIPureCos(steps: 3))
    let all = try unit(encoder)
    for row in 0..<6 {
      let one = try withoutGradients {
        try encoder.embed(inputs.slice(0, row..<row + 1)).normalized()
      }
      try expectClose(one, all.slice(0, row..<row + 1), atol: 1e-5)
    }
  }

  @Test("learns the mean of its prompts' unit embeddings, and needs what reads them")
  func fit() throws {
    let defense = CLIPureCos(prompts: ["a photo of a .", "a drawing of a ."])
    var read: [String] = []
    let fitted = try defense.fit(to: base, guide: nil) { texts in
      read += texts
      return try Tensor([3, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0] as [Float], [2, 8])
    }
    let half = Float(0.5).squareRoot()
    #expect(read == defense.prompts)
    try expectClose(
      #require(fitted["prompt"]), Tensor([half, half, 0, 0, 0, 0, 0, 0], [1, 8]), atol: 1e-6)
    #expect(throws: UsageError.self) { try defense.fit(to: base, guide: nil) }
    #expect(throws: UsageError.self) {
      try defense.wrap(base, fitted: Fitted(["prompt": Tensor.zeros([1, 4])]))
    }
  }

  @Test("is spelled with its options, and names what adaptive attacks search in")
  func spelling() throws {
    let released = try #require(
      DefenseTable.defense("clipure-cos:gradient=released,steps=5,step=10", isGuided: false)
        as? CLIPureCos)
    #expect(released == CLIPureCos(steps: 5, stepSize: 10, gradient: .released))
    #expect(released.substitute == CLIPureCos(steps: 5, stepSize: 10))
    #expect(released.substitute.substitute.steps == 0)
    let attacks = released.adaptiveAttacks(on: base.input, steps: 7)
    #expect(!attacks.isEmpty)
    #expect(attacks.allSatisfy { $0.substitute as? CLIPureCos == released.substitute })
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("templates.txt")
      try Data("a photo of a {c}.\nart of the {}.\n".utf8).write(to: file)
      let read = try DefenseTable.defense(
        "clipure-cos:templates=\(file.path)", isGuided: false)
      #expect((read as? CLIPureCos)?.prompts == ["a photo of a .", "art of the ."])
    }
    for wrong in ["gradient=none", "steps=-1", "step=0", "templates=/nowhere"] {
      #expect(throws: UsageError.self) {
        try DefenseTable.defense("clipure-cos:\(wrong)", isGuided: false)
      }
    }
  }
}
