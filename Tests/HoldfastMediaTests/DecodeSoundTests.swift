import Foundation
import HoldfastMedia
import Testing

@Suite("Decoding and writing sounds")
struct DecodeSoundTests {
  static let hasRecordings = FileManager.default.fileExists(
    atPath: fixtures.appending(path: "data/fsdd/recordings").path)

  @Test("Samples are soundfile's")
  func soundfile() throws {
    let goldens = try SoundGoldens.read()
    #expect(goldens.files.count == 14)
    for golden in goldens.files {
      let sound = try decodeSound(golden.bytes, name: golden.name)
      #expect(sound.rate == golden.rate, "\(golden.name)")
      let expected = golden.samples
      #expect(sound.channels.map(\.count) == expected.map(\.count), "\(golden.name)")
      let worst = zip(sound.channels.joined(), expected.joined()).map { abs($0 - $1) }.max() ?? 2
      let allowed = golden.lossy ? try goldens.tolerance("lossy") : 0
      #expect(Double(worst) <= allowed, "\(golden.name) differs by \(worst)")
    }
  }

  @Test("16-bit samples are s / 32768, there and back", arguments: [1, 2, 5])
  func sixteenBits(channels: Int) throws {
    var planes = (1...channels).map { sixteenBitChirp(1000, step: $0) }
    planes[0].append(contentsOf: [-32768, 32767, 0, 1].map { $0 / 32768 })
    for index in planes.indices.dropFirst() { planes[index].append(contentsOf: [0, 0, 0, 0]) }
    let sound = try Sound(rate: 16000, channels: planes)
    let file = try encodeWAV(sound)
    #expect(file.count == 44 + 2 * channels * 1004)
    #expect(try decodeSound(file, name: "a.wav") == sound)
    #expect(try encodeWAV(sound) == file)
  }

  @Test("Floats are lossless, and the same samples always give the same file")
  func floats() throws {
    let plane = chirp(70_000).map { Float($0) * 3 }
    let sound = try Sound(rate: 44100, channels: [plane, plane.reversed()])
    let file = try encodeWAV(sound, as: .float32)
    #expect(try decodeSound(file, name: "a.wav") == sound)
    #expect(!file.contains("PEAK"))
  }

  @Test("What 16 bits cannot hold is clipped")
  func clipping() throws {
    let sound = try Sound(rate: 8000, channels: [[2, -2, 1, -1, 1e30, 0.4 / 32768]])
    let back = try decodeSound(encodeWAV(sound), name: "a.wav").channels[0]
    let most: Float = 32767 / 32768
    #expect(back == [most, -1, most, -1, most, 0])
  }

  @Test("One sample and silence are sounds")
  func small() throws {
    for channels in [[[0.25 as Float]], [[0, 0, 0, 0]], [[0], [0]]] {
      let sound = try Sound(rate: 16000, channels: channels)
      for coding in [WAVCoding.int16, .float32] {
        #expect(try decodeSound(encodeWAV(sound, as: coding), name: "a") == sound)
      }
    }
  }

  @Test("What is no sound cannot be made")
  func wrong() {
    let cases: [(Int, [[Float]])] = [
      (0, [[1]]), (-8000, [[1]]), (8000, []), (8000, [[]]), (8000, [[1], [1, 2]]),
      (8000, [[.nan]]), (8000, [[0, .infinity]]),
    ]
    for (rate, channels) in cases {
      #expect(throws: MediaError.self) { try Sound(rate: rate, channels: channels) }
    }
  }

  @Test("A sound with more channels than WAV has is refused")
  func tooManyChannels() throws {
    let sound = try Sound(rate: 8000, channels: .init(repeating: [0], count: 2000))
    #expect(throws: MediaError.self) { try encodeWAV(sound) }
  }

  @Test("Spoken digits", .enabled(if: hasRecordings))
  func recordings() throws {
    let folder = fixtures.appending(path: "data/fsdd/recordings")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".wav") }.sorted()
    #expect(names.count > 1000)
    for name in stride(from: 0, to: names.count, by: 10).map({ names[$0] }) {
      let bytes = try [UInt8](Data(contentsOf: folder.appending(path: name)))
      let sound = try decodeSound(bytes, name: name)
      #expect(sound.rate == 8000 && sound.channels.count == 1)
      // All of them are 16-bit files with a header of 44 bytes, perhaps with notes behind the data.
      let data = bytes[44..<44 + 2 * sound.frames]
      let low = stride(from: data.startIndex, to: data.endIndex, by: 2)
      let expected = low.map {
        Float(Int16(bitPattern: UInt16(data[$0]) | UInt16(data[$0 + 1]) << 8))
      }
      #expect(sound.channels[0] == expected.map { $0 / 32768 }, "\(name)")
    }
  }
}

extension [UInt8] {
  /// Whether a text lies anywhere in these bytes.
  func contains(_ text: String) -> Bool {
    Data(self).range(of: Data(text.utf8)) != nil
  }
}
