public import HoldfastCore
public import HoldfastTensor

/// An attack that shows the model its points resized and padded at random, for examples that
/// transfer: DI-FGSM.
///
/// With the given probability a sample is shrunk to a random size, bilinearly, and put at a random
/// place on black (Xie et al., 2019, section 3.2). The paper enlarges its inputs; encoders here take
/// one size, so inputs shrink by at most the paper's share, to nine tenths. All channels and frames
/// of a sample share one draw.
public struct DiverseInput<Base: Attack>: AttackCombinator {
  /// The name of the base, `-di`.
  public static var name: String { "\(Base.name)-di" }

  /// The attack that makes the steps.
  public var base: Base
  /// How often a sample is changed, per view.
  public var probability: Double

  /// `base` on inputs that are changed with the given probability of [0, 1].
  public init(_ base: Base, probability: Double = 0.5) {
    self.base = base
    self.probability = probability
  }

  /// The state of the base attack.
  public typealias State = Base.State

  /// The smallest share of its sides that an input keeps.
  static var leastShare: Double { 0.9 }

  /// Refuses inputs that are not like pictures.
  public func check(_ input: InputSpec) throws(UsageError) {
    try base.check(input)
    try input.requirePicture("diversity")
  }

  /// The views of the base, changed at random.
  public func views(of x: Tensor, noise: inout Noise) throws(TorchError) -> [View] {
    var views: [View] = []
    for view in try base.views(of: x, noise: &noise) {
      views.append(View(try changed(view.input, &noise), isPoint: false))
    }
    return views
  }

  private func changed(_ x: Tensor, _ noise: inout Noise) throws(TorchError) -> Tensor {
    let (height, width) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let placements = try noise.perRow { (generator, _) throws(TorchError) in
      try generator.uniform([1]).item() < probability
        ? Placement.drawn(&generator, height: height, width: width) : nil
    }
    guard placements.contains(where: { $0 != nil }) else { return x }
    let pictures = try x.asPictures()
    var rows: [Tensor] = []
    for (row, placement) in placements.enumerated() {
      let picture = try pictures.slice(0, row..<row + 1)
      rows.append(try placement?(picture) ?? picture)
    }
    return try Tensor.concatenating(rows).reshaped(x.shape)
  }
}

/// The place of a shrunk picture on its black ground.
struct Placement {
  let height: Int
  let width: Int
  let top: Int
  let left: Int

  /// A random size, both sides by the same share, at a random place; nil when a side is too short
  /// to be shrunk.
  static func drawn(
    _ generator: inout Generator, height: Int, width: Int
  ) -> Placement? {
    guard height > 1, width > 1 else { return nil }
    let least = min(
      height - 1, Int((Double(height) * DiverseInput<FGSM>.leastShare).rounded(.up)))
    let rows = least + generator.integer(below: height - least)
    let columns = max(1, (2 * width * rows + height) / (2 * height))
    return Placement(
      height: rows, width: columns, top: generator.integer(below: height - rows + 1),
      left: generator.integer(below: width - columns + 1))
  }

  /// The picture `(1, C, H, W)`, shrunk and placed, at its old size.
  func callAsFunction(_ picture: Tensor) throws(TorchError) -> Tensor {
    let (below, beside) = (picture.shape[2] - height - top, picture.shape[3] - width - left)
    return
      try picture
      .resized(height: height, width: width, by: .bilinear, antialias: false)
      .padded([left, beside, top, below])
  }
}
