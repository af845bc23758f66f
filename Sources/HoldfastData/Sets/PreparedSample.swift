import HoldfastFormats
public import HoldfastMedia

/// A sample that is ready for the model.
public struct PreparedSample: Sendable {
  /// The id in its data set.
  public let id: String
  /// The class, as an index.
  public let label: Int
  /// The input in its legal range, before normalisation.
  public let input: PreparedInput
  /// SHA-256 of the file that it was made of; nil for a generated sample, and when nobody
  /// asked.
  public let file: String?
  /// The place in the order of the data, from 0, files that cannot be decoded left out; nil when nobody
  /// counted.
  public internal(set) var place: Int?

  /// A sample of the given parts.
  public init(
    id: String, label: Int, input: PreparedInput, file: String? = nil, place: Int? = nil
  ) {
    self.id = id
    self.label = label
    self.input = input
    self.file = file
    self.place = place
  }

  /// SHA-256 of the input's float32 bytes, as records have it.
  public var checksum: String {
    input.values.withUnsafeBytes { Checksum.sha256(of: $0) }
  }
}
