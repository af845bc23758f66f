/// The camera that measured depth, as far as the disparity of its pictures depends on it.
public struct DepthCamera: Codable, Hashable, Sendable {
  /// The focal length in pixels, which comes with the recordings.
  public var focal: Double

  /// How far its two eyes are apart, in metres: 0.075 for both Kinects, 0.095 for RealSense and
  /// Xtion.
  public var baseline: Double

  /// How its files write millimetres.
  public var coding: DepthPreprocessor.Coding

  /// A camera of the given numbers; by default a Kinect whose files hold plain millimetres.
  public init(
    focal: Double, baseline: Double = 0.075, coding: DepthPreprocessor.Coding = .millimetres
  ) {
    self.focal = focal
    self.baseline = baseline
    self.coding = coding
  }
}
