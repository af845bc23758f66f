/// The sense that an encoder takes its input from.
public enum Modality: String, Codable, Hashable, Sendable, CaseIterable {
  case image, video, audio, thermal, depth, points, event, inertial, text
}
