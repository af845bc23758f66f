/// Which values of a sample are neighbours; an attack without gradients changes such a patch at a
/// time.
///
/// Axes are those of one sample, without the batch axis; negative ones count from the last.
public enum Patches: Codable, Hashable, Sendable {
  /// Windows over rows and columns.
  ///
  /// Each index of the axes `channels` has a sign of its own. Over any other axis a window is the
  /// same, as over the time of a clip: frames that agree add up in the encoder, and a few thousand
  /// queries could not cover each frame by itself.
  case grid(rows: Int, columns: Int, channels: [Int])
  /// Windows over one axis, as over the time of a waveform; each index of any other axis has a sign
  /// of its own.
  case window(axis: Int)
  /// Some of the items of a set without order, as the points of a cloud; every number of an item
  /// has a sign of its own.
  case items(axis: Int)

  /// Windows over the last two axes, and a sign for each index of the first, if there is another.
  public static func image(rank: Int) -> Patches {
    rank < 2 ? .items(axis: 0) : .grid(rows: -2, columns: -1, channels: rank > 2 ? [0] : [])
  }
}
