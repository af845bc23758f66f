import Clibz

/// Undoes raw deflate, in memory that is bounded before it is taken.
///
/// A stream cannot grow by more than a factor of 1032 (RFC 1951: 258 bytes from two bits), so a
/// claim beyond that is refused without a look at the stream.
///
/// - Parameters:
///   - packed: the stream, which must end where these bytes end.
///   - size: bytes of content, no more and no fewer.
///   - what: what errors call the content.
///   - file: the file it lies in.
/// - Throws: ``FormatError`` for an absurd size, a damaged stream and content of another size.
func inflateRaw(
  _ packed: UnsafeRawBufferPointer, size: Int, what: String, file: String
) throws(FormatError) -> [UInt8] {
  guard size >= 0, size / 1032 <= packed.count else {
    throw FormatError(
      "claims that \(what) grows from \(packed.count) to \(size) bytes, which deflate cannot",
      in: file)
  }
  var stream = z_stream()
  let version = zlibVersion()
  guard inflateInit2_(&stream, -MAX_WBITS, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { throw FormatError("cannot be unpacked: zlib does not start", in: file) }
  defer { inflateEnd(&stream) }
  // One byte of room beyond the claim shows a stream that goes on.
  var isWhole = false
  let content = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
    var read = 0
    var status = Z_OK
    while status == Z_OK {
      let input = UnsafeRawBufferPointer(rebasing: packed[read...]).prefix(1 << 30)
      let output = UnsafeMutableBufferPointer(rebasing: buffer[count...]).prefix(1 << 30)
      stream.next_in = UnsafeMutableRawPointer(
        mutating: UnsafeRawBufferPointer(rebasing: input).baseAddress
      )?.assumingMemoryBound(to: Bytef.self)
      stream.avail_in = uInt(input.count)
      stream.next_out = UnsafeMutableBufferPointer(rebasing: output).baseAddress
      stream.avail_out = uInt(output.count)
      status = inflate(&stream, Z_NO_FLUSH)
      read += input.count - Int(stream.avail_in)
      count += output.count - Int(stream.avail_out)
    }
    isWhole = status == Z_STREAM_END && count == size && read == packed.count
  }
  guard isWhole else {
    throw FormatError(
      "holds \(what) in a damaged state", in: file, hint: "copy or download the file again")
  }
  return content
}

/// The CRC-32 of zip and PNG.
func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  var rest = bytes[...]
  var checksum = Clibz.crc32(0, nil, 0)
  while !rest.isEmpty {
    let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
    checksum = Clibz.crc32(
      checksum, piece.baseAddress?.assumingMemoryBound(to: Bytef.self), uInt(piece.count))
    rest = rest.dropFirst(piece.count)
  }
  return UInt32(truncatingIfNeeded: checksum)
}
