import HoldfastCore
import HoldfastTensor

/// The plane of rows and columns on which patches lie, and how values on it broadcast over a batch.
///
/// A set without order is a plane of one row, in which any columns may make a patch. A waveform is a
/// plane of one row too, in which a patch is a window.
struct PatchPlane {
  /// The rows of the plane; 1 for a set and for a waveform.
  let rows: Int
  /// The columns of the plane, the items of a set, or the moments of a waveform.
  let columns: Int
  /// Whether neighbours on the plane are neighbours in the sample.
  let isOrdered: Bool
  /// Whether the plane has an axis of rows, so that a patch is a square.
  let isSquare: Bool
  /// The indices that have a sign of their own.
  let channels: Int
  /// How often a patch is repeated in each channel, as over the frames of a clip.
  let copies: Int

  /// The axes within a channel.
  let inner: [Int]
  private let shape: [Int]
  private let device: Device
  private let rowAxes: [Int]
  private let columnAxes: [Int]
  private let channelAxes: [Int]

  /// The plane of the samples in a ball; throws when their shape has no such axes.
  init(of ball: Ball) throws(TorchError) {
    let shape = ball.origin.shape
    let rank = shape.count - 1
    let (plane, channels): ([Int], [Int]?) =
      switch ball.patches {
      case .grid(let rows, let columns, let channels): ([rows, columns], channels)
      case .items(let axis), .window(let axis): ([axis], nil)
      }
    let named = plane + (channels ?? [])
    let axes = named.map { $0 < 0 ? $0 + rank + 1 : $0 + 1 }
    guard axes.allSatisfy((1...max(1, rank)).contains), Set(axes).count == axes.count, rank > 0
    else {
      throw TorchError(
        code: .shape, operation: "patches",
        message: "a sample of the shape \(shape.dropFirst()) has no patches along \(named)")
    }
    isSquare = plane.count == 2
    if case .items = ball.patches { isOrdered = false } else { isOrdered = true }
    rowAxes = isSquare ? [axes[0]] : []
    columnAxes = isSquare ? [axes[1]] : [axes[0]]
    channelAxes =
      channels == nil
      ? (1...rank).filter { !axes.contains($0) } : axes.dropFirst(plane.count).sorted()
    self.shape = shape
    device = ball.origin.device
    let apart = channelAxes
    inner = (1...rank).filter { !apart.contains($0) }
    self.rows = rowAxes.reduce(1) { $0 * shape[$1] }
    self.columns = columnAxes.reduce(1) { $0 * shape[$1] }
    self.channels = channelAxes.reduce(1) { $0 * shape[$1] }
    copies = max(1, shape.dropFirst().reduce(1, *) / max(1, rows * columns * self.channels))
  }

  // MARK: Values of each sample, shaped to broadcast

  /// A value per row of the plane.
  func alongRows<Value: TensorScalar>(_ values: [[Value]]) throws(TorchError) -> Tensor {
    try along(rowAxes, values)
  }

  /// A value per column.
  func alongColumns<Value: TensorScalar>(_ values: [[Value]]) throws(TorchError) -> Tensor {
    try along(columnAxes, values)
  }

  /// A value per channel.
  func perChannel(_ values: [[Float]]) throws(TorchError) -> Tensor {
    try along(channelAxes, values)
  }

  /// A value per channel and column.
  func perStripe(_ values: [[Float]]) throws(TorchError) -> Tensor {
    try along(channelAxes + columnAxes, values)
  }

  /// A value per channel, row and column, in this order.
  func perCell(_ values: [[Float]]) throws(TorchError) -> Tensor {
    let order = channelAxes + rowAxes + columnAxes
    let sizes = [values.count] + order.map { shape[$0] }
    let place = order.enumerated().sorted { $0.element < $1.element }.map { $0.offset + 1 }
    let ordered = try Tensor(values.flatMap { $0 }, sizes).permuted([0] + place)
    return try ordered.reshaped(spread(order, values.count)).to(device)
  }

  private func along<Value: TensorScalar>(
    _ axes: [Int], _ values: [[Value]]
  ) throws(TorchError) -> Tensor {
    try Tensor(values.flatMap { $0 }, spread(axes, values.count)).to(device)
  }

  /// The shape that has the sizes of `axes`, and 1 elsewhere.
  private func spread(_ axes: [Int], _ count: Int) -> [Int] {
    [count] + shape.indices.dropFirst().map { axes.contains($0) ? shape[$0] : 1 }
  }

  // MARK: Patches

  /// The cells in some of the rows and some of the columns.
  struct Patch: Hashable {
    var rows: [Int]
    var columns: [Int]
  }

  /// The patches, one per sample, as a mask that broadcasts.
  func mask(_ patches: [Patch]) throws(TorchError) -> Tensor {
    func marks(_ count: Int, _ indices: [Int]) -> [Bool] {
      var marks = [Bool](repeating: false, count: count)
      for index in indices { marks[index] = true }
      return marks
    }
    return try alongRows(patches.map { marks(rows, $0.rows) })
      .and(alongColumns(patches.map { marks(columns, $0.columns) }))
  }

  /// The side of a square that covers a share of the plane, or the length of a window, or the items
  /// that make that share of a set.
  ///
  /// - Parameters:
  ///   - least: The smallest size, if there is room.
  ///   - isOdd: Whether a square must have a middle.
  func side(of share: Double, least: Int = 1, isOdd: Bool = false) -> Int {
    guard isOrdered else {
      let count = (share * Double(columns)).rounded(.toNearestOrEven)
      return min(max(Int(count), least), columns)
    }
    let room = isSquare ? min(rows, columns) : columns
    let cells = share * Double(rows * columns)
    let ideal = (isSquare ? cells.squareRoot() : cells).rounded(.toNearestOrEven)
    let side = max(Int(ideal), least)
    guard isOdd else { return min(side, room) }
    return min(side | 1, room % 2 == 1 ? room : max(1, room - 1))
  }

  /// A patch anywhere on the plane, each place equally likely.
  ///
  /// With `parity` a square never covers the last row and column, as in the reference.
  func draw(side: Int, parity: Bool, _ generator: inout Generator) -> Patch {
    guard isOrdered else {
      return Patch(rows: [0], columns: generator.choose(side, of: columns))
    }
    func place(_ size: Int) -> [Int] {
      let first = generator.integer(below: parity ? max(1, size - side) : size - side + 1)
      return Array(first..<first + side)
    }
    return Patch(rows: isSquare ? place(rows) : [0], columns: place(columns))
  }
}

extension Generator {
  /// Different numbers of 0 ..< bound, every set of them equally likely (Floyd's method).
  mutating func choose(_ count: Int, of bound: Int) -> [Int] {
    var chosen: Set<Int> = []
    for last in bound - count..<bound {
      let number = integer(below: last + 1)
      chosen.insert(chosen.contains(number) ? last : number)
    }
    return chosen.sorted()
  }

  /// -1 or 1, as often as asked for.
  mutating func signs(_ count: Int) -> [Float] {
    (0..<count).map { _ in integer(below: 2) == 0 ? -1 : 1 }
  }
}
