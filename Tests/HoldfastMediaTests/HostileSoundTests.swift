import Foundation
import HoldfastErrors
import HoldfastMedia
import Testing

@Suite("Sound files that are wrong")
struct HostileSoundTests {
  let files: [SoundGoldens.File]

  init() throws { files = try SoundGoldens.read().files }

  func file(_ name: String) throws -> [UInt8] {
    try #require(files.first { $0.name == name }).bytes
  }

  func error(_ bytes: [UInt8], limits: SoundLimits = SoundLimits()) throws -> MediaError {
    let error = try #require(throws: MediaError.self) {
      try decodeSound(bytes, name: "bark.wav", limits: limits)
    }
    #expect(error.file == "bark.wav" && error.description.hasPrefix("`bark.wav`: "))
    return error
  }

  @Test(
    "Formats that are known but not read are named",
    arguments: [
      ("MP3", Array("ID3".utf8)), ("MP3", [0xFF, 0xFB, 0x90]),
      ("MP4", [0, 0, 0, 24] + Array("ftypM4A ".utf8)),
      ("AIFF", Array("FORM....AIFF".utf8)), ("AU", Array(".snd".utf8)),
      ("Matroska", [0x1A, 0x45, 0xDF, 0xA3]),
    ])
  func known(name: String, bytes: [UInt8]) throws {
    let error = try error(bytes)
    #expect(error.what == "\(name) sounds are not supported yet")
    #expect(error.hint == "convert it to WAV or FLAC")
  }

  @Test("Empty and unknown files are told apart")
  func nothing() throws {
    #expect(try error([]).what == "the file is empty")
    #expect(try error(Array("<html>".utf8)).what.contains("not a sound file"))
  }

  @Test("A file that stops early is never a sound")
  func everyPrefix() throws {
    for file in files {
      let bytes = file.bytes
      // Every length near the ends, every seventh between.
      for length in 0..<bytes.count
      where length < 64 || bytes.count - length < 32 || length % 7 == 0 {
        #expect(throws: MediaError.self, "\(file.name), first \(length) bytes") {
          try decodeSound(Array(bytes.prefix(length)), name: file.name)
        }
      }
    }
  }

  @Test("A file that stops within its samples is called truncated")
  func truncated() throws {
    for name in ["wav-pcm_16-2", "wav-float-1", "rf64-pcm_16-2", "ogg-vorbis-1", "ogg-opus-2"] {
      let error = try error(try file(name).dropLast(20))
      #expect(error.what == "the sound file is truncated", "\(name): \(error)")
      #expect(error.hint == "copy or download it again")
    }
  }

  @Test("A WAV of unknown length, as a pipe makes it, is read to its end")
  func streamed() throws {
    var bytes = try file("wav-pcm_16-2")
    let place = try #require(Data(bytes).range(of: Data("data".utf8))).upperBound
    let sound = try decodeSound(bytes, name: "a")
    bytes.replaceSubrange(4..<8, with: [255, 255, 255, 255])
    bytes.replaceSubrange(place..<place + 4, with: [255, 255, 255, 255])
    #expect(try decodeSound(bytes, name: "a") == sound)
  }

  @Test("A sound without samples is refused")
  func zeroLength() throws {
    #expect(try error(wav(data: [])).what == "the sound has no samples")
  }

  @Test("Samples that are not numbers are refused", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    let data = [0, value, 0].flatMap { littleEndian($0.bitPattern) }
    let error = try error(wav(coding: 3, bits: 32, data: data))
    #expect(error.what == "the sound has samples that are not finite numbers")
  }

  @Test("Absurd rates are refused", arguments: [0, 1, 999, 768_001, 4_000_000_000] as [UInt32])
  func rates(rate: UInt32) throws {
    let error = try error(wav(rate: rate, data: [1, 0, 2, 0]))
    if (1...1_000_000).contains(rate) { #expect(error.what.contains("\(rate) Hz")) }
  }

  @Test("Absurd numbers of channels are refused", arguments: [0, 65, 1025, 65535] as [UInt16])
  func channels(channels: UInt16) throws {
    let data = [UInt8](repeating: 0, count: 2 * 65535)
    let error = try error(wav(channels: channels, data: data))
    if channels == 65 { #expect(error.what.contains("65 channels")) }
  }

  @Test("Codings that are not read are refused")
  func codings() throws {
    // IMA ADPCM, in blocks of 256 bytes.
    let extra: [UInt8] = [2, 0, 249, 1]
    let error = try error(
      wav(coding: 0x11, bits: 4, block: 256, extra: extra, data: .init(repeating: 0, count: 256)))
    #expect(error.what.contains("is not supported"), "\(error)")
  }

  @Test("The limit is the caller's")
  func limits() throws {
    for name in ["wav-pcm_16-2", "flac-pcm_16-2", "ogg-opus-2"] {
      let bytes = try file(name)
      _ = try decodeSound(bytes, name: name, limits: SoundLimits(samples: 320))
      #expect(try error(bytes, limits: SoundLimits(samples: 319)).what.contains("limit of 319"))
      #expect(try error(bytes, limits: SoundLimits(channels: 1)).what.contains("2 channels"))
    }
  }

  /// The header of a FLAC says how many frames there are, in 36 bits.
  @Test("A FLAC that claims more than it has costs no memory", arguments: [0x0F, 0x00])
  func claims(high: UInt8) throws {
    var bytes = try file("flac-pcm_16-2")
    bytes[21] = bytes[21] & 0xF0 | high
    bytes.replaceSubrange(22..<26, with: [0x02, 0xFF, 0xFF, 0xFF])
    let error = try error(bytes)
    let isTruncated = error.what == "the sound file is truncated"
    #expect(isTruncated || error.what.contains("limit") || error.what.contains("decoded"))
  }

  /// Nothing is asserted but that every call comes back, with a sound within the limits or an error
  /// that names the file.
  @Test("3,000 damaged files neither crash nor hang")
  func damaged() throws {
    var generator = SeededGenerator(state: 2024)
    let limits = SoundLimits(samples: 1 << 16)
    var (read, refused) = (0, 0)
    for round in 0..<3000 {
      let file = files[round % files.count]
      var bytes = file.bytes
      // Headers are where the decisions are made.
      let end = Bool.random(using: &generator) ? min(128, bytes.count) : bytes.count
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 4..<end, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = .random(in: 0...255, using: &generator)
        case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][place % 5]
        case 2 where round % 16 == 0: bytes.removeSubrange(place..<min(place + 3, bytes.count))
        case 3 where round % 16 == 1: bytes.insert(contentsOf: bytes[place - 4..<place], at: place)
        default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
        if bytes.count <= end { break }
      }
      do {
        let sound = try decodeSound(bytes, name: file.name, limits: limits)
        #expect(sound.frames * sound.channels.count <= limits.samples)
        read += 1
      } catch {
        #expect(error.file == file.name && !error.what.isEmpty)
        refused += 1
      }
    }
    #expect(read > 300 && refused > 300, "\(read) read, \(refused) refused")
  }

  // MARK: WAV by hand

  private func wav(
    coding: UInt16 = 1, channels: UInt16 = 1, rate: UInt32 = 8000, bits: UInt16 = 16,
    block: UInt16? = nil, extra: [UInt8] = [], data: [UInt8]
  ) -> [UInt8] {
    let block = block ?? UInt16(truncatingIfNeeded: Int(channels) * Int(bits) / 8)
    let bytesPerSecond = rate &* UInt32(block)
    var format = littleEndian(coding) + littleEndian(channels) + littleEndian(rate)
    format += littleEndian(bytesPerSecond) + littleEndian(block) + littleEndian(bits) + extra
    let body =
      Array("WAVEfmt ".utf8) + littleEndian(UInt32(format.count)) + format + Array("data".utf8)
      + littleEndian(UInt32(data.count)) + data
    return Array("RIFF".utf8) + littleEndian(UInt32(body.count)) + body
  }

  private func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
