/// Hands on elements in the order of the data: each once all before it have come.
struct DataOrder<Element> {
  /// The place that is waited for.
  private var next: Int
  private let step: Int
  private var waiting: [Int: [Element]] = [:]

  /// The order of the places of a shard: of all from 0, or of every n-th.
  init(of shard: Shard = .whole) {
    next = shard.rank
    step = shard.processes
  }

  /// Takes an element, and returns those whose turn has come; places of other shards are left out.
  mutating func take(_ element: Element, at place: Int) -> [Element] {
    guard place >= 0, place % step == next % step else { return [] }
    guard place >= next else { return [element] }
    waiting[place, default: []].append(element)
    var ready: [Element] = []
    while let here = waiting.removeValue(forKey: next) {
      ready += here
      next += step
    }
    return ready
  }
}
