import HoldfastFormats

/// Reads points or a surface: OFF, PLY, npy, a tensor of torch.save, or text.
///
/// The kind is told by the first bytes. An array is of sizes `(N, 3)` or more columns, of which the
/// first three are taken; text is what ``PointShape`` can be read from line by line, x, y and z parted
/// by blanks or commas.
///
/// `name` is what errors call the file. Throws on an empty, unknown, damaged or truncated file, on one
/// without points, on coordinates that are not finite and on faces with vertices that are not there.
public func decodePoints(_ bytes: [UInt8], name: String) throws(MediaError) -> PointShape {
  guard !bytes.isEmpty else { throw MediaError("the file is empty", file: name) }
  if bytes.starts(with: Array("OFF".utf8)) { return try decodeOFF(bytes, name: name) }
  if bytes.starts(with: Array("ply".utf8)) { return try decodePLY(bytes, name: name) }
  if NPYFile.isNPY(bytes) { return .cloud(try decodeArray(bytes, name: name)) }
  if TorchFile.isTorch(bytes) { return .cloud(try decodeTensor(bytes, name: name)) }
  let start = bytes.first { ![0x20, 0x09, 0x0D, 0x0A].contains($0) } ?? 0
  guard Array("0123456789+-.#".utf8).contains(start) else {
    throw MediaError(
      "this is not a file of points that is known here", file: name,
      hint: "OFF, PLY, npy, tensors of torch.save and text are read; the kind is told by the first "
        + "bytes, not by the name")
  }
  return .cloud(try decodeXYZ(bytes, name: name))
}

/// `(N, 3)` or more columns, as numpy saves it.
private func decodeArray(_ bytes: [UInt8], name: String) throws(MediaError) -> PointCloud {
  let (values, shape) = try naming { () throws(FormatError) in
    let file = try NPYFile(in: MappedFile(copying: bytes, named: name))
    return (try file.floats(), file.shape)
  }
  return try cloud(values, shape, name: name)
}

/// `(N, 3)` or more columns, as `torch.save` writes a tensor, or a dictionary of one.
private func decodeTensor(_ bytes: [UInt8], name: String) throws(MediaError) -> PointCloud {
  let (values, shape) = try naming { () throws(FormatError) in
    let file = try TorchFile(in: MappedFile(copying: bytes, named: name))
    guard file.names.count == 1, let tensor = file.names.first else {
      throw FormatError(
        "holds \(file.names.count) tensors", in: name, hint: "save the points alone")
    }
    return (try file.floats(of: tensor), try file.entry(for: tensor).shape)
  }
  return try cloud(values, shape, name: name)
}

private func cloud(
  _ values: [Float], _ shape: [Int], name: String
) throws(MediaError) -> PointCloud {
  guard shape.count == 2, shape[1] >= 3 else {
    throw MediaError("an array of sizes \(shape) holds no points", file: name, hint: "save (N, 3)")
  }
  let coordinates = (0..<shape[0]).flatMap { values[$0 * shape[1]..<$0 * shape[1] + 3] }
  do {
    return try PointCloud(coordinates: coordinates)
  } catch {
    throw MediaError(error.what, file: name, hint: error.hint)
  }
}

/// Runs `body`, whose errors about formats become errors about media.
func naming<Result>(
  _ body: () throws(FormatError) -> Result
) throws(MediaError) -> Result {
  do {
    return try body()
  } catch {
    throw MediaError(error.what, file: error.file, hint: error.hint)
  }
}
