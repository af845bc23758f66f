import HoldfastCore

/// One change of brightness at a pixel, numbered row by row; the time is in microseconds.
struct SceneEvent {
  var time: Int64
  var pixel: Int
  var brighter: Bool
}

/// The pixels of an event camera, each with a threshold and a memory of its own.
struct SceneEventPixels {
  private let size: Int
  private var thresholds: [Float] = []
  private var memory: [Float] = []
  private var last: [Float] = []
  private var random: SplitMix64
  private var events: [SceneEvent] = []

  init(size: Int, threshold: Double, seed: UInt64) {
    self.size = size
    random = SplitMix64(seed: seed)
    thresholds.reserveCapacity(size * size)
    for _ in 0..<size * size {
      thresholds.append(Float(threshold * (1 + 0.08 * random.gaussian())))
    }
  }

  /// Shows the pixels what there is to see at a step, and reports what has changed since the last.
  mutating func see(_ seen: [Float], at step: Int, of steps: Int) {
    if last.isEmpty {
      // A pixel starts at random between two thresholds.
      memory = seen.indices.map {
        seen[$0] + thresholds[$0] * Float(random.number(in: -0.5...0.5))
      }
      last = seen
      return
    }
    let length = Double(SceneEvents.duration) / Double(steps)
    for pixel in seen.indices where seen[pixel] != last[pixel] {
      let change = seen[pixel] - last[pixel]
      let threshold = change > 0 ? thresholds[pixel] : -thresholds[pixel]
      while (seen[pixel] - memory[pixel]) / threshold >= 1 {
        memory[pixel] += threshold
        let part = Double(min(max((memory[pixel] - last[pixel]) / change, 0), 1))
        let time = (Double(step - 1) + part) * length + 40 * random.gaussian()
        report(SceneEvent(time: Int64(time), pixel: pixel, brighter: change > 0))
      }
    }
    last = seen
  }

  /// Adds an event.
  mutating func report(_ event: SceneEvent) {
    events.append(event)
    events[events.count - 1].time = min(max(event.time, 0), SceneEvents.duration - 1)
  }

  /// All events, in order of time; of equal times, in the order of their report.
  func stream() -> SceneEventStream {
    let order = events.enumerated().map { UInt64($1.time) << 32 | UInt64($0) }.sorted()
    let sorted = order.map { events[Int($0 & 0xFFFF_FFFF)] }
    return SceneEventStream(
      width: size, height: size, x: sorted.map { UInt16($0.pixel % size) },
      y: sorted.map { UInt16($0.pixel / size) }, time: sorted.map(\.time),
      polarity: sorted.map(\.brighter))
  }
}

/// Events that come from no change of what is seen.
struct SceneEventNoise {
  /// The number of pixels.
  let count: Int
  private let pattern: SceneBackground
  private let size: Int
  private let side: Int
  private let places: [Int]

  init(_ scene: SceneDescription, size: Int, random: inout SplitMix64) {
    pattern = scene.background
    self.size = size
    count = size * size * random.integer(in: 10...60) / 1000
    side = random.integer(in: 0...3)
    places = (0..<6).map { _ in random.integer(in: 0...size * size - 1) }
  }

  func event(random: inout SplitMix64) -> SceneEvent {
    let time = Int64(random.unit() * Double(SceneEvents.duration))
    var (column, row) = (random.integer(in: 0...size - 1), random.integer(in: 0...size - 1))
    let patterned = random.integer(in: 0...1) == 0
    switch pattern {
    case .plain: break
    case .gradient:
      // The smaller of two numbers is more often near zero.
      let near = min(random.integer(in: 0...size - 1), random.integer(in: 0...size - 1))
      let place = side % 2 == 0 ? near : size - 1 - near
      if side < 2 { column = place } else { row = place }
    case .grainy:
      if patterned {
        let place = places[random.integer(in: 0...places.count - 1)]
        (column, row) = (place % size, place / size)
      }
    case .lined:
      if patterned {
        let place = places[random.integer(in: 0...1)] % size
        if side < 2 { column = place } else { row = place }
      }
    }
    return SceneEvent(
      time: time, pixel: row * size + column, brighter: random.integer(in: 0...1) == 0)
  }
}
