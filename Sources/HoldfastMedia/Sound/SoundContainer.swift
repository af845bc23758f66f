/// What the containers of sound files say about their own length.
///
/// libsndfile shortens a WAV to what is there and takes the last page of an OGG for its end, so that
/// to it a file that was cut off is a whole one.
enum SoundContainer {
  /// Whether a file of this format ends before the container says so.
  static func isCutOff(_ bytes: [UInt8], _ format: SoundFormat) -> Bool {
    switch format {
    case .wav: waveIsCutOff(bytes)
    case .ogg: oggIsCutOff(bytes)
    default: false
    }
  }

  /// Whether the data chunk is longer than the file.
  ///
  /// A length of 2³² - 1 is what programs write that do not know it, in a pipe; then nothing is
  /// claimed. In RF64 it stands for the 64 bits in the chunk `ds64` (EBU Tech 3306).
  private static func waveIsCutOff(_ bytes: [UInt8]) -> Bool {
    var wide: UInt64?
    var place = 12
    while place + 8 <= bytes.count {
      let name = bytes[place..<place + 4]
      let size = Int(bytes.littleEndian(at: place + 4, 4))
      let start = place + 8
      if name.elementsEqual("ds64".utf8), start + 16 <= bytes.count {
        wide = bytes.littleEndian(at: start + 8, 8)
      }
      if name.elementsEqual("data".utf8) {
        let left = UInt64(bytes.count - start)
        return size == 0xFFFF_FFFF ? (wide ?? 0) > left : UInt64(size) > left
      }
      // Chunks begin at even places.
      place = start + size + size % 2
    }
    return false
  }

  /// Whether the last page is cut, or is not marked as the end of its stream (RFC 3533, section 6).
  private static func oggIsCutOff(_ bytes: [UInt8]) -> Bool {
    let header = 27
    var place = 0
    var isLast = false
    while place + header <= bytes.count, bytes[place..<place + 4].elementsEqual("OggS".utf8) {
      let segments = Int(bytes[place + 26])
      guard place + header + segments <= bytes.count else { return true }
      let table = bytes[place + header..<place + header + segments]
      isLast = bytes[place + 5] & 4 != 0
      place += header + segments + table.reduce(0) { $0 + Int($1) }
    }
    return place > bytes.count || !isLast
  }
}

extension [UInt8] {
  /// The number whose low byte comes first, of at most 8 bytes that are there.
  fileprivate func littleEndian(at place: Int, _ count: Int) -> UInt64 {
    self[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
