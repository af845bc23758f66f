import HoldfastCore
import HoldfastTensor

@testable import HoldfastAttacks

/// What a classifier says at a batch of points: what an attack maximises, and how far they are past
/// success.
struct ToyAnswer {
  let loss: Tensor
  let margin: Tensor
}

/// What became of the samples of a batch that were searched without a pool.
struct SmallestFound {
  /// The smallest perturbation that succeeded, or infinity.
  var distances: [Double]
  /// How often each sample was evaluated, and how often with a gradient.
  var forward: [Int]
  var backward: [Int]
  /// The points of each round.
  var points: [Tensor] = []
}

/// Drives an attack that seeks the smallest perturbation by itself, giving gradients only to the
/// samples that ask for one.
func searchSmallest<A: Attack>(
  _ attack: A, from clean: Tensor, norm: Norm, range: ClosedRange<Float>? = 0...1,
  _ model: (Tensor) throws(TorchError) -> ToyAnswer, observe: (A.State) -> Void = { _ in }
) throws -> SmallestFound {
  let rows = clean.shape[0]
  let ball = try Ball(
    around: clean, norm: norm, radii: .init(repeating: Radius(1), count: rows), range: range,
    reach: .box)
  var noise = Noise((0..<rows).map { Generator(seed: 0, stream: UInt64($0)) })
  var x = try ball.project(attack.start(in: ball, noise: &noise))
  var state = try attack.begin(at: x, in: ball)
  var found = SmallestFound(
    distances: .init(repeating: .infinity, count: rows), forward: .init(repeating: 0, count: rows),
    backward: .init(repeating: 0, count: rows))
  var steps = [Int](repeating: 0, count: rows)
  while true {
    let leaf = try x.leaf()
    let answer = try model(leaf)
    let wanted = attack.needsGradient(state, steps: steps)
    let isSpent = attack.isSpent(state, steps: steps)
    let columns = answer.loss.rank == 2 ? answer.loss.shape[1] : 1
    let slopes = try (0..<columns).map { column in
      let loss = columns == 1 ? answer.loss : try answer.loss.select(1, column)
      return try gradients(of: loss.sum(), withRespectTo: [leaf], keepGraph: true)[0]
    }
    let slope = answer.loss.rank == 2 ? try Tensor.stacking(slopes, 1) : slopes[0]
    let margins = try answer.margin.detached().array(of: Float.self)
    let sizes = try ball.sizePerRow(x - clean).flattenedRows().array(of: Float.self)
    found.points.append(x)
    for row in 0..<rows {
      if margins[row] > 0 { found.distances[row] = min(found.distances[row], Double(sizes[row])) }
      guard !isSpent[row] else { continue }
      found.forward[row] += 1
      found.backward[row] += wanted[row] ? columns : 0
    }
    if isSpent.allSatisfy({ $0 }) { return found }
    let asked = try Tensor(wanted).perRow(rank: slope.rank)
    let evaluation = Evaluation(
      x: x, loss: try answer.loss.detached(), gradient: try slope.filled(0, where: asked.not()),
      margin: try answer.margin.detached(), steps: steps)
    x = try ball.project(attack.step(&state, evaluation, in: ball, noise: &noise))
    observe(state)
    for row in 0..<rows { steps[row] += 1 }
  }
}
