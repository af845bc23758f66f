import Clibsndfile

/// How the samples of a WAV file are written.
public enum WAVCoding: String, Hashable, Sendable, Codable {
  /// 16-bit whole numbers: x · 32768, rounded, between -32768 and 32767.
  case int16
  /// 32-bit floats, as they are.
  case float32
}

/// Encodes a sound as a WAV file.
///
/// Decoding a file of 16 bits gives back samples that came from 16 bits exactly, and others to
/// within half a step; those outside [-1, 1) are clipped. Floats are lossless. No time stamp, so
/// the same samples always give the same file.
public func encodeWAV(
  _ sound: Sound, as coding: WAVCoding = .int16
) throws(MediaError) -> [UInt8] {
  let channels = sound.channels.count
  let subtype = coding == .int16 ? SF_FORMAT_PCM_16 : SF_FORMAT_FLOAT
  var info = SF_INFO()
  guard let rate = Int32(exactly: sound.rate), let width = Int32(exactly: channels) else {
    throw MediaError("a sound of \(sound.rate) Hz and \(channels) channels is too much for WAV")
  }
  info.samplerate = rate
  info.channels = width
  info.format = Int32(SF_FORMAT_WAV | subtype)
  // A chunk has 32 bits for its length, and the header needs some of them.
  let sampleBytes = coding == .int16 ? 2 : 4
  guard sf_format_check(&info) != 0,
    sound.frames <= (Int(UInt32.max) - 4096) / (channels * sampleBytes)
  else {
    throw MediaError(
      "a sound of \(sound.frames) frames, \(channels) channels and \(sound.rate) Hz is too much "
        + "for WAV")
  }
  let memory = SoundMemory()
  try memory.withHandle(mode: SFM_WRITE, &info) { (handle, _) throws(MediaError) in
    guard let handle else {
      let reason = String(cString: sf_error_number(sf_error(nil)))
      throw MediaError("the WAV cannot be written: \(reason)")
    }
    // Without this a chunk with the time is written before floats.
    sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
    try write(sound, to: handle, as: coding)
  }
  return memory.bytes
}

private func write(
  _ sound: Sound, to handle: OpaquePointer, as coding: WAVCoding
) throws(MediaError) {
  for start in stride(from: 0, to: sound.frames, by: 1 << 16) {
    let range = start..<min(start + 1 << 16, sound.frames)
    let frames = sf_count_t(range.count)
    let written =
      switch coding {
      case .int16: sf_writef_short(handle, sound.interleaved(range, \.as16Bits), frames)
      case .float32: sf_writef_float(handle, sound.interleaved(range, \.self), frames)
      }
    guard written == frames else {
      throw MediaError("the WAV cannot be written: \(String(cString: sf_strerror(handle)))")
    }
  }
}

extension Sound {
  fileprivate func interleaved<Value>(
    _ range: Range<Int>, _ value: (Float) -> Value
  ) -> [Value] {
    range.flatMap { frame in channels.map { value($0[frame]) } }
  }
}

extension Float {
  /// The nearest of the numbers that 16 bits have for [-1, 1).
  fileprivate var as16Bits: Int16 {
    Int16(Swift.min(Swift.max((self * 32768).rounded(.toNearestOrEven), -32768), 32767))
  }
}
