import HoldfastAttacks

/// Takes samples through a row of pools until none is left.
///
/// Fresh ones come in while no pool is full. Else the pool furthest down that has a full batch is
/// stepped. If none is full, which means that no sample is to come, the first with work is stepped.
///
/// - Parameters:
///   - admit: takes in as many samples as share a batch; true once there are no more.
///   - step: steps the pool of that index, and hands on the finished samples.
///   - deliver: is called after each of the two.
func drive(
  _ pools: [any AttackPool], admit: () throws -> Bool, step: (Int) throws -> Void,
  deliver: () throws -> Void
) throws {
  var isDrained = false
  while true {
    if !isDrained, !pools.contains(where: \.isFull) {
      isDrained = try admit()
    } else if let index = pools.lastIndex(where: \.isFull)
      ?? pools.firstIndex(where: { $0.load > 0 })
    {
      try step(index)
    } else if isDrained {
      return
    }
    try deliver()
  }
}
