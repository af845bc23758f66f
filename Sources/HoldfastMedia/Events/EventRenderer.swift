/// How events become a picture: red for brighter, blue for darker.
///
/// Which of the two made the pictures that UniBind was trained with is not published, so a run records
/// the one that was used.
public enum EventRenderer: String, Hashable, Sendable, Codable, CaseIterable {
  /// Full colours on white, however many events there were; black for both.
  ///
  /// Of each pixel 255 (1 - (p (0, 255, 255) + n (255, 255, 0)) / 255), cut at 0; p and n count its
  /// events of either polarity. Source: EventBind, the released code, representation "rgb".
  case rgb

  /// Colours by number on white.
  ///
  /// Counts above mean + 10 deviations, over all pixels and both polarities, become 0; the others
  /// are divided by the largest to p and n. The colour is p (255, 0, 0) + n (0, 0, 255), laid over
  /// white with weight p + n, of 1 at most, and rounded half to even. White if no count is left.
  /// Source: EventCLIP, the released code, `make_event_histogram`.
  case histogram

  /// The picture of events, of the sensor's size.
  public func callAsFunction(_ events: EventStream) -> Image {
    var counts = [Int32](repeating: 0, count: 2 * events.sensor.width * events.sensor.height)
    for index in 0..<events.count {
      let pixel = Int(events.y[index]) * events.sensor.width + Int(events.x[index])
      counts[2 * pixel + (events.polarity[index] ? 0 : 1)] += 1
    }
    return switch self {
    case .rgb: Image(events.sensor, Self.full(counts))
    case .histogram: Image(events.sensor, Self.shaded(counts))
    }
  }

  /// One event takes all there is of the two other colours, so the formula knows but 0 and 255.
  private static func full(_ counts: [Int32]) -> [UInt8] {
    var pixels = [UInt8](repeating: 255, count: counts.count / 2 * 3)
    for pixel in 0..<counts.count / 2 {
      let (positive, negative) = (counts[2 * pixel] > 0, counts[2 * pixel + 1] > 0)
      if negative { pixels[3 * pixel] = 0 }
      if positive || negative { pixels[3 * pixel + 1] = 0 }
      if positive { pixels[3 * pixel + 2] = 0 }
    }
    return pixels
  }

  private static func shaded(_ counts: [Int32]) -> [UInt8] {
    let size = Double(counts.count)
    let mean = Double(counts.reduce(0) { $0 + Int($1) }) / size
    let variance = counts.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / size
    let hot = 10 * variance.squareRoot() + mean
    let kept = counts.map { Double($0) > hot ? 0 : $0 }
    let largest = Float(kept.max() ?? 0)
    var pixels = [UInt8](repeating: 255, count: counts.count / 2 * 3)
    guard largest > 0 else { return pixels }
    for pixel in 0..<counts.count / 2 where kept[2 * pixel] > 0 || kept[2 * pixel + 1] > 0 {
      let (p, n) = (Float(kept[2 * pixel]) / largest, Float(kept[2 * pixel + 1]) / largest)
      let weight = min(p + n, 1)
      for (channel, value) in [p * 255, 0, n * 255].enumerated() {
        let mixed = value * weight + 255 * (1 - weight)
        pixels[3 * pixel + channel] = UInt8(min(mixed.rounded(.toNearestOrEven), 255))
      }
    }
    return pixels
  }
}
