/// Pictures of one size in the order of time, free of tensors.
public struct Clip: Hashable, Sendable {
  /// The pictures, at least 1.
  public let frames: [Image]

  /// Frames in a second on average, positive; nil if unknown.
  public let rate: Double?

  /// Wraps frames.
  ///
  /// Throws when there is no frame, when frames differ in size, and when the rate is not positive.
  public init(frames: [Image], rate: Double? = nil) throws(MediaError) {
    guard let first = frames.first else { throw MediaError("a video needs at least one frame") }
    if let other = frames.firstIndex(where: { $0.size != first.size }) {
      throw MediaError(
        "frame \(other) of the video has \(frames[other].size) pixels, the first \(first.size)",
        hint: "bring all frames to one size")
    }
    if let rate, !(rate > 0 && rate.isFinite) {
      throw MediaError("a video cannot have \(rate) frames per second")
    }
    self.frames = frames
    self.rate = rate
  }

  /// Both sides of every frame.
  public var size: ImageSize {
    frames.first?.size ?? ImageSize(width: 0, height: 0)
  }
}
