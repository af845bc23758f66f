import Holdfast

/// One look at every batch size, to find the best of each side.
struct Sweep {
  /// The batch sizes at which each task is fastest.
  struct Best {
    var embed, gradient: Int
    var peerEmbed, peerFrozen, peerUsual: Int
  }

  private struct Look {
    let batch: Int
    let embed, gradient: Double
    let peerEmbed, peerFrozen, peerUsual: Double?
  }

  private let looks: [Look]

  init(_ holdfast: Tower, _ peer: Peer?, batches: [Int]) throws {
    looks = try batches.map { batch in
      say("batches of \(batch)")
      return Look(
        batch: batch,
        embed: try holdfast.embedRate(batch),
        gradient: try holdfast.gradientRate(batch),
        peerEmbed: try peer?.rate(.embed, batch),
        peerFrozen: try peer?.rate(.frozenGradient, batch),
        peerUsual: try peer?.rate(.usualGradient, batch))
    }
  }

  var best: Best {
    func batch(_ rate: (Look) -> Double?) -> Int {
      looks.max { (rate($0) ?? 0) < (rate($1) ?? 0) }?.batch ?? 1
    }
    return Best(
      embed: batch(\.embed), gradient: batch(\.gradient), peerEmbed: batch(\.peerEmbed),
      peerFrozen: batch(\.peerFrozen), peerUsual: batch(\.peerUsual))
  }

  func table() -> Table {
    var table = Table(texts: ["task"], numbers: ["batch", "holdfast", "peer", "ratio"])
    func add(_ task: String, _ ours: (Look) -> Double, _ theirs: (Look) -> Double?) {
      for look in looks {
        let rate = theirs(look)
        table.add([
          task, "\(look.batch)", decimal(ours(look)), rate.map { decimal($0) } ?? "-",
          rate.map { times(ours(look) / $0) } ?? "-",
        ])
      }
    }
    add("embed", \.embed, \.peerEmbed)
    add("input gradient, peer's parameters frozen", \.gradient, \.peerFrozen)
    add("input gradient, peer's parameters too", \.gradient, \.peerUsual)
    return table
  }
}
