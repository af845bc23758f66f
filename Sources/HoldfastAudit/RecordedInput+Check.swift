public import HoldfastData
public import HoldfastMedia
public import HoldfastRuns

extension RecordedInput {
  /// Throws for a finished sample whose file has changed since it was audited.
  ///
  /// Costs one reading of the file; a line without the file's checksum, of an earlier version, costs its
  /// preparation. A generated sample is what its set's path says, and is not made again.
  ///
  /// - Throws: `DataError` that names the file.
  public func check(_ item: DataItem, _ preparation: any Preparation) throws {
    guard let now = try item.checksum() else { return }
    let isSame =
      if let file { now == file } else {
        try Prefetcher.prepare(item, preparation).checksum == input
      }
    guard !isSame else { return }
    throw DataError(
      "is not the file that the run has finished under the id `\(item.id)`: its content differs",
      in: item.file,
      hint: "bring the file back, or give this run another folder with --output")
  }
}
