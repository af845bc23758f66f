/// What an encoder takes: the shape of one sample, its legal range, and the unit of epsilon.
///
/// This is the space in which an attacker acts: after decoding, resizing and cropping, before any
/// normalisation, which happens inside the encoder.
public struct InputSpec: Codable, Hashable, Sendable {
  /// The sizes of one sample, without the batch axis, such as `[3, 224, 224]`.
  public let shape: [Int]
  /// The smallest and the largest legal value; nil when any value is legal.
  public let range: ClosedRange<Float>?
  /// The unit that a radius is given in, such as `pixel range [0, 1]`.
  public let unit: String
  /// Which values are neighbours.
  public let patches: Patches

  /// A space of samples of `shape` with values in `range`; patches are those of images unless given.
  public init(
    shape: [Int], range: ClosedRange<Float>?, unit: String, patches: Patches? = nil
  ) {
    self.shape = shape
    self.range = range
    self.unit = unit
    self.patches = patches ?? .image(rank: shape.count)
  }

  /// Reads a space; one written without patches has those of images.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      shape: try values.decode([Int].self, forKey: .shape),
      range: try values.decodeIfPresent(ClosedRange<Float>.self, forKey: .range),
      unit: try values.decode(String.self, forKey: .unit),
      patches: try values.decodeIfPresent(Patches.self, forKey: .patches))
  }

  /// The numbers in one sample.
  public var count: Int { shape.reduce(1, *) }

  /// RGB pixels in [0, 1] at the given size.
  public static func pixels(height: Int, width: Int) -> InputSpec {
    InputSpec(shape: [3, height, width], range: 0...1, unit: "pixel range [0, 1]")
  }

  /// Clips of RGB pixels in [0, 1] at the given size: `(3, T, H, W)`.
  public static func clip(frames: Int, height: Int, width: Int) -> InputSpec {
    InputSpec(shape: [3, frames, height, width], range: 0...1, unit: "pixel range [0, 1]")
  }

  /// Waveforms of one channel, amplitudes in [-1, 1].
  public static func waveform(samples: Int) -> InputSpec {
    InputSpec(
      shape: [samples], range: -1...1, unit: "waveform amplitude", patches: .window(axis: 0))
  }

  /// Normalised log mel spectrograms, mel bins and time last: `[C, M, T]` or `[clips, 1, M, T]`.
  ///
  /// The range depends on how a model normalises, and so does what a radius means.
  public static func mel(shape: [Int], range: ClosedRange<Float>?) -> InputSpec {
    InputSpec(shape: shape, range: range, unit: "normalised mel")
  }
}
