import HoldfastMedia
import Testing

@testable import HoldfastScenes

@Suite("Scenes as films, heat, points and events")
struct SceneViewTests {
  let generator = SceneGenerator(seed: 0)

  /// The shape of a grey picture's bright part: its centre and area, in parts of the side.
  private func bright(_ image: SceneGrayImage) -> (x: Double, y: Double, area: Double) {
    let threshold = (Int(image.gray.max() ?? 0) + Int(image.gray.min() ?? 0)) / 2
    var (x, y, area) = (0.0, 0.0, 0.0)
    for (index, value) in image.gray.enumerated() where Int(value) > threshold {
      x += Double(index % image.width)
      y += Double(index / image.width)
      area += 1
    }
    let side = Double(image.width)
    return (x / area / side, y / area / side, area / side / side)
  }

  @Test("Films have the frames asked for, and what moves in them is the shape")
  func film() throws {
    let scene = SceneDescription(
      shape: .square, color: .white, texture: .solid, backgroundColor: .black, seed: 9)
    let frames = try SceneFilm.render(scene, frames: 5, size: 32)
    #expect(frames.count == 5)
    #expect(frames.allSatisfy { $0.width == 32 && $0.height == 32 && $0.rgb.count == 3072 })
    #expect(Set(frames).count == 5)
    let places = frames.map { frame in
      bright(SceneGrayImage(width: 32, height: 32, gray: (0..<1024).map { frame.rgb[3 * $0] }))
    }
    let (first, last) = (places[0], places[4])
    let way = Point(first.x, first.y).distance(to: Point(last.x, last.y))
    #expect((0.03...0.25).contains(way))
    let middle = places[2]
    #expect(Point(middle.x, middle.y).distance(to: Point(0.5, 0.5)) < 0.1)
  }

  @Test("More frames show the same motion: of 9 frames the middle one is where it is in 3")
  func steps() throws {
    let scene = generator.scene(.train, 12)
    let few = try SceneFilm.render(scene, frames: 3, size: 24)
    let many = try SceneFilm.render(scene, frames: 9, size: 24)
    func difference(_ a: SceneImage, _ b: SceneImage) -> Int {
      zip(a.rgb, b.rgb).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    }
    #expect(difference(few[1], many[4]) < difference(few[1], many[0]))
    #expect(difference(few[1], many[4]) < difference(few[1], many[8]))
  }

  @Test("The shape is warmer than what is around it, in its place and size")
  func heat() throws {
    for position in ScenePosition.allCases {
      let scene = SceneDescription(
        shape: .circle, color: .black, texture: .solid, position: position, size: .medium,
        backgroundColor: .red, seed: 3)
      let image = try SceneHeat.render(scene)
      #expect(image.width == 48 && image.height == 48 && image.gray.count == 2304)
      let warm = bright(image)
      #expect(abs(warm.x - 0.5 - 0.15 * Double(position.column)) < 0.08, "\(position)")
      #expect(abs(warm.y - 0.5 - 0.15 * Double(position.row)) < 0.08, "\(position)")
      #expect((0.1...0.3).contains(warm.area), "\(position)")
    }
  }

  @Test("Heat uses the range of bytes and is neither flat nor saturated")
  func heatRange() throws {
    var counts = [Int](repeating: 0, count: 256)
    for index in 0..<60 {
      let gray = try SceneHeat.render(generator.scene(.train, index), size: 24).gray
      #expect(Set(gray).count > 25)
      for byte in gray { counts[Int(byte)] += 1 }
    }
    #expect(counts.count { $0 > 0 } > 220)
    #expect(counts[0] + counts[255] < counts.reduce(0, +) / 10)
  }

  @Test("Points are centred, reach the unit sphere, and are as many as asked for")
  func points() throws {
    for index in 0..<40 {
      let cloud = try ScenePoints.render(generator.scene(.train, index), count: 200)
      #expect(cloud.count == 200 && cloud.xyz.count == 600)
      var mean: [Float] = [0, 0, 0]
      var farthest: Float = 0
      for start in stride(from: 0, to: 600, by: 3) {
        let point = cloud.xyz[start..<start + 3]
        for (axis, value) in point.enumerated() { mean[axis] += value / 200 }
        farthest = max(farthest, point.reduce(0) { $0 + $1 * $1 })
      }
      #expect(mean.allSatisfy { abs($0) < 1e-5 })
      #expect(abs(farthest - 1) < 1e-5)
    }
  }

