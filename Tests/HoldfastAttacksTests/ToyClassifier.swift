import Foundation
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport

@testable import HoldfastAttacks

/// The classifier of six classes on twelve numbers whose attacks are known step by step.
///
/// specs: attacks, section 1.13; the traces are made by Tools/goldens/attacks.py.
struct ToyClassifier {
  /// z_k = Σ 3 sin(0.7 (k+1)(i+1)) x_i + cos(0.3 (k+1)(i+2)) x_i² + 0.1 k.
  func logits(_ x: Tensor) throws(TorchError) -> Tensor {
    let pairs = (0..<6).flatMap { k in (0..<12).map { i in (Double(k + 1), Double(i + 1)) } }
    let linear = try Tensor(pairs.map { Float(3 * sin(0.7 * $0.0 * $0.1)) }, [6, 12])
    let square = try Tensor(pairs.map { Float(cos(0.3 * $0.0 * ($0.1 + 1))) }, [6, 12])
    let flat = try x.flattenedRows()
    // The traces take the sign of gradients near 0, so the products are rounded as the golden's are.
    return try flat.matmul(linear.transposed()) + flat.squared().matmul(square.transposed())
      + Tensor.range(6, dtype: .float32) * 0.1
  }

  /// The batch of the golden file: `(4, 3, 2, 2)`.
  static func inputs() throws -> Tensor {
    let x = try ((Tensor.range(12, dtype: .float32) + 0.5) / 12).reshaped([1, 3, 2, 2])
    return try .concatenating([x, x.flipped([-1]), 1 - x, x * 0.5 + 0.1])
  }

  /// The classes on top of the clean batch.
  static let labels = [3, 3, 0, 0]

  /// Minus the margin of the label over (largest - third largest), where the label is on top.
  func dlr(_ x: Tensor) throws(TorchError) -> Tensor {
    let z = try logits(x)
    let own = try z.gathering(1, Tensor(Self.labels).unsqueezed(1)).squeezed(1)
    let ordered = try z.sorted(1, descending: true).values
    let first = try ordered.select(1, 0)
    let isTop = try own .>= first
    let other = try Tensor.where(isTop, ordered.select(1, 1), first)
    return try -(own - other) / (first - ordered.select(1, 2) + 1e-12)
  }

  /// The cross-entropy of each sample.
  func crossEntropy(_ x: Tensor) throws(TorchError) -> Tensor {
    try loss(CrossEntropy(), x)
  }

  /// An objective at each sample.
  func loss(
    _ objective: some Objective, _ x: Tensor, labels: [Int] = Self.labels, targets: [Int]? = nil
  ) throws(TorchError) -> Tensor {
    let z = try logits(x)
    return try objective.loss(
      Prediction(embedding: z, logits: z),
      Truth(labels: Tensor(labels), targets: Tensor(targets ?? labels), cleanEmbedding: z))
  }
}

/// One evaluated point of a trace.
struct TracePoint {
  let x: Tensor
  let loss: [Float]
}

/// Drives `attack` by itself, without a pool, and returns every point that it evaluates.
func trace<A: Attack>(
  _ attack: A, from clean: Tensor, norm: Norm, radius: Double,
  loss: (Tensor) throws(TorchError) -> Tensor, observe: (A.State) throws -> Void = { _ in }
) throws -> [TracePoint] {
  let rows = clean.shape[0]
  let exact = try Ball(
    around: clean, norm: norm, radii: .init(repeating: Radius(radius), count: rows), range: 0...1)
  func ball(_ step: Int) throws(TorchError) -> Ball {
    try exact.widened(by: .init(repeating: attack.widening(atStep: step), count: rows))
  }
  var noise = Noise((0..<rows).map { Generator(seed: 0, stream: UInt64($0)) })
  var x = try ball(0).project(attack.start(in: ball(0), noise: &noise))
  var state = try attack.begin(at: x, in: ball(0))
  var points: [TracePoint] = []
  for step in 0...attack.steps {
    let leaf = try x.leaf()
    let values = try loss(leaf)
    let slope = try gradient(of: values.sum(), withRespectTo: leaf)
    let kept = try values.detached()
    points.append(TracePoint(x: x, loss: try kept.array(of: Float.self)))
    guard step < attack.steps else { break }
    let evaluation = Evaluation(
      x: x, loss: kept, gradient: slope, margin: kept,
      steps: .init(repeating: step, count: rows))
    let next = try ball(step + 1)
    x = try next.project(attack.step(&state, evaluation, in: next, noise: &noise))
    try observe(state)
  }
  return points
}
