public import HoldfastFormats
public import HoldfastTensor

/// The source of a model's parameters.
public protocol ParameterSource {
  /// The file they are in, for messages; empty if there is none.
  var file: String { get }

  /// The keys it holds; one that no model asks for is unexpected.
  var keys: [String] { get }

  /// Finds the parameter `name`, or says what is wrong with it.
  func find(_ name: String, _ shape: [Int], _ initializer: Initializer) -> FoundParameter
}

/// What a source has under a name.
public enum FoundParameter {
  /// The tensor, and the keys it was made of.
  case tensor(Tensor, keys: [String])
  /// These keys are not there; of the others that it is made of, `mismatched` hold something else.
  case missing([String], mismatched: [String] = [], keys: [String] = [])
  /// These keys hold something else, each with what and what was asked for.
  case mismatched([String], keys: [String])
}

/// The weights of a checkpoint, through a key map.
public struct CheckpointSource: ParameterSource {
  private let source: any TensorSource
  private let map: KeyMap
  private let available: Set<String>
  private let dtype: DType
  private let device: Device

  /// The weights of `source`, converted to `dtype` and put on `device`.
  public init(
    _ source: any TensorSource, keys map: KeyMap, dtype: DType = .float32, device: Device = .cpu
  ) {
    self.source = source
    self.map = map
    self.available = Set(source.names)
    self.dtype = dtype
    self.device = device
  }

  /// The path of the checkpoint.
  public var file: String { source.file }

  /// All keys of the checkpoint.
  public var keys: [String] { source.names }

  /// Reads a parameter, transposed or joined as the key map says.
  public func find(
    _ name: String, _ shape: [Int], _ initializer: Initializer
  ) -> FoundParameter {
    let stored = map.stored(name)
    let missing = stored.keys.filter { !available.contains($0) }
    let wanted =
      switch stored {
      case .tensor: shape
      case .transposed: Array(shape.reversed())
      case .rows(let keys): [(shape.first ?? 0) / keys.count] + shape.dropFirst()
      }
    var parts: [Tensor] = []
    var complaints: [String] = []
    for key in stored.keys where available.contains(key) {
      do {
        let dtype = try type(of: key, wanted)
        if missing.isEmpty { parts.append(try read(key, wanted, dtype)) }
      } catch {
        complaints.append("\(key): \(error)")
      }
    }
    guard missing.isEmpty else {
      return .missing(
        missing, mismatched: complaints, keys: stored.keys.filter(available.contains))
    }
    guard complaints.isEmpty else { return .mismatched(complaints, keys: stored.keys) }
    do throws(TorchError) {
      var tensor = parts.count == 1 ? parts[0] : try .concatenating(parts)
      if case .transposed = stored { tensor = try tensor.transposed(0, 1).contiguous() }
      return .tensor(try tensor.to(device), keys: stored.keys)
    } catch {
      return .mismatched(["\(name): \(error)"], keys: stored.keys)
    }
  }

  /// The element type of a tensor that has the shape wanted.
  private func type(of key: String, _ shape: [Int]) throws -> DType {
    let entry = try source.entry(for: key)
    guard let stored = DType(entry.type) else {
      throw Mismatch(description: "\(entry.type) cannot hold weights")
    }
    guard entry.shape == shape else {
      throw Mismatch(description: "\(entry.shape) in the file, \(shape) in the model")
    }
    return stored
  }

  private func read(_ key: String, _ shape: [Int], _ stored: DType) throws -> Tensor {
    let tensor = try source.withBytes(of: key) { bytes in
      try Tensor(bytes: bytes, shape: shape, dtype: stored).to(dtype)
    }
    // With one NaN every logit is one, and no comparison with a logit is ever true. The extremes
    // are NaN if any number is, and computing them takes no further memory.
    guard try shape.contains(0) || tensor.min().item().isFinite && tensor.max().item().isFinite
    else {
      throw Mismatch(description: "holds numbers that are not finite")
    }
    return tensor
  }

  private struct Mismatch: Error, CustomStringConvertible {
    let description: String
  }
}

/// Fresh parameters, for training from scratch.
///
/// Each is drawn from a stream named after it, so it does not depend on the others.
public struct InitialSource: ParameterSource {
  private let generator: Generator
  private let dtype: DType
  private let device: Device

  /// Parameters drawn from `generator`.
  public init(_ generator: Generator, dtype: DType = .float32, device: Device = .cpu) {
    self.generator = generator
    self.dtype = dtype
    self.device = device
  }

  /// None: the parameters are in no file.
  public var file: String { "" }

  /// None: whatever is asked for is made.
  public var keys: [String] { [] }

  /// Draws a parameter.
  public func find(
    _ name: String, _ shape: [Int], _ initializer: Initializer
  ) -> FoundParameter {
    var stream = generator.split(name)
    do throws(TorchError) {
      let tensor = try initializer.tensor(shape, &stream).to(dtype).to(device)
      return .tensor(tensor, keys: [])
    } catch {
      return .mismatched(["\(name): \(error)"], keys: [])
    }
  }
}

/// The parameters of another model, shared with it.
public struct StoreSource: ParameterSource {
  private let store: ParameterStore

  /// The parameters in `store`.
  public init(_ store: ParameterStore) {
    self.store = store
  }

  /// None: the parameters are in memory.
  public var file: String { "the parameters given" }

  /// The names in the store.
  public var keys: [String] { store.names }

  /// The very tensor in the store.
  public func find(
    _ name: String, _ shape: [Int], _ initializer: Initializer
  ) -> FoundParameter {
    guard let tensor = store[name] else { return .missing([name]) }
    guard tensor.shape == shape else {
      return .mismatched(["\(name): \(tensor.shape) given, \(shape) in the model"], keys: [name])
    }
    return .tensor(tensor, keys: [name])
  }
}
