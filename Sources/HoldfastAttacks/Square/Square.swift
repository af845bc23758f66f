public import HoldfastCore
public import HoldfastTensor

/// Square: random search that changes one patch at a time, and looks at scores alone.
///
/// Andriushchenko et al., 2020, algorithms 1 to 3; specs: attacks, section 1.5. Unlike the
/// reference, each sample draws its own patches, so that a verdict does not depend on the batch;
/// they cover the last row and column too, and lie on any plane that `Patches` names.
public struct Square: Attack {
  /// `square`.
  public static let name = "square"

  /// The points that are evaluated in one run, the start among them.
  public var queries: Int
  /// The share of the plane that the first patches cover.
  public var share: Double
  /// Whether the schedule of shares is stretched or squeezed from 10,000 queries to ``queries``.
  public var rescale: Bool
  /// Whether patches avoid the last row and column, and in L2 and L1 a window has the share of all
  /// channels, as in the reference.
  public var parity: Bool

  /// Square with the given hyper-parameters.
  public init(
    queries: Int = 5000, share: Double = 0.8, rescale: Bool = false, parity: Bool = false
  ) {
    self.queries = queries
    self.share = share
    self.rescale = rescale
    self.parity = parity
  }

  /// All queries but the start.
  public var steps: Int { max(0, queries - 1) }

  /// The best point of each sample, on which the next patch is tried.
  public struct State: SlotState {
    /// The point: `(B, …)`.
    var best: Tensor
    /// The loss there: `(B)`.
    var loss: Tensor
    /// The margin of success there: `(B)`.
    var margin: Tensor

    /// Each tensor merged with its partner.
    public func merged(with other: State, _ merge: RowMerge) throws(TorchError) -> State {
      State(
        best: try merge(best, other.best), loss: try merge(loss, other.loss),
        margin: try merge(margin, other.margin))
    }
  }

  /// True: a patch changes scores by less than bfloat16 can tell.
  public var needsFloat32: Bool { true }

  /// False: it looks at scores alone.
  public var followsGradient: Bool { false }

  /// The same attack with `factor` times the patches.
  public func lengthened(by factor: Int) -> Square? {
    var longer = self
    longer.queries = factor * steps + 1
    return longer
  }

  /// Stripes at the radius in Linf, a tiling with bumps in L2 and L1.
  ///
  /// Stripes run along the rows of each channel. The items of a set have no neighbours to share a
  /// stripe or a bump with, so there each number of each item has a sign of its own.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    let plane = try PatchPlane(of: ball)
    if ball.norm != .linf, plane.isOrdered { return try tiles(in: ball, plane, &noise) }
    let signs = try noise.perRow { (generator, _) in
      generator.signs(plane.channels * plane.columns)
    }
    let stripes = try plane.perStripe(signs) + ball.origin.zerosLike()
    return try ball.origin + stripes / ball.sizePerRow(stripes) * ball.radius
  }

  /// A state without any point seen.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State {
    let lowest = try Tensor.full(-.infinity, [x.shape[0]], device: x.device)
    return State(best: x, loss: lowest, margin: lowest)
  }

  /// False for all: the attack uses no gradient.
  public func needsGradient(_ state: State, steps: [Int]) -> [Bool] { steps.map { _ in false } }

  /// Keeps the point just evaluated if it is better, and changes a patch of the best one.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try observe(&state, evaluation)
    let plane = try PatchPlane(of: ball)
    let shares = evaluation.steps.map(share(atStep:))
    if ball.norm == .linf {
      let draws = try noise.perRow { (generator, row) in
        PatchDraw(
          patch: plane.draw(side: plane.side(of: shares[row]), parity: parity, &generator),
          signs: generator.signs(plane.channels))
      }
      return try painted(state.best, draws, in: ball, plane)
    }
    let draws = try noise.perRow { (generator, row) in
      let side = plane.side(of: shares[row], least: 3, isOdd: true)
      return TransferDraw(
        to: plane.draw(side: side, parity: parity, &generator),
        from: plane.draw(side: side, parity: parity, &generator),
        isTurned: generator.integer(below: 2) == 1, signs: generator.signs(plane.channels))
    }
    return try transferred(state.best, draws, in: ball, plane)
  }

  /// A point is better if it succeeds and the best one does not, or if its loss is higher.
  private func observe(_ state: inout State, _ evaluation: Evaluation) throws(TorchError) {
    let succeeds = try (evaluation.margin .> 0).and(state.margin .<= 0)
    let better = try (evaluation.loss .> state.loss).or(succeeds)
    state.best = try .where(better.perRow(rank: evaluation.x.rank), evaluation.x, state.best)
    state.loss = try .where(better, evaluation.loss, state.loss)
    state.margin = try .where(better, evaluation.margin, state.margin)
  }

  /// The share of the plane that the patch of a step covers: it halves as steps go by.
  func share(atStep step: Int) -> Double {
    let moment = rescale ? Int(Double(step) / Double(max(1, queries)) * 10000) : step
    let halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000].count { $0 < moment }
    return share / Double(1 << halvings)
  }
}

/// The random choices of a step in Linf for a sample.
struct PatchDraw {
  var patch: PatchPlane.Patch
  /// One sign per channel.
  var signs: [Float]
}

extension Square {
  /// `x` with a patch of each sample at the radius.
  func painted(
    _ x: Tensor, _ draws: [PatchDraw], in ball: Ball, _ plane: PatchPlane
  ) throws(TorchError) -> Tensor {
    let extreme = try ball.origin + plane.perChannel(draws.map(\.signs)) * ball.radius
    return try .where(plane.mask(draws.map(\.patch)), extreme, x)
  }
}
