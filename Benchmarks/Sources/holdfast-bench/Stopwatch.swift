/// The median time of a few repeats after one that warms up: as many as fit in a second.
///
/// The peer's program measures in the same way.
func medianSeconds(_ work: () throws -> Void) rethrows -> Double {
  try work()
  var times: [Double] = []
  let began = ContinuousClock.now
  while times.isEmpty || (times.count < 30 && ContinuousClock.now - began < .seconds(1)) {
    times.append(try ContinuousClock().measure(work) / .seconds(1))
  }
  return median(times)
}

/// The middle value, or the mean of the two in the middle.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard let last = sorted.last else { return .nan }
  let middle = sorted.count / 2
  guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
  return (sorted[middle - 1] + (middle < sorted.count ? sorted[middle] : last)) / 2
}
