import HoldfastCore
import HoldfastTensor

/// The random choices of a step in L2 or L1 for a sample.
struct TransferDraw {
  /// The window that is given a bump, and what another window had.
  var to: PatchPlane.Patch
  /// The window that loses all.
  var from: PatchPlane.Patch
  /// Whether the bump is turned by a quarter.
  var isTurned: Bool
  /// One sign per channel.
  var signs: [Float]
}

extension Square {
  /// `x` with the perturbation of one window of each sample moved to another one, and a bump added
  /// to it there.
  ///
  /// Each channel of the window has what that channel had in both windows, and an equal part of what
  /// is left of the radius (Andriushchenko et al., 2020, algorithm 3; specs: attacks, section 1.5).
  /// With ``parity`` it has what all channels had, as in the reference: more than there is, so that
  /// the rest of the perturbation shrinks when the whole is brought back to the radius.
  func transferred(
    _ x: Tensor, _ draws: [TransferDraw], in ball: Ball, _ plane: PatchPlane
  ) throws(TorchError) -> Tensor {
    let order = ball.norm.order
    func perChannel(_ delta: Tensor) throws(TorchError) -> Tensor {
      try delta.norm(order, plane.inner, keepAxes: true)
    }
    let delta = try x - ball.origin
    let target = try plane.mask(draws.map(\.to))
    let kept = try delta.filled(0, where: target.or(plane.mask(draws.map(\.from))))
    let spare = try (ball.radius.power(order) - ball.sizePerRow(delta).power(order)).maximum(0)
    let held = try parity ? ball.sizePerRow(delta - kept) : perChannel(delta - kept)
    var budget = try held.power(order) + spare / Double(plane.channels)
    budget =
      ball.norm == .l1 ? try budget * Double(plane.channels) : try budget.power(1 / order)

    let old = try delta.filled(0, where: target.not())
    let bumps = try bumps(draws, ball.norm, plane) * plane.perChannel(draws.map(\.signs))
    let fresh = try bumps + old / (perChannel(old) + Self.tiny)
    let moved = try kept + fresh * (budget / (perChannel(fresh) + Self.tiny))
    // In L1 the projection takes from every value alike, which leaves few of them.
    guard ball.norm == .l2 else { return try ball.origin + moved }
    return try ball.origin + moved * (ball.radius / (ball.sizePerRow(moved) + Self.tiny))
  }

  /// A plane tiled with bumps, about five along its shorter side, each with a sign per channel.
  func tiles(
    in ball: Ball, _ plane: PatchPlane, _ noise: inout Noise
  ) throws(TorchError) -> Tensor {
    let side = max(1, (plane.isSquare ? min(plane.rows, plane.columns) : plane.columns) / 5)
    let height = plane.isSquare ? side : 1
    let bump = Bump(side, ball.norm, on: plane)
    let (down, across) = (plane.rows / height, plane.columns / side)
    let (top, left) = ((plane.rows - down * height) / 2, (plane.columns - across * side) / 2)
    let offsets = try noise.perRow { (generator, _) -> [Float] in
      let tiles = (0..<down * across).map { _ in
        (isTurned: generator.integer(below: 2) == 1, signs: generator.signs(plane.channels))
      }
      func value(_ channel: Int, _ row: Int, _ column: Int) -> Float {
        guard (0..<down * height).contains(row), (0..<across * side).contains(column) else {
          return 0
        }
        let tile = tiles[row / height * across + column / side]
        let (line, position) = (row % height, column % side)
        return tile.signs[channel]
          * (tile.isTurned && plane.isSquare ? bump[position, line] : bump[line, position])
      }
      return (0..<plane.channels).flatMap { channel in
        (0..<plane.rows).flatMap { row in
          (0..<plane.columns).map { column in value(channel, row - top, column - left) }
        }
      }
    }
    let tiles = try plane.perCell(offsets) + ball.origin.zerosLike()
    return try ball.origin + tiles * (ball.radius / (ball.sizePerRow(tiles) + Self.tiny))
  }

  /// The bumps of all samples in their windows, of unit norm in each channel.
  ///
  /// A bump is a product of what its rows and its columns allow, so only those are sent.
  private func bumps(
    _ draws: [TransferDraw], _ norm: Norm, _ plane: PatchPlane
  ) throws(TorchError) -> Tensor {
    var known: [Int: Bump] = [:]
    var (rowLevels, rowWeights) = ([[Float]](), [[Float]]())
    var (columnLevels, columnWeights) = ([[Float]](), [[Float]]())
    for draw in draws {
      let side = draw.to.columns.count
      let bump =
        known[side]
        ?? Bump(side, norm, on: plane)
      known[side] = bump
      let isTurned = draw.isTurned && plane.isSquare
      let row = isTurned ? bump.across : bump.along
      let column = isTurned ? bump.along : bump.across
      rowLevels.append(row.levels.placed(at: draw.to.rows, of: plane.rows))
      rowWeights.append(row.weights.placed(at: draw.to.rows, of: plane.rows))
      columnLevels.append(column.levels.placed(at: draw.to.columns, of: plane.columns))
      columnWeights.append(column.weights.placed(at: draw.to.columns, of: plane.columns))
    }
    let level = try plane.alongRows(rowLevels).minimum(plane.alongColumns(columnLevels))
    let weight = try plane.alongRows(rowWeights) * plane.alongColumns(columnWeights)
    // Over the frames of a clip the bump is repeated.
    let copies = Double(plane.copies)
    return try level * weight / (norm == .l1 ? copies : copies.squareRoot())
  }

  private static var tiny: Double { 1e-12 }
}

extension Bump {
  /// The bump of a patch of the given side on a plane.
  fileprivate init(_ side: Int, _ norm: Norm, on plane: PatchPlane) {
    if plane.isSquare {
      self.init(side: side, norm: norm)
    } else if plane.isOrdered {
      self.init(window: side, norm: norm)
    } else {
      self.init(items: side, norm: norm)
    }
  }
}

extension [Float] {
  /// These values at the given places among `count`, and 0 elsewhere.
  fileprivate func placed(at places: [Int], of count: Int) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    for (place, value) in zip(places, self) { values[place] = value }
    return values
  }
}
