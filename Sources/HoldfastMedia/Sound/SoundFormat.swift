/// The kind of a sound file, told by its first bytes and never by its name.
enum SoundFormat: String, CaseIterable {
  case wav = "WAV"
  case flac = "FLAC"
  case ogg = "OGG"
  case mp3 = "MP3"
  case mp4 = "MP4"
  case aiff = "AIFF"
  case au = "AU"
  case matroska = "Matroska"

  /// Recognises a file; nil for any other format.
  init?(of bytes: [UInt8]) {
    let found = Self.allCases.first { $0.describes(bytes) }
    guard let found else { return nil }
    self = found
  }

  /// Whether it is decoded here.
  var isRead: Bool { self == .wav || self == .flac || self == .ogg }

  private func describes(_ bytes: [UInt8]) -> Bool {
    func has(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    return switch self {
    case .wav: (has("RIFF") || has("RF64")) && has("WAVE", at: 8)
    case .flac: has("fLaC")
    case .ogg: has("OggS")
    // A tag, or the eleven bits that begin a frame.
    case .mp3: has("ID3") || bytes.first == 0xFF && bytes.count > 1 && bytes[1] & 0xE0 == 0xE0
    case .mp4: has("ftyp", at: 4)
    case .aiff: has("FORM") && (has("AIFF", at: 8) || has("AIFC", at: 8))
    case .au: has(".snd")
    case .matroska: bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3])
    }
  }
}
