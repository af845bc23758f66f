/// A checkpoint whose names all start with the same prefix, shown without it.
///
/// Models wrapped in `DataParallel` are saved with `module.` before every name.
struct PrefixedSource: TensorSource {
  let base: any TensorSource
  let prefix: String

  /// `base` without the prefix that all of its names share, or `base` itself if one lacks it.
  static func stripping(_ prefix: String, from base: any TensorSource) -> any TensorSource {
    let names = base.names
    guard !names.isEmpty, names.allSatisfy({ $0.hasPrefix(prefix) && $0 != prefix }) else {
      return base
    }
    return PrefixedSource(base: base, prefix: prefix)
  }

  var file: String { base.file }

  var names: [String] { base.names.map { String($0.dropFirst(prefix.count)) } }

  func entry(for name: String) throws(FormatError) -> TensorEntry {
    try base.entry(for: prefix + name)
  }

  func withBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    try base.withBytes(of: prefix + name, body)
  }
}
