import Foundation
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Testing

@Suite("Measure", .serialized, .enabled(if: ProcessInfo.processInfo.environment["LOADER_MEASURE"] != nil))
struct MeasureTests {
  func resident() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
  }

  @Test func memory() throws {
    print("stride", MemoryLayout<DataItem>.stride)
    let clock = ContinuousClock()
    var before = resident()
    let items = (0..<200_000).map { i in
      let file = "/data/somewhere/imagenet/train/n01440764/n01440764_\(i).JPEG"
      return DataItem(id: "n01440764/n01440764_\(i).JPEG", label: i, file: file, content: .file(file))
    }
    print("item bytes", Double(resident() - before) / 200_000, items.count)
    try Place.with { place in
      try place.shards([50_000, 50_000])
      let set = try openDataSet(at: place.path(""))
      before = resident()
      let start = clock.now
      let index = try set.indexed()
      print("index of", index.count, clock.now - start, Double(resident() - before) / 100_000)
      for threads in [1, 2] {
        let start = clock.now
        let loader = try BatchLoader(index, preparation: asTheyAre, order: BatchOrder(count: index.count, batchSize: 128, seed: 0), steps: 0..<40, threads: threads)
        while try loader.next() != nil {}
        print("shards", threads, clock.now - start)
      }
    }
    let index = try openDataSet(at: Fixtures.path("data/cifar10/train")).indexed()
    for threads in [1, 2, 4] {
      let start = clock.now
      let loader = try BatchLoader(index, preparation: ImagePreprocessor.clip(size: 32), order: BatchOrder(count: index.count, batchSize: 128, seed: 0), steps: 0..<40, augmentation: Augmentation("crop-flip"), threads: threads)
      while try loader.next() != nil {}
      print("cifar", threads, clock.now - start)
    }
  }
}
