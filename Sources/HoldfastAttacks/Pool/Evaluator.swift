import HoldfastCore
import HoldfastTensor

/// Asks a model about a batch of points: one forward pass per view, and a backward pass for the
/// samples that need a gradient.
struct Evaluator<A: Attack> {
  let attack: A
  let objective: any Objective
  /// What a margin is measured by; nil when nobody asks for margins, which are then 0.
  let criterion: (any Criterion)?
  let subject: Subject
  /// Whether points are ranked by their loss.
  ///
  /// If not, only the margin of a point matters when no gradient is wanted, and views that are not the point itself are not shown.
  var ranksByLoss = true

  /// The result of one evaluation, and its cost for each sample.
  struct Answer {
    var loss: Tensor
    var gradient: Tensor
    var margin: Tensor
    /// Forward and backward passes of each row.
    var forward: [Int]
    var backward: [Int]
  }

  /// The model's answer at `x`.
  ///
  /// Samples that need no gradient go by themselves, forward only, unless they are so few that a
  /// batch of their own would cost more than it saves.
  func callAsFunction(
    _ x: Tensor, _ truth: Truth, wantsGradient wanted: [Bool], noise: inout Noise
  ) throws(TorchError) -> Answer {
    let with = wanted.indices.filter { wanted[$0] }
    let without = wanted.indices.filter { !wanted[$0] }
    if without.isEmpty || without.count * 4 < with.count {
      return try ask(x, truth, gradient: true, noise: &noise)
    }
    if with.isEmpty { return try ask(x, truth, gradient: false, noise: &noise) }
    var parts: [Answer] = []
    for (rows, gradient) in [(with, true), (without, false)] {
      var own = noise.keeping(rows)
      parts.append(
        try ask(
          x.selecting(0, Tensor(rows).to(x.device)), truth.keeping(rows, on: x.device),
          gradient: gradient, noise: &own))
      noise.restore(own, at: rows)
    }
    return try parts[0].followed(by: parts[1], inOrder: with + without)
  }

  private func ask(
    _ points: Tensor, _ truth: Truth, gradient wanted: Bool, noise: inout Noise
  ) throws(TorchError) -> Answer {
    try withGradients(enabled: wanted) { () throws(TorchError) in
      let x = wanted ? try points.leaf() : points
      let views = try views(of: x, forMargin: !wanted && !ranksByLoss, noise: &noise)
      var (losses, slopes, margins) = (Mean(), Mean(), Mean())
      for (index, view) in views.enumerated() {
        let shown = view.isPoint ? view.input : try legal(view.input)
        let prediction = try subject.predict(shown, noise: &noise)
        let loss = try objective.loss(prediction, truth)
        if view.isPoint, let criterion {
          try margins.add(margin(prediction, truth, by: criterion))
        }
        if wanted { try slopes.add(slope(of: loss, at: x, keepGraph: index + 1 < views.count)) }
        try losses.add(loss.detached())
      }
      var forward = views.count
      if margins.count == 0, let criterion {
        let prediction = try withoutGradients { () throws(TorchError) in
          try subject.predict(points, noise: &noise)
        }
        try margins.add(margin(prediction, truth, by: criterion))
        forward += 1
      }
      let loss = try losses.value()
      let rows = points.shape[0]
      return Answer(
        loss: loss, gradient: wanted ? try slopes.value() : try noGradient(points, loss: loss),
        margin: margins.count == 0
          ? try .zeros([rows], device: points.device) : try margins.value(),
        forward: .init(repeating: forward, count: rows),
        backward: .init(repeating: wanted ? views.count * slopesPerView(loss) : 0, count: rows))
    }
  }

  /// The inputs that the model gets: only the points themselves if only the margin matters.
  private func views(
    of x: Tensor, forMargin: Bool, noise: inout Noise
  ) throws(TorchError) -> [View] {
    let views = try attack.views(of: x, noise: &noise)
    guard forMargin else { return views }
    let points = views.filter(\.isPoint)
    return points.isEmpty ? [View(x, isPoint: true)] : points
  }

  /// A view brought back into the legal range, which noise and resizing may leave.
  private func legal(_ view: Tensor) throws(TorchError) -> Tensor {
    guard let range = subject.encoder.input.range else { return view }
    return try view.clamped(Double(range.lowerBound), Double(range.upperBound))
  }

  private func margin(
    _ prediction: Prediction, _ truth: Truth, by criterion: any Criterion
  ) throws(TorchError) -> Tensor {
    try withoutGradients { () throws(TorchError) in
      try criterion.margin(prediction, truth).to(.float32).detached()
    }
  }

  /// The gradient of each sample's loss, or of each of its losses: `(B, …)` or `(B, S, …)`.
  private func slope(
    of loss: Tensor, at x: Tensor, keepGraph: Bool
  ) throws(TorchError) -> Tensor {
    guard loss.rank == 2 else {
      return try gradients(of: loss.sum(), withRespectTo: [x], keepGraph: keepGraph)[0]
    }
    let count = loss.shape[1]
    var slopes: [Tensor] = []
    for column in 0..<count {
      slopes += try gradients(
        of: loss.select(1, column).sum(), withRespectTo: [x],
        keepGraph: keepGraph || column + 1 < count)
    }
    return try Tensor.stacking(slopes, 1)
  }

  /// The gradients that a sample has: one for each of its losses.
  private func slopesPerView(_ loss: Tensor) -> Int { loss.rank == 2 ? loss.shape[1] : 1 }

  private func noGradient(_ x: Tensor, loss: Tensor) throws(TorchError) -> Tensor {
    guard loss.rank == 2 else { return try x.zerosLike() }
    return try .zeros([x.shape[0], loss.shape[1]] + x.shape.dropFirst(), device: x.device)
  }
}

/// A mean over views, summed as they come.
private struct Mean {
  private var sum: Tensor?
  private(set) var count = 0

  mutating func add(_ value: Tensor) throws(TorchError) {
    if let sum { self.sum = try sum + value } else { sum = value }
    count += 1
  }

  func value() throws(TorchError) -> Tensor {
    guard let sum else {
      throw TorchError(
        code: .shape, operation: "attack", message: "the attack shows the model nothing")
    }
    return count == 1 ? sum : try sum / Double(count)
  }
}

extension Evaluator.Answer {
  /// The rows of two answers, each put in the place that `order` names.
  func followed(
    by other: Self, inOrder order: [Int]
  ) throws(TorchError) -> Self {
    var place = [Int](repeating: 0, count: order.count)
    for (row, original) in order.enumerated() { place[original] = row }
    let index = try Tensor(place).to(loss.device)
    func join(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
      try Tensor.concatenating([a, b]).selecting(0, index)
    }
    let (ahead, back) = (forward + other.forward, backward + other.backward)
    return Self(
      loss: try join(loss, other.loss), gradient: try join(gradient, other.gradient),
      margin: try join(margin, other.margin), forward: place.map { ahead[$0] },
      backward: place.map { back[$0] })
  }
}
