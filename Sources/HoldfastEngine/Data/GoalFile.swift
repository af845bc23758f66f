import Foundation
import HoldfastFormats
import HoldfastTensor

/// The embedding that attacks with a goal aim at, as `holdfast embed --output` writes one.
struct GoalFile {
  /// The embedding: `(1, D)`.
  let embedding: Tensor
  /// The SHA-256 of the file.
  let checksum: String

  /// Reads the one tensor of a safetensors file: float32, `(1, D)` or `(D)`.
  init(at path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw FormatError("does not exist", in: path, hint: Self.remedy)
    }
    checksum = try Checksum.sha256(ofFileAt: path)
    let file = try SafetensorsFile(path)
    guard let name = file.names.first, file.names.count == 1 else {
      throw FormatError("holds \(file.names.count) tensors, not one", in: path, hint: Self.remedy)
    }
    let entry = try file.entry(for: name)
    guard entry.type == .float32, let width = entry.shape.last, width > 0,
      entry.shape.dropLast().reduce(1, *) == 1
    else {
      throw FormatError(
        "holds \(entry.type) numbers of shape \(entry.shape), not one embedding", in: path,
        hint: Self.remedy)
    }
    embedding = try file.withBytes(of: name) { bytes in
      try Tensor(bytes: bytes, shape: [1, width], dtype: .float32)
    }
    guard try embedding.isFinite().all().item() == 1, try embedding.norm(2, [1]).item() > 0 else {
      throw FormatError("holds an embedding without a direction", in: path, hint: Self.remedy)
    }
  }

  private static let remedy =
    "make it with `holdfast embed <input> --model <model> --output <file>`"
}
