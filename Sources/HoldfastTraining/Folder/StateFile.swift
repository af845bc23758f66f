import Foundation
import HoldfastFormats
import HoldfastLayers
import HoldfastRecords
import HoldfastTensor

/// `state.safetensors` of a training folder.
enum StateFile {
  /// What the file says about itself, as JSON under `holdfast` in its metadata.
  struct Header: Codable {
    static let schema = 1

    var schema = Header.schema
    /// The SHA-256 of the plan that the state belongs to.
    let plan: String
    /// The steps that were made.
    let step: Int
    /// The last examination, or that of the best state.
    let examined: SavedState.Examined?
  }

  /// Writes a state, whole or not at all.
  static func write(_ state: SavedState, plan: String, to path: String) throws {
    let header = Header(plan: plan, step: state.step, examined: state.examined)
    let json = String(decoding: try RecordCoding.lineEncoder().encode(header), as: UTF8.self)
    var tensors: [SafetensorsWriter.Tensor] = []
    for (section, store) in state.sections {
      for name in store.names {
        guard let tensor = store[name] else { continue }
        tensors.append(
          .init(
            name: "\(section.rawValue)/\(name)", type: try elementType(of: tensor, name),
            shape: tensor.shape
          ) { try tensor.detached().to(.cpu).contiguous().bytes() })
      }
    }
    try SafetensorsWriter.write(
      tensors, metadata: ["format": "pt", "holdfast": json], to: path)
  }

  /// What the file says about itself; nil when there is none.
  ///
  /// - Throws: `FormatError` for a link, a damaged file, and one of another version.
  static func header(at path: String) throws -> Header? {
    try open(path)?.header
  }

  /// The state in the file; nil when there is none.
  static func read(at path: String) throws -> (header: Header, state: SavedState)? {
    guard let (file, header) = try open(path) else { return nil }
    var sections: [SavedState.Section: ParameterStore] = [:]
    for name in file.names {
      let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
      guard parts.count == 2, let section = SavedState.Section(rawValue: parts[0]) else {
        throw foreign(path)
      }
      let entry = try file.entry(for: name)
      guard let type = tensorType(of: entry.type) else { throw foreign(path) }
      sections[section, default: ParameterStore()][parts[1]] = try file.withBytes(of: name) {
        try Tensor(bytes: $0, shape: entry.shape, dtype: type)
      }
    }
    let state = SavedState(step: header.step, examined: header.examined, sections: sections)
    return (header, state)
  }

  private static func open(
    _ path: String
  ) throws -> (file: SafetensorsFile, header: Header)? {
    guard try FileStatus(of: path) != nil else { return nil }
    let file = try SafetensorsFile(path)
    guard let json = file.metadata["holdfast"],
      let header = try? RecordCoding.decoder().decode(Header.self, from: Data(json.utf8)),
      header.schema == Header.schema, header.step >= 0
    else { throw foreign(path) }
    return (file, header)
  }

  private static func foreign(_ path: String) -> FormatError {
    FormatError(
      "is not a state of a training that this version of Holdfast writes", in: path,
      hint: "use the version that made it, or another folder with --output")
  }

  /// Leaves are float32; optimisers count their steps in whole numbers or in float32.
  private static func elementType(
    of tensor: Tensor, _ name: String
  ) throws(TorchError) -> ElementType {
    switch tensor.dtype {
    case .float32: return .float32
    case .float64: return .float64
    case .int64: return .int64
    default:
      throw TorchError(
        code: .dtype, operation: "write \(name)",
        message: "a state of \(tensor.dtype) is not written; leaves are float32")
    }
  }

  private static func tensorType(of type: ElementType) -> DType? {
    switch type {
    case .float32: .float32
    case .float64: .float64
    case .int64: .int64
    default: nil
    }
  }
}
