import Foundation
public import HoldfastCore
public import HoldfastTensor

/// The attack of Carlini and Wagner in L2: minimises ‖x - x₀‖² + c · max(κ - margin, 0) by Adam, and
/// searches for the smallest c that succeeds.
///
/// The margin is the objective. Inside a box x is a tanh, so that no step leaves it; without one it
/// is itself. Each sample has its own c and stops each search by itself once its loss no longer
/// falls, so samples of any progress share a batch. Carlini and Wagner, 2017, section VI; specs:
/// attacks, section 1.8.
public struct CarliniWagner: Attack {
  /// `cw`.
  public static let name = "cw"

  /// The steps of one search at most.
  public var iterations: Int
  /// The searches, each with another c.
  public var searches: Int
  /// The c of the first search.
  public var weight: Double
  /// The length of Adam's steps.
  public var learningRate: Double
  /// The margin κ in logits that the search is content with: c grows until some point has it.
  ///
  /// A verdict counts every success on the way, whatever its margin.
  public var kappa: Double

  /// The attack; the defaults are those of the paper's code.
  public init(
    iterations: Int = 10_000, searches: Int = 9, weight: Double = 1e-3,
    learningRate: Double = 0.01, kappa: Double = 0
  ) {
    self.iterations = iterations
    self.searches = searches
    self.weight = weight
    self.learningRate = learningRate
    self.kappa = kappa
  }

  /// The steps of all searches.
  public var steps: Int { iterations * searches }

  /// Success may lie anywhere.
  public var reach: Reach { .box }

  /// The same attack with `factor` times the steps of each search.
  public func lengthened(by factor: Int) -> Self? { multiplying(\.iterations, by: factor) }

  /// The state of each sample.
  public struct State: SlotState {
    /// The point in the coordinates that are searched: `(B, …)`.
    var variable: Tensor
    /// Adam's means of the slope and of its square: `(B, …)`.
    var slope: Tensor
    var square: Tensor
    /// The weight of this search, and what is known of the smallest that succeeds: `(B)`.
    var weight: Tensor
    var tooLow: Tensor
    var enough: Tensor
    /// Whether this search has succeeded: `(B)`.
    var succeeded: Tensor
    /// The loss when it was last looked at: `(B)`.
    var lastLoss: Tensor
    /// The searches that are over.
    var search: [Int]
    /// The steps of this search so far.
    var iteration: [Int]

    /// Each part merged with its partner.
    public func merged(with other: State, _ merge: RowMerge) throws(TorchError) -> State {
      State(
        variable: try merge(variable, other.variable), slope: try merge(slope, other.slope),
        square: try merge(square, other.square), weight: try merge(weight, other.weight),
        tooLow: try merge(tooLow, other.tooLow), enough: try merge(enough, other.enough),
        succeeded: try merge(succeeded, other.succeeded),
        lastLoss: try merge(lastLoss, other.lastLoss), search: merge(search, other.search),
        iteration: merge(iteration, other.iteration))
    }
  }

  /// Starts at the input itself.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    ball.origin
  }

  /// The beginning of the first search.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State {
    let zeros = try Tensor.zeros([x.shape[0]], device: x.device)
    let none = [Int](repeating: 0, count: x.shape[0])
    return State(
      variable: try BoxCoordinates(ball).variable(of: x), slope: try x.zerosLike(),
      square: try x.zerosLike(), weight: try zeros + weight, tooLow: zeros,
      enough: try zeros + .infinity, succeeded: try zeros .> 0, lastLoss: try zeros + .infinity,
      search: none, iteration: none)
  }

  /// The samples that have made all searches.
  public func isSpent(_ state: State, steps: [Int]) -> [Bool] {
    state.search.map { $0 >= searches }
  }

  /// A step of Adam, or the beginning of another search.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    let coordinates = try BoxCoordinates(ball)
    let (x, rank) = (evaluation.x, evaluation.x.rank)
    state.succeeded = try state.succeeded.or(evaluation.margin .> kappa)

    let offset = try x - ball.origin
    let short = try (kappa - evaluation.loss).maximum(0)
    let loss = try offset.squared().sum(Array(1..<rank)) + state.weight * short
    let pull = try (state.weight * (short .> 0).to(.float32)).perRow(rank: rank)
    let slope =
      try (offset * 2 - evaluation.gradient * pull) * coordinates.speed(at: state.variable)
    try descend(&state, slope)

    if let over = try over(&state, loss) { try beginSearch(&state, over, in: ball, coordinates) }
    return try coordinates.point(at: state.variable)
  }

  /// One step of Adam along `slope`; each sample is at its own count of steps.
  private func descend(_ state: inout State, _ slope: Tensor) throws(TorchError) {
    let (first, second) = (0.9, 0.999)
    state.slope = try state.slope * first + slope * (1 - first)
    state.square = try state.square * second + slope.squared() * (1 - second)
    func correction(_ decay: Double) throws(TorchError) -> Tensor {
      try Tensor(state.iteration.map { Float(1 - pow(decay, Double($0 + 1))) })
        .to(slope.device).perRow(rank: slope.rank)
    }
    let spread = try (state.square / correction(second)).squareRoot() + 1e-8
    state.variable =
      try state.variable - state.slope / correction(first) / spread * learningRate
    for row in state.iteration.indices { state.iteration[row] += 1 }
  }

  /// Which samples have come to the end of a search: their steps are spent, or over the last tenth
  /// of them the loss did not fall; nil if none has.
  private func over(_ state: inout State, _ loss: Tensor) throws(TorchError) -> [Bool]? {
    let tenth = max(1, iterations / 10)
    let looked = state.iteration.map { ($0 - 1) % tenth == 0 }
    var over = state.iteration.map { $0 >= iterations }
    if looked.contains(true) {
      let stalled = try (loss .> state.lastLoss * 0.9999).array(of: Bool.self)
      for row in over.indices where looked[row] && stalled[row] { over[row] = true }
      state.lastLoss = try .where(Tensor(looked).to(loss.device), loss, state.lastLoss)
    }
    return over.contains(true) ? over : nil
  }

  /// Takes the samples that are `over` to their next search, with a c halfway to the nearest that
  /// is known to be on the other side.
  private func beginSearch(
    _ state: inout State, _ over: [Bool], in ball: Ball, _ coordinates: BoxCoordinates
  ) throws(TorchError) {
    for row in over.indices where over[row] {
      state.search[row] += 1
      state.iteration[row] = 0
    }
    let device = state.weight.device
    let rows = try Tensor(over).to(device)
    let won = try rows.and(state.succeeded)
    let lost = try rows.and(state.succeeded.not())
    state.enough = try .where(won, state.enough.minimum(state.weight), state.enough)
    state.tooLow = try .where(lost, state.tooLow.maximum(state.weight), state.tooLow)
    let known = try state.enough.isFinite()
    let next = try Tensor.where(known, (state.tooLow + state.enough) / 2, state.weight * 10)
    state.weight = try .where(rows, next, state.weight)
    if searches >= 10 {
      // The last of many searches repeats the best.
      let last = try Tensor(zip(over, state.search).map { $0 && $1 == searches - 1 }).to(device)
      state.weight = try .where(last.and(known), state.enough, state.weight)
    }
    state.succeeded = try state.succeeded.and(rows.not())
    state.lastLoss = try state.lastLoss.filled(.infinity, where: rows)
    let all = try rows.perRow(rank: state.variable.rank)
    state.variable = try .where(all, coordinates.variable(of: ball.origin), state.variable)
    state.slope = try state.slope.filled(0, where: all)
    state.square = try state.square.filled(0, where: all)
  }
}
