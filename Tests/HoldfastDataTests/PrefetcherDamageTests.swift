import Foundation
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Testing

@Suite("Reading ahead past damage")
struct PrefetcherDamageTests {
  private func all(_ prefetcher: Prefetcher) throws -> [PreparedSample] {
    var samples: [PreparedSample] = []
    while let sample = try prefetcher.next() { samples.append(sample) }
    return samples
  }

  /// Pictures of which those in `torn` are not, opened as a set.
  private func set(_ count: Int, torn: (Int) -> Bool, in place: Place) throws -> any DataSet {
    for index in 0..<count {
      let name = String(format: "a/%03d.png", index)
      if torn(index) { try place.write("no picture", name) } else { try place.picture(name) }
    }
    return try openDataSet(at: place.path(""))
  }

  @Test("passes over what cannot be decoded, and says what and why, where it is told to")
  func damage() throws {
    try Place.with { place in
      let set = try set(40, torn: { $0 % 3 == 1 }, in: place)
      let prefetcher = Prefetcher(
        set, preparation: asTheyAre, skip: { $0.id == "a/000.png" }, stopsAtDamage: false)
      let samples = try all(prefetcher)
      #expect(samples.count == 26)
      #expect(samples.compactMap(\.place) == Array(1...26))
      #expect(samples.allSatisfy { $0.file?.count == 64 })
      #expect(prefetcher.skipped.map(\.id).prefix(2) == ["a/001.png", "a/004.png"])
      #expect(prefetcher.skipped.count == 13)
      let reason = try #require(prefetcher.skipped.first?.reason)
      #expect(reason.contains("001.png`: this is not an image file") && !reason.contains("hint"))
      // The whole of a set in one share leaves damaged files out of the count too.
      let whole = DataShare(of: set, rank: 0, of: 1)
      let counted = try all(Prefetcher(whole, preparation: asTheyAre, stopsAtDamage: false))
      #expect(counted.compactMap(\.place) == Array(0..<27))
      let strict = Prefetcher(set, preparation: asTheyAre)
      #expect(words { try all(strict) }.contains("001.png"))
    }
  }

  @Test("stops where nothing can be decoded: after 32, or at the end", arguments: [3, 32, 90])
  func nothing(count: Int) throws {
    try Place.with { place in
      let set = try set(count, torn: { $0 < 70 }, in: place)
      let prefetcher = Prefetcher(set, preparation: asTheyAre, stopsAtDamage: false)
      let message = words { try all(prefetcher) }
      #expect(message.contains("000.png`: this is not an image file"), "\(message)")
      #expect(prefetcher.skipped.count == min(count, 32))
    }
  }

  @Test("stops at what is no damage of one file: pictures of a size that was not asked for")
  func mismatch() throws {
    try Place.with { place in
      let set = try set(3, torn: { _ in false }, in: place)
      let native = NativePictures(size: ImageSize(width: 3, height: 3))
      let prefetcher = Prefetcher(set, preparation: native, stopsAtDamage: false)
      #expect(words { try all(prefetcher) }.contains("audit pictures of one size"))
      #expect(prefetcher.skipped.isEmpty)
    }
  }
}