  @Test("Events are in order of time, on the sensor, and of both kinds")
  func events() throws {
    for index in 0..<20 {
      let events = try SceneEvents.render(generator.scene(.train, index), size: 32)
      #expect(events.width == 32 && events.height == 32)
      #expect((80...20_000).contains(events.count))
      #expect(
        [events.x.count, events.y.count, events.polarity.count] == [
          events.count, events.count, events.count,
        ])
      #expect(events.x.allSatisfy { $0 < 32 } && events.y.allSatisfy { $0 < 32 })
      #expect(zip(events.time, events.time.dropFirst()).allSatisfy { $0 <= $1 })
      #expect(events.time.allSatisfy { (0..<SceneEvents.duration).contains($0) })
      let brighter = events.polarity.count { $0 }
      #expect(brighter > 10 && events.count - brighter > 10)
    }
  }

  @Test("Most events are where the outline passes, and colours turned round turn their signs")
  func contrast() throws {
    let scene = SceneDescription(
      shape: .square, color: .white, texture: .solid, backgroundColor: .black, seed: 8)
    var swapped = scene
    (swapped.color, swapped.backgroundColor) = (.black, .white)
    let (bright, dark) = try (
      SceneEvents.render(scene, size: 32), SceneEvents.render(swapped, size: 32)
    )
    var sums = [Int](repeating: 0, count: 2 * 32 * 32)
    for (half, events) in [bright, dark].enumerated() {
      for index in 0..<events.count {
        let pixel = Int(events.y[index]) * 32 + Int(events.x[index])
        sums[half * 1024 + pixel] += events.polarity[index] ? 1 : -1
      }
    }
    let pairs = (0..<1024).map { (sums[$0], sums[1024 + $0]) }.filter { abs($0.0) > 2 }
    #expect(pairs.count > 20)
    #expect(pairs.count { $0.0 * $0.1 < 0 } * 10 > pairs.count * 9)
  }

  @Test(
    "Neighbours in pixels do badly on held-out scenes, but not as badly as chance",
    arguments: [SceneSense.thermal, .video, .event])
  func separability(sense: SceneSense) throws {
    let rendering = SceneRendering(sense, size: 16, frames: 1)
    func samples(_ split: SceneSplit, _ count: Int) throws -> [[UInt8]] {
      try (0..<count).map { index in
        let sample = try rendering.render(generator.scene(split, index))
        guard case .events(let events) = sample else { return sample.bytes }
        return try EventRenderer.rgb(EventStream(events)).pixels
      }
    }
    let accuracy = try nearestNeighbourAccuracy(
      train: samples(.train, 300), trainLabels: (0..<300).map { $0 % 20 },
      test: samples(.evaluation, 100), testLabels: (0..<100).map { $0 % 20 })
    #expect((0.06...0.5).contains(accuracy), "\(sense): \(accuracy)")
  }

  @Test("Neighbours in a grid of counted points tell some shapes, not all")
  func pointSeparability() throws {
    func grids(_ split: SceneSplit, _ count: Int) throws -> [[UInt8]] {
      try (0..<count).map { index in
        let xyz = try ScenePoints.render(generator.scene(split, index), count: 256).xyz
        var grid = [UInt8](repeating: 0, count: 144)
        for start in stride(from: 0, to: xyz.count, by: 3) {
          let column = min(Int((xyz[start] + 1) * 6), 11)
          let row = min(Int((xyz[start + 1] + 1) * 6), 11)
          grid[row * 12 + column] &+= 8
        }
        return grid
      }
    }
    let accuracy = try nearestNeighbourAccuracy(
      train: grids(.train, 300), trainLabels: (0..<300).map { $0 % 20 },
      test: grids(.evaluation, 100), testLabels: (0..<100).map { $0 % 20 })
    #expect((0.15...0.7).contains(accuracy), "\(accuracy)")
  }
}
