public import HoldfastCore
public import HoldfastTensor

/// Tests stored inputs by themselves: in float32, in a batch of one, from the values on the host.
///
/// A random model is judged by its mean embedding and mean logits over ``draws`` draws, which depend
/// on the sample's id alone: they are the same for every attack, and none of them is shown to one.
public struct Verifier {
  private let subject: Subject
  private let criterion: any Criterion

  /// A verifier of what `criterion` says about `subject`.
  public init(subject: Subject, criterion: any Criterion = Misclassification()) {
    self.subject = subject
    self.criterion = criterion
  }

  /// How many draws of a random model make a verdict.
  public static let draws = 20

  /// The forward passes of one test.
  public var passes: Int { subject.isRandom ? Self.draws : 1 }

  /// What the model says about `input` `(1, …)` of the sample `id`, for a verdict.
  public func predict(_ input: Tensor, of id: String) throws(TorchError) -> Prediction {
    var noise = Noise([Generator(seed: 0, stream: id).split("verdict")])
    return try withoutGradients { () throws(TorchError) in
      try subject.predict(
        input.to(subject.encoder.device), draws: Self.draws, noise: &noise)
    }
  }

  /// Brings `x` `(1, …)` to the host, makes it keep the radius in float64, and tests it.
  public func test(
    _ x: Tensor, job: AttackJob, target: Int? = nil, threat: ThreatModel
  ) throws(TorchError) -> Example {
    let stored = try threat.tightened(x.to(.cpu).to(.float32).contiguous(), origin: job.input)
    return try test(
      stored, job: job, target: target,
      distance: threat.distance(from: job.input, to: stored))
  }

  /// Tests `stored` `(1, …)`, on the CPU, as it is.
  public func test(
    _ stored: Tensor, job: AttackJob, target: Int? = nil, distance: Double
  ) throws(TorchError) -> Example {
    try judge(
      predict(stored, of: job.id), of: stored, job: job, target: target, distance: distance)
  }

  /// What the criterion says about the prediction for `input` `(1, …)`.
  public func judge(
    _ prediction: Prediction, of input: Tensor, job: AttackJob, target: Int? = nil,
    distance: Double
  ) throws(TorchError) -> Example {
    let truth = try Truth([job.truth], targets: [target], on: subject.encoder.device)
    let margin = try criterion.margin(prediction, truth).item()
    guard !margin.isNaN else { throw noNumber(job) }
    return Example(
      input: input, margin: margin,
      predicted: try prediction.logits.map { (logits) throws(TorchError) in
        Int(try logits.argmax(1).item())
      } ?? -1, distance: distance)
  }
}

/// A model that answers with NaN is broken, and not robust.
func noNumber(_ job: AttackJob) -> TorchError {
  TorchError(
    code: .backend, operation: "attack",
    message: "the model gives NaN for sample `\(job.id)`")
}
