import Foundation
import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastRecords
import HoldfastTensor

/// Two classes told apart by the mean brightness, with every way to hide or to give away the
/// gradient that a check looks for.
struct BrightnessEncoder: Encoder {
  let modality = Modality.image
  let input: InputSpec
  let embeddingWidth = 2
  let device = Device.cpu
  /// From inputs and the mean brightness above one half, `(B)`, to what the classes are told by.
  let answer: (_ input: Tensor, _ brightness: Tensor) throws(TorchError) -> Tensor

  init(
    range: ClosedRange<Float>? = 0...1,
    answer: @escaping (Tensor, Tensor) throws(TorchError) -> Tensor
  ) {
    input = InputSpec(shape: [3, 8, 8], range: range, unit: "pixel range [0, 1]")
    self.answer = answer
  }

  func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    let score = try answer(input, input.mean([1, 2, 3]) - 0.5) * 10
    return try Tensor.stacking([score, -score], 1)
  }

  /// What is seen is what is followed.
  static var honest: BrightnessEncoder {
    BrightnessEncoder { (_, brightness) throws(TorchError) in brightness }
  }

  /// No gradient at all.
  static var blind: BrightnessEncoder {
    BrightnessEncoder { (_, brightness) throws(TorchError) in
      try brightness.detached() + brightness * 0
    }
  }

  /// No gradient where the input is rough, as it is where an attack with a large radius starts.
  static var blindWhereRough: BrightnessEncoder {
    BrightnessEncoder { (input, brightness) throws(TorchError) in
      let isRough = try (input.variance([1, 2, 3]) .> 3e-4).to(.float32)
      return try brightness.detached() * isRough + brightness * (isRough * -1 + 1)
    }
  }

  /// Roughness alone, of any kind, takes the class away.
  static var brittle: BrightnessEncoder {
    BrightnessEncoder { (input, brightness) throws(TorchError) in
      try brightness - input.variance([1, 2, 3]) * 40
    }
  }
}

/// A small audit of a toy with the masking checks.
struct CheckedToy {
  var plan: AuditPlan
  var settings = CheckSettings()
  let samples: [PreparedSample]

  /// - Parameters:
  ///   - source: what transfer examples are made on.
  init(
    _ encoder: any Encoder, source: (any Encoder)? = nil,
    attack: any Attack = APGD(steps: 10), radii: [String] = ["2/255", "8/255"], count: Int = 40
  ) throws {
    let recipe = AttackRecipe(name: "attack", attack: attack, objective: CrossEntropy())
    let head = Head(logits: 2)
    plan = AuditPlan(
      subject: Subject(encoder: encoder, head: head),
      transferSource: source.map { Subject(encoder: $0, head: head) },
      attacks: [.whiteBox: [recipe]], radii: radii.compactMap(Radius.init), slots: 16)
    if source != nil { plan.attacks[.transfer] = [recipe] }
    settings.queries = 400
    let shape = encoder.input.shape
    samples = try (0..<count).map { index in
      // Between 0.001 and 0.04 above one half, and one that is wrong from the beginning.
      let brightness = index == 3 ? 0.48 : 0.501 + 0.039 * Double(index) / Double(count)
      return PreparedSample(
        id: "sample-\(index)", label: 0,
        input: try PreparedInput(
          values: [Float](repeating: Float(brightness), count: shape.reduce(1, *)), shape: shape))
    }
  }

  /// What the audit records.
  func records() throws -> [String: SampleRecord] {
    var records: [String: SampleRecord] = [:]
    var rest = samples[...]
    try Auditor(plan).run({ rest.popFirst() }) { records[$0.id] = $0 }
    return records
  }

  /// The checklist, kept in a folder.
  func checks(in folder: URL) throws -> [CheckRecord] {
    let records = try records()
    var rest = samples[...]
    return try CheckRunner(Classification(plan), settings: settings).run(
      in: folder.path, samples: { rest.popFirst() }, records: { _ in records })
  }
}

extension [CheckRecord] {
  subscript(letter: String) -> CheckRecord? { first { $0.letter == letter } }
}
