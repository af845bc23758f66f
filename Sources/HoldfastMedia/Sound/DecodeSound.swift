import Clibsndfile

/// What a sound file may ask for before any memory is spent on it.
public struct SoundLimits: Hashable, Sendable {
  /// The largest `frames * channels`.
  public var samples: Int

  /// The largest number of channels.
  public var channels: Int

  /// The rates that are taken for real, in Hz.
  public var rates: ClosedRange<Int>

  /// Creates limits.
  ///
  /// The default is an hour of one channel at 48 kHz, 691 MB of samples.
  public init(
    samples: Int = 172_800_000, channels: Int = 64, rates: ClosedRange<Int> = 1000...768_000
  ) {
    self.samples = samples
    self.channels = channels
    self.rates = rates
  }
}

/// Decodes a WAV, FLAC or OGG (Vorbis, Opus) file.
///
/// The format is told by the first bytes. The samples are those of `soundfile.read(file, dtype=
/// "float32")`: whole numbers of b bits are divided by 2^(b-1), floats are as they are. WAV may hold
/// whole numbers of 8 to 32 bits, floats of 32 and 64 bits, and A-law or μ-law.
///
/// `name` is what errors call the file. Throws on an empty, unknown, damaged or truncated file, on
/// one without samples or with samples that are not finite, and on one that is beyond `limits`;
/// nothing of the sound's size is allocated before that is known, and memory grows with what is read
/// and not with what the header claims.
public func decodeSound(
  _ bytes: [UInt8], name: String, limits: SoundLimits = SoundLimits()
) throws(MediaError) -> Sound {
  guard !bytes.isEmpty else { throw MediaError("the file is empty", file: name) }
  guard let format = SoundFormat(of: bytes) else {
    throw MediaError(
      "this is not a sound file that is known here", file: name,
      hint: "WAV, FLAC and OGG are read; the kind is told by the first bytes, not by the name")
  }
  guard format.isRead else {
    throw MediaError(
      "\(format.rawValue) sounds are not supported yet", file: name,
      hint: "convert it to WAV or FLAC")
  }
  guard !SoundContainer.isCutOff(bytes, format) else { throw truncated(name) }
  var info = SF_INFO()
  let sound = try SoundMemory(bytes).withHandle(mode: SFM_READ, &info) {
    (handle, info) throws(MediaError) in
    guard let handle else {
      let reason = String(cString: sf_error_number(sf_error(nil)))
      throw MediaError("the \(format.rawValue) file cannot be decoded: \(reason)", file: name)
    }
    try check(info, format, name: name, limits: limits)
    return try samples(from: handle, info, name: name)
  }
  guard sound.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
    throw MediaError("the sound has samples that are not finite numbers", file: name)
  }
  return try Sound(rate: Int(info.samplerate), channels: sound)
}

/// Checks what the header says against what is read here and against the limits.
private func check(
  _ info: SF_INFO, _ format: SoundFormat, name: String, limits: SoundLimits
) throws(MediaError) {
  let coding = Int(info.format) & SF_FORMAT_SUBMASK
  let known = [
    SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32,
    SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE, SF_FORMAT_ULAW, SF_FORMAT_ALAW, SF_FORMAT_VORBIS,
    SF_FORMAT_OPUS,
  ]
  guard known.contains(coding) else {
    throw MediaError(
      "this kind of \(format.rawValue) is not supported (coding \(coding) of libsndfile)",
      file: name, hint: "convert it to 16-bit WAV or to FLAC")
  }
  guard limits.rates.contains(Int(info.samplerate)) else {
    throw MediaError(
      "the sound has a rate of \(info.samplerate) Hz; rates from \(limits.rates.lowerBound) to "
        + "\(limits.rates.upperBound) Hz are read", file: name)
  }
  guard (1...max(1, limits.channels)).contains(Int(info.channels)) else {
    throw MediaError(
      "the sound has \(info.channels) channels, and at most \(limits.channels) are read",
      file: name)
  }
  guard info.frames > 0 else { throw MediaError("the sound has no samples", file: name) }
  let (samples, overflow) = info.frames.multipliedReportingOverflow(by: sf_count_t(info.channels))
  guard !overflow, samples <= limits.samples else {
    throw MediaError(
      "the sound has \(info.frames) frames of \(info.channels) channels, more than the limit of "
        + "\(limits.samples) samples in all", file: name, hint: "cut it into parts first")
  }
}

/// All the samples that the header claims, channel by channel.
private func samples(
  from handle: OpaquePointer, _ info: SF_INFO, name: String
) throws(MediaError) -> [[Float]] {
  let (claimed, channels) = (Int(info.frames), Int(info.channels))
  let block = min(claimed, 1 << 16)
  var interleaved = [Float](repeating: 0, count: block * channels)
  var planes = [[Float]](repeating: [], count: channels)
  var read = 0
  while read < claimed {
    let count = Int(sf_readf_float(handle, &interleaved, sf_count_t(min(block, claimed - read))))
    guard count > 0 else { break }
    for channel in 0..<channels {
      planes[channel].append(
        contentsOf: stride(from: channel, to: count * channels, by: channels).lazy.map {
          interleaved[$0]
        })
    }
    read += count
  }
  let failure = sf_error(handle)
  guard Int(failure) == SF_ERR_NO_ERROR else {
    let reason = String(cString: sf_error_number(failure))
    throw MediaError("the sound cannot be decoded: \(reason)", file: name)
  }
  guard read == claimed else { throw truncated(name) }
  return planes
}

private func truncated(_ name: String) -> MediaError {
  MediaError("the sound file is truncated", file: name, hint: "copy or download it again")
}
