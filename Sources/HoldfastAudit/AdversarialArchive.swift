import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastFormats
import HoldfastRecords
import HoldfastTensor

/// Adversarial inputs on disk: for each sample, protocol and radius a safetensors file with the
/// tensor `input`, and for pictures a PNG file.
///
/// The tensor is exactly the tested input; the picture is rounded to 8 bits inside the radius.
public final class AdversarialArchive {
  /// The folder, below a run's own: `artifacts/adversarial`.
  public static let place = "artifacts/adversarial"

  private let folder: String
  private let storesPictures: Bool

  /// An archive in a run folder, which is created if missing.
  public init(in run: String, storesPictures: Bool) {
    folder = "\(run)/\(Self.place)"
    self.storesPictures = storesPictures
  }

  /// Keeps an input `(1, …)` of a sample, in place of an earlier one of the same protocol and radius.
  func keep(
    _ input: Tensor, of job: AttackJob, as name: AuditProtocol, at radius: Radius, norm: Norm
  ) throws {
    let path = "\(folder)/\(Self.name(of: job.id, as: name.rawValue, at: radius.description))"
    try FileManager.default.createDirectory(
      atPath: PathParts.folder(of: path), withIntermediateDirectories: true)
    try SafetensorsWriter.write(
      [
        SafetensorsWriter.Tensor(
          name: "input", type: .float32, shape: input.shape,
          bytes: { try input.bytes() })
      ],
      metadata: [
        "format": "pt", "sample": job.id, "protocol": name.rawValue,
        "epsilon": radius.description, "norm": norm.rawValue,
      ], to: "\(path).safetensors")
    guard storesPictures else { return }
    let threat = ThreatModel(norm: norm, radius: radius)
    try AtomicFile.write(
      Pictures.png(input, origin: job.input, threat: threat), to: "\(path).png")
  }

  /// The name of an example's files, without their endings, relative to the archive.
  ///
  /// Ids come from the data, so whatever could mean a path is written as `%` and two digits, and a
  /// name too long for a file becomes its checksum.
  public static func name(of sample: String, as name: String, at radius: String) -> String {
    let safe = sample.utf8.map { byte in
      let scalar = UnicodeScalar(byte)
      let isPlain = byte < 128 && (Character(scalar).isLetter || Character(scalar).isNumber)
      return isPlain || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        ? String(scalar) : String(format: "%%%02X", byte)
    }.joined()
    let short = safe.utf8.count <= 200 ? safe : Checksum.sha256(of: Array(sample.utf8))
    return "\(name)/\(radius.replacingOccurrences(of: "/", with: "-of-"))/\(short)"
  }
}
