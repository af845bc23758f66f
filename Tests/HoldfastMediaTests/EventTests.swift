import Foundation
import HoldfastErrors
import HoldfastFormats
import HoldfastMedia
import Testing

@Suite("Events")
struct EventTests {
  let goldens: PointEventGoldens

  init() throws { goldens = try PointEventGoldens.read() }

  /// A stream of `count` events on a sensor of 8 × 4 pixels.
  func stream(_ count: Int) throws -> EventStream {
    try EventStream(
      sensor: ImageSize(width: 8, height: 4), x: (0..<count).map { UInt16($0 * 3 % 8) },
      y: (0..<count).map { UInt16($0 % 4) }, time: (0..<count).map { Int64($0) },
      polarity: (0..<count).map { $0 % 3 == 0 })
  }

  func error(_ bytes: [UInt8], sensor: ImageSize? = nil) throws -> MediaError {
    let error = try #require(throws: MediaError.self) {
      try decodeEvents(bytes, name: "a.npz", sensor: sensor)
    }
    #expect(error.file.hasPrefix("a.npz") && error.description.hasPrefix("`a.npz"))
    return error
  }

  /// An npz file of separate columns.
  func file(
    x: [Int] = [0, 1], y: [Int] = [0, 1], t: [Int] = [0, 1], p: [Int] = [0, 1]
  ) throws -> [UInt8] {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).npz")
    defer { try? FileManager.default.removeItem(at: path) }
    try writeNPZ(
      [
        "x_pos": NPYArray(x, shape: [x.count]), "y_pos": NPYArray(y, shape: [y.count]),
        "timestamp": NPYArray(t, shape: [t.count]), "polarity": NPYArray(p, shape: [p.count]),
      ], to: path.path)
    return try Array(Data(contentsOf: path))
  }

  @Test("Files of every kind hold the same events")
  func files() throws {
    for (name, golden) in goldens.events {
      let expected = try golden.stream()
      for (kind, file) in golden.files {
        let events = try decodeEvents(Array(file), name: kind, sensor: expected.sensor)
        #expect(events == expected, "\(name), \(kind)")
      }
    }
    let few = try #require(goldens.events["few"])
    let extent = try decodeEvents(Array(#require(few.files["records.npy"])), name: "a").sensor
    #expect(extent.width == Int(few.x.max() ?? 0) + 1)
    #expect(extent.height == Int(few.y.max() ?? 0) + 1)
  }

  @Test("Pictures of events are the formulas'")
  func pictures() throws {
    for (name, golden) in goldens.events {
      let events = try golden.stream()
      let rgb = EventRenderer.rgb(events)
      #expect(rgb.width == golden.width && rgb.height == golden.height)
      #expect(rgb.pixels == Array(golden.rgb), "\(name)")
      let histogram = EventRenderer.histogram(events)
      #expect(largestDifference(histogram.pixels, Array(golden.histogram)) == 0, "\(name)")
    }
  }

  @Test("A pixel is red, blue, black or white")
  func colours() throws {
    let events = try EventStream(
      sensor: ImageSize(width: 4, height: 1), x: [0, 0, 1, 2, 2], y: [0, 0, 0, 0, 0],
      time: [0, 1, 2, 3, 4], polarity: [true, true, false, true, false])
    #expect(EventRenderer.rgb(events).pixels == [255, 0, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255])
    // Two events of one polarity are full colour, one is half over white, one of each both halves.
    #expect(
      EventRenderer.histogram(events).pixels
        == [255, 0, 0, 128, 128, 191, 128, 0, 128, 255, 255, 255])
  }

  @Test("Where hot pixels are all there is, the histogram is white")
  func hot() throws {
    let events = try EventStream(
      sensor: ImageSize(width: 200, height: 1), x: [7, 7], y: [0, 0], time: [0, 1],
      polarity: [true, true])
    #expect(EventRenderer.histogram(events).pixels == [UInt8](repeating: 255, count: 600))
    #expect(EventRenderer.rgb(events).pixels[21..<24] == [255, 0, 0])
  }

  @Test("A slice is the first events, or those that a seed draws")
  func slices() throws {
    let events = try stream(50)
    #expect(try EventSlice(count: 10)(events).time == (0..<10).map { Int64($0) })
    #expect(try EventSlice(count: nil, seed: 1)(events) == events)
    #expect(try EventSlice(count: 50, seed: 1)(events) == events)
    #expect(try EventSlice()(events) == events)
    var starts: Set<Int64> = []
    for seed in 0..<200 {
      let slice = try EventSlice(count: 45, seed: UInt64(seed))(events)
      let start = try #require(slice.time.first)
      #expect(slice.time == (start..<start + 45).map { $0 })
      #expect(slice.x == Array(events.x[Int(start)..<Int(start) + 45]))
      #expect(slice.sensor == events.sensor)
      #expect(try EventSlice(count: 45, seed: UInt64(seed))(events) == slice)
      starts.insert(start)
    }
    #expect(starts == Set(0...5))
    #expect(throws: MediaError.self) { try EventSlice(count: 0)(events) }
  }

  @Test("Events that no sensor has are named by their number")
  func wrong() throws {
    let small = ImageSize(width: 2, height: 3)
    for (bytes, message) in [
      (try file(x: [0, 2]), "event 1 is at column 2 of row 1, outside of a sensor of 2x3"),
      (try file(y: [3, 0]), "event 0 is at column 0 of row 3, outside of a sensor of 2x3"),
      (try file(x: [0, -1]), "event 1 is at column -1 of row 1, outside of any sensor"),
      (try file(y: [1 << 40, 0]), "event 0 is at column 0 of row 1099511627776"),
      (try file(p: [0, 2]), "event 1 has the polarity 2"),
      (try file(x: [0, 0, 1], y: [0, 0, 1], t: [0, 1, 2], p: [1, 0, -1]), "of three kinds"),
      (try file(x: [0]), "columns of [1, 2, 2, 2] events, which differ"),
      (try file(x: [], y: [], t: [], p: []), "has no events"),
      ([], "the file is empty"), (Array("hello".utf8), "not a file of events"),
    ] {
      #expect(try error(bytes, sensor: small).what.contains(message), "\(message)")
    }
    #expect(
      try error(file(), sensor: ImageSize(width: 0, height: 9000)).what.contains("0x9000 pixels"))
    #expect(throws: MediaError.self) {
      try decodeEvents(file(), name: "a.npz", limits: EventLimits(events: 1))
    }
    let other = Array(try #require(goldens.arrays["float32.npy"]))
    #expect(try error(other).what.contains("[20, 3], which holds no events"))
    #expect(throws: MediaError.self) {
      try EventStream(sensor: small, x: [0], y: [], time: [0], polarity: [true])
    }
  }

  @Test("Events are prepared as their picture is")
  func preparation() throws {
    let golden = try #require(goldens.events["many"])
    let bytes = Array(try #require(golden.files["records.npz"]))
    let sensor = ImageSize(width: golden.width, height: golden.height)
    for renderer in EventRenderer.allCases {
      let preprocessor = EventPreprocessor(
        slice: EventSlice(count: 500), renderer: renderer, sensor: sensor, image: .clip(size: 16))
      #expect(preprocessor.outputShape == [3, 16, 16])
      let picture = renderer(try EventSlice(count: 500)(golden.stream()))
      let expected = try ImagePreprocessor.clip(size: 16).prepare(.medium(.image(picture)))
      #expect(try preprocessor.prepare(.bytes(bytes, name: "a.npz")) == expected)
      #expect(try preprocessor.prepare(.medium(.events(golden.stream()))) == expected)
      // A picture that was rendered before.
      #expect(
        try preprocessor.prepare(.bytes(encodePNG(picture), name: "a.png")) == expected)
      let coded = try JSONEncoder().encode(preprocessor)
      #expect(try JSONDecoder().decode(EventPreprocessor.self, from: coded) == preprocessor)
    }
    let tooSmall = EventPreprocessor(sensor: ImageSize(width: 4, height: 4))
    let error = try #require(throws: MediaError.self) {
      try tooSmall.prepare(.bytes(bytes, name: "a.npz"))
    }
    #expect(error.file == "a.npz" && error.what.hasPrefix("event "))
    #expect(throws: MediaError.self) {
      try EventPreprocessor(slice: EventSlice(count: -1))
        .prepare(.bytes(bytes, name: "a.npz"))
    }
    #expect(throws: MediaError("this is not a picture", hint: "the model takes pictures")) {
      try ImagePreprocessor.clip().prepare(.medium(.events(golden.stream())))
    }
    #expect(throws: FormatError.self) { try EventPreprocessor().prepare(.file("/nowhere/a.npz")) }
  }

  @Test("2,400 damaged files neither crash nor hang")
  func damage() throws {
    let few = try #require(goldens.events["few"])
    let files = few.files.sorted { $0.key < $1.key }.map { Array($0.value) }
    var generator = SeededGenerator(state: 5)
    var (read, refused) = (0, 0)
    for round in 0..<2400 {
      let bytes = damaged(files[round % files.count], &generator)
      do {
        let events = try decodeEvents(
          bytes, name: "damaged", limits: EventLimits(events: 1 << 12))
        #expect(events.x.allSatisfy { Int($0) < events.sensor.width })
        read += 1
      } catch {
        #expect(error.file.hasPrefix("damaged") && !error.what.isEmpty)
        refused += 1
      }
    }
    #expect(read > 100 && refused > 100, "\(read) read, \(refused) refused")
  }
}

extension PointEventGoldens.Events {
  /// The events of the golden.
  fileprivate func stream() throws -> EventStream {
    try EventStream(
      sensor: ImageSize(width: width, height: height), x: x, y: y, time: t,
      polarity: p.map { $0 == 1 })
  }
}
