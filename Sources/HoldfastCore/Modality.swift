/// The modality that an encoder takes its input from.
///
/// Nothing but the encoders and the readers of media knows what a modality is, so a new one is a
/// new name: `Modality(rawValue: "touch")`.
public struct Modality: RawRepresentable, Codable, Hashable, Sendable {
  /// The name in command lines and records.
  public let rawValue: String

  /// The modality with a given name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Pictures.
  public static let image = Modality(rawValue: "image")
  /// Clips of frames.
  public static let video = Modality(rawValue: "video")
  /// Sounds.
  public static let audio = Modality(rawValue: "audio")
  /// Thermal pictures.
  public static let thermal = Modality(rawValue: "thermal")
  /// Pictures of distance.
  public static let depth = Modality(rawValue: "depth")
  /// Clouds of points.
  public static let points = Modality(rawValue: "points")
  /// What an event camera reports.
  public static let event = Modality(rawValue: "event")
  /// What an inertial sensor reports.
  public static let inertial = Modality(rawValue: "inertial")
  /// Captions and other texts.
  public static let text = Modality(rawValue: "text")
}

extension Modality: CaseIterable {
  /// The modalities that encoders of this library have, in the order in which they are listed.
  public static let allCases: [Modality] = [
    .image, .video, .audio, .thermal, .depth, .points, .event, .inertial, .text,
  ]
}
