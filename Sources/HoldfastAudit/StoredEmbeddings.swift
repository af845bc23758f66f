import Foundation
import HoldfastData
import HoldfastFormats
public import HoldfastTensor

/// Embeddings on disk: the tensor `embeddings` `(M, D)` of a safetensors file, as `holdfast embed`
/// writes it.
///
/// The metadata may hold `names`, a JSON list with the source of each row.
public struct StoredEmbeddings {
  /// The file.
  public let file: String
  /// One row per entry, of any length: `(M, D)`, float32, on the CPU.
  public let rows: Tensor
  /// The source of each row, such as a file or a caption; nil when the file does not say.
  public let names: [String]?

  /// Reads a file.
  ///
  /// - Parameter width: the width D that the embeddings must have.
  /// - Throws: `DataError` for a file that holds something else, and `FormatError` for a damaged
  ///   one.
  public init(at path: String, width: Int) throws {
    let source = try SafetensorsFile(path)
    guard source.names.contains("embeddings") else {
      throw DataError(
        "has no tensor `embeddings`", in: path, hint: "write one with `holdfast embed --output`")
    }
    let entry = try source.entry(for: "embeddings")
    guard entry.shape.count == 2, entry.shape[0] > 0, entry.shape[1] == width else {
      throw DataError(
        "holds embeddings of the shape \(entry.shape), and the model's are [any, \(width)]",
        in: path, hint: "embed the index with the model that is audited")
    }
    let types: [ElementType: DType] = [
      .float32: .float32, .float64: .float64, .float16: .float16, .bfloat16: .bfloat16,
    ]
    guard let type = types[entry.type] else {
      throw DataError("holds embeddings of \(entry.type.rawValue), not of F32", in: path)
    }
    rows = try source.withBytes(of: "embeddings") {
      try Tensor(bytes: $0, shape: entry.shape, dtype: type).to(.float32)
    }
    let shortest = try rows.norm(2, [1]).min().item()
    guard try rows.isFinite().all().item() == 1, shortest > 0 else {
      throw DataError("holds embeddings that are 0 or not finite", in: path)
    }
    names = try Self.names(source.metadata["names"], count: entry.shape[0], path)
    file = path
  }

  private static func names(
    _ text: String?, count: Int, _ path: String
  ) throws(DataError) -> [String]? {
    guard let text else { return nil }
    guard let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
      names.count == count, Set(names).count == count
    else {
      throw DataError(
        "has `names` that are not \(count) different texts, one for each embedding", in: path,
        hint: "write it with `holdfast embed --output`")
    }
    return names
  }
}
