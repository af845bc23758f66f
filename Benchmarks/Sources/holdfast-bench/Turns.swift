import Holdfast

/// Rounds in which the two sides take turns, so that a busy machine is busy for both.
struct Turns {
  private struct Round {
    let embed, gradient, attack, matmul, linear: Double
    let peerEmbed, peerFrozen, peerUsual, peerMatmul: Double?
  }

  private var rounds: [Round] = []

  /// How many rounds were taken.
  var count: Int { rounds.count }

  /// Measures everything once more.
  mutating func take(_ holdfast: Tower, _ peer: Peer?, at best: Sweep.Best) throws {
    let embed = try holdfast.embedRate(best.embed)
    let peerEmbed = try peer?.rate(.embed, best.peerEmbed)
    let peerFrozen = try peer?.rate(.frozenGradient, best.peerFrozen)
    let gradient = try holdfast.gradientRate(best.gradient)
    let peerUsual = try peer?.rate(.usualGradient, best.peerUsual)
    let peerMatmul = try peer?.productRate()
    let attack = try holdfast.attackRate(best.gradient)
    let products = try holdfast.productRates()
    rounds.append(
      Round(
        embed: embed, gradient: gradient, attack: attack, matmul: products.matmul,
        linear: products.linear, peerEmbed: peerEmbed, peerFrozen: peerFrozen,
        peerUsual: peerUsual, peerMatmul: peerMatmul))
  }

  /// Images per second of both sides, and how many times faster ours is.
  func ratios(at best: Sweep.Best) -> Table {
    var table = Table(
      texts: ["images per second"], numbers: ["holdfast", "peer", "ratio", "target"])
    func add(
      _ task: String, _ ours: (Round) -> Double, at batch: Int,
      _ theirs: (Round) -> Double?, at peerBatch: Int, target: Double
    ) {
      let pairs = rounds.compactMap { round in theirs(round).map { (ours(round), $0) } }
      let rate = "\(decimal(median(rounds.map(ours)))) at \(batch)"
      guard !pairs.isEmpty else { return table.add([task, rate, "-", "-", times(target)]) }
      let ratio = median(pairs.map { $0 / $1 })
      table.add([
        task, rate, "\(decimal(median(pairs.map(\.1)))) at \(peerBatch)", times(ratio),
        verdict(ratio >= target, times(target)),
      ])
    }
    add(
      "embed", \.embed, at: best.embed, \.peerEmbed, at: best.peerEmbed, target: 1)
    add(
      "input gradient, peer's parameters frozen", \.gradient, at: best.gradient,
      \.peerFrozen, at: best.peerFrozen, target: 1)
    add(
      "input gradient, peer's parameters too", \.gradient, at: best.gradient,
      \.peerUsual, at: best.peerUsual, target: 1.5)
    return table
  }

  /// How much of the machine's product rate the work reaches.
  ///
  /// The machine's rate is that of the fastest large product of the same round, whoever made it.
  func shares(_ work: Work) -> Table {
    var table = Table(texts: ["work"], numbers: ["holdfast", "peer", "share", "peer's", "target"])
    func limit(_ round: Round) -> Double { max(round.matmul, round.linear, round.peerMatmul ?? 0) }
    func add(
      _ name: String, _ ours: (Round) -> Double, _ theirs: (Round) -> Double?,
      target: Double? = nil
    ) {
      let share = median(rounds.map { ours($0) / limit($0) })
      let peers = rounds.compactMap { round in theirs(round).map { ($0, $0 / limit(round)) } }
      table.add([
        name, decimal(median(rounds.map(ours)) / 1e9),
        peers.isEmpty ? "-" : decimal(median(peers.map(\.0)) / 1e9), percent(share),
        peers.isEmpty ? "-" : percent(median(peers.map(\.1))),
        target.map { verdict(share >= $0, percent($0)) } ?? "",
      ])
    }
    add("2048³ by libtorch's matmul", \.matmul, \.peerMatmul)
    add("2048³ by our linear layer", \.linear) { _ in nil }
    add("embed", { $0.embed * work.forward }, { $0.peerEmbed.map { $0 * work.forward } })
    add("input gradient", { $0.gradient * work.gradient }) {
      $0.peerFrozen.map { $0 * work.gradient }
    }
    add("APGD-CE, whole steps", { $0.attack * work.gradient }, { _ in nil }, target: 0.8)
    return table
  }
}
