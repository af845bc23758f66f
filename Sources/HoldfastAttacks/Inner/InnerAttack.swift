public import HoldfastCore
public import HoldfastTensor

/// The attack inside a step of training: all samples of a batch in lockstep, for as many gradients as
/// the attack has steps.
///
/// It takes the audit's attack values, from the same starts. Nothing is verified and nobody leaves
/// early: a ``Pool`` is for verdicts, and costs more.
///
/// Source: the inner maximisation of Madry et al., 2018, equation 2.1; specs: defences, section 0.2.
///
///     let inner = InnerAttack(
///       attack: PGD(steps: 10, relativeStep: 0.25), objective: CrossEntropy(),
///       threat: ThreatModel(norm: .linf, radius: Radius(4.0 / 255)))
///     let found = try inner(x, truth, on: subject, noise: &noise)
public struct InnerAttack: Sendable {
  /// Which point of a run is trained on.
  public enum Keeps: String, Codable, Hashable, Sendable, CaseIterable {
    /// The last, which is not evaluated.
    case last
    /// Of those evaluated, the one of the highest loss.
    case highestLoss = "highest-loss"
  }

  /// The attack.
  public var attack: any Attack
  /// What it raises.
  public var objective: any Objective
  /// How far it may go.
  public var threat: ThreatModel
  /// Which point is trained on.
  public var keeps: Keeps

  /// An inner attack of the given parts.
  public init(
    attack: any Attack, objective: any Objective, threat: ThreatModel, keeps: Keeps = .last
  ) {
    self.attack = attack
    self.objective = objective
    self.threat = threat
    self.keeps = keeps
  }

  /// What a run found.
  public struct Found {
    /// The points, inside the ball and the legal range: `(B, …)`.
    public let x: Tensor
    /// The objective at the start: `(B)`.
    public let startLoss: Tensor
    /// The highest objective that was evaluated: `(B)`.
    public let highestLoss: Tensor
  }

  /// The points at which the attack arrives from `x`.
  ///
  /// - Parameters:
  ///   - x: the unperturbed inputs, in the legal range: `(B, …)`.
  ///   - truth: what the objective compares with.
  ///   - subject: what is searched in; its parameters must not be recorded.
  ///   - noise: the randomness of each sample.
  public func callAsFunction(
    _ x: Tensor, _ truth: Truth, on subject: Subject, noise: inout Noise
  ) throws(TorchError) -> Found {
    try run(attack, x, truth, on: subject, noise: &noise)
  }

  private func run<A: Attack>(
    _ attack: A, _ origin: Tensor, _ truth: Truth, on subject: Subject, noise: inout Noise
  ) throws(TorchError) -> Found {
    let input = subject.encoder.input
    let rows = origin.shape[0]
    let ball = try Ball(
      around: origin, norm: threat.norm, radii: .init(repeating: threat.radius, count: rows),
      range: input.range, reach: attack.reach, patches: input.patches)
    let evaluator = Evaluator(
      attack: attack, objective: objective, criterion: nil, subject: subject)
    let wide = try ball.widened(by: factors(of: attack, atStep: 0, rows))
    var x = try wide.project(attack.start(in: wide, noise: &noise))
    var state = try attack.begin(at: x, in: wide)
    var (best, start, highest): (Tensor, Tensor?, Tensor?) = (x, nil, nil)
    for step in 0..<attack.steps {
      let answer = try evaluator(
        x, truth, wantsGradient: .init(repeating: true, count: rows), noise: &noise)
      if let known = highest {
        let isHigher = try answer.loss .> known
        if keeps == .highestLoss {
          best = try .where(isHigher.perRow(rank: x.rank), x, best)
        }
        highest = try .where(isHigher, answer.loss, known)
      } else {
        (start, highest) = (answer.loss, answer.loss)
      }
      let evaluation = Evaluation(
        x: x, loss: answer.loss, gradient: answer.gradient, margin: answer.margin,
        steps: .init(repeating: step, count: rows))
      let next = try ball.widened(by: factors(of: attack, atStep: step + 1, rows))
      x = try next.project(attack.step(&state, evaluation, in: next, noise: &noise))
    }
    let none = try Tensor.zeros([rows], device: x.device)
    return Found(
      x: keeps == .last ? try ball.project(x) : best, startLoss: start ?? none,
      highestLoss: highest ?? none)
  }

  private func factors(of attack: some Attack, atStep step: Int, _ rows: Int) -> [Double] {
    .init(repeating: attack.widening(atStep: step), count: rows)
  }
}

extension InnerAttack: Hashable {
  /// Whether two attacks take the same path.
  public static func == (a: InnerAttack, b: InnerAttack) -> Bool {
    AnyHashable(a.attack) == AnyHashable(b.attack)
      && AnyHashable(a.objective) == AnyHashable(b.objective) && a.threat == b.threat
      && a.keeps == b.keeps
  }

  /// Feeds the parts into `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(attack)
    hasher.combine(objective)
    hasher.combine(threat)
    hasher.combine(keeps)
  }
}
