import HoldfastErrors
import Synchronization

/// A checkpoint cut into several files by a Hugging Face index (`model.safetensors.index.json`).
///
/// A shard is opened when the first of its tensors is asked for, so a download that holds only
/// the shards of the vision tower serves the vision tower.
public final class ShardedCheckpoint: TensorSource {
  /// The path of the index.
  public let file: String

  /// The names of all tensors in the index, sorted.
  public let names: [String]

  private let directory: String
  private let shardOfName: [String: String]
  private let shards = Mutex<[String: any TensorSource]>([:])
  private let policy: PicklePolicy

  /// Reads the index at `path`; the shards lie beside it.
  ///
  /// - Throws: ``FormatError`` for an index that is not a flat map from tensors to bare file names.
  public init(indexAt path: String, policy: PicklePolicy = .tensors) throws(FormatError) {
    let map = try MappedFile(path)
    guard map.count <= SafetensorsFile.maximumHeader else {
      throw FormatError("is too large for an index", in: path)
    }
    let root = try map.withBytes { (bytes) throws(FormatError) in
      try StrictJSON.parse(bytes, depth: 4, file: path)
    }
    guard case .object(let members) = root, case .object(let weights)? = members["weight_map"]
    else { throw FormatError("has no object \"weight_map\"", in: path) }
    var shardOfName: [String: String] = [:]
    for (name, value) in weights {
      guard case .string(let shard) = value, Self.isBareName(shard) else {
        throw FormatError(
          "places \(quoted(name)) in something that is not a file beside the index", in: path)
      }
      shardOfName[name] = shard
    }
    file = path
    directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    names = shardOfName.keys.sorted()
    self.shardOfName = shardOfName
    self.policy = policy
  }

  /// The names of the shards, sorted.
  var shardNames: [String] { Set(shardOfName.values).sorted() }

  /// The type and shape of one tensor; opens its shard.
  public func entry(for name: String) throws(FormatError) -> TensorEntry {
    try shard(of: name).entry(for: name)
  }

  /// Lends the elements of one tensor; opens its shard.
  public func withBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    try shard(of: name).withBytes(of: name, body)
  }

  /// Opens a shard once, and checks that it holds everything the index says it holds.
  private func shard(of name: String) throws(FormatError) -> any TensorSource {
    guard let shard = shardOfName[name] else { throw missing(name) }
    return try shards.withLock { (open) throws(FormatError) in
      if let source = open[shard] { return source }
      guard isFile(directory + shard) else {
        throw FormatError(
          "needs the shard \(quoted(shard)), which is not there", in: file,
          hint: "download the missing shard into the same directory")
      }
      let source = try openCheckpointFile(at: directory + shard, policy: policy)
      let present = Set(source.names)
      let absent = shardOfName.filter { $0.value == shard && !present.contains($0.key) }.keys
      guard let example = absent.min() else {
        open[shard] = source
        return source
      }
      throw FormatError(
        "lacks \(counted(absent.count, "tensor")) that \(file) places in it, such as \(quoted(example))",
        in: directory + shard, hint: "index and shards come from different revisions")
    }
  }

  private static func isBareName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".."
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 == 0 }
  }
}
