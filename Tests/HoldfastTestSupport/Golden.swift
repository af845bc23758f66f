public import Foundation
import HoldfastFormats
public import HoldfastTensor

/// Results of a peer, in a safetensors file of a test target's `Goldens` folder.
public struct Golden {
  private let file: SafetensorsFile

  /// The file `name` of the `Goldens` folder beside the test file.
  public init(_ name: String, beside testFile: String = #filePath) throws {
    file = try SafetensorsFile(Self.url(name, beside: testFile).path)
  }

  /// Where something of the `Goldens` folder beside the test file lies.
  public static func url(_ name: String, beside testFile: String = #filePath) -> URL {
    URL(fileURLWithPath: testFile).deletingLastPathComponent()
      .appendingPathComponent("Goldens").appendingPathComponent(name)
  }

  /// What the script noted: versions, tolerances, settings.
  public var metadata: [String: String] { file.metadata }

  /// The tensors' names.
  public var names: [String] { file.names }

  /// One tensor, on the CPU.
  public subscript(_ name: String) -> Tensor {
    get throws {
      let entry = try file.entry(for: name)
      let dtype = try Self.dtype(entry.type)
      return try file.withBytes(of: name) { bytes in
        try Tensor(bytes: bytes, shape: entry.shape, dtype: dtype)
      }
    }
  }

  private static func dtype(_ type: ElementType) throws(TorchError) -> DType {
    switch type {
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float32: .float32
    case .float64: .float64
    case .int64: .int64
    case .uint8: .uint8
    case .bool: .bool
    default:
      throw TorchError(
        code: .dtype, operation: "golden", message: "goldens of \(type) are not read")
    }
  }
}
