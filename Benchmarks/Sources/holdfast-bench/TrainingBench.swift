import ArgumentParser
import Foundation
import Holdfast

/// Times a step of FARE beside PyTorch, which makes it as FARE's authors do and as fast as it can.
struct TrainingBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Time a step of FARE, with ten steps of inner attack, in turns with PyTorch.")

  @Option(help: "The Python that has torch and transformers; without it there are no ratios.")
  var peer: String?

  @Option(help: "The peer's program.")
  var peerScript = "Tools/peers/bench_training.py"

  @OptionGroup var threads: Threads

  @Option(help: "How often the two sides take turns.")
  var rounds = 3

  @Option(parsing: .upToNextOption, help: "The batch sizes to choose the best from.")
  var batches = [8, 16, 32]

  @Option(help: "The shapes of the tower.")
  var shape = TowerShape.vitB32

  @Option(help: "Where both sides compute: cpu, cuda or cuda:N.")
  var device = Device.cpu

  @Flag(help: "Let the peer fuse its model with torch.compile.")
  var compile = false

  func validate() throws {
    guard device.isAvailable else { throw ValidationError("there is no \(device) here") }
    guard rounds > 0, batches.allSatisfy({ $0 > 0 }), !batches.isEmpty else {
      throw ValidationError("rounds and batch sizes are at least 1")
    }
  }

  func run() throws {
    try threads.use()
    let peer = try peer.map { python in
      try TrainingPeer(
        python: python, script: peerScript,
        ["--shape", shape.name, "--device", device.description] + (compile ? ["--compile"] : []))
    }
    show("FARE on \(shape.name), 224 px, ten inner steps, random weights")
    Threads.showOurs()
    if let versions = peer?.versions { show("peer      \(versions)") }
    var precisions = [DType.float32]
    if device != .cpu || Torch.multipliesBFloat16 { precisions.append(.bfloat16) }
    for precision in precisions { try compare(precision, peer) }
    if peer == nil { say("There was no peer to compare with; `scripts/bench` sets one up.") }
  }

  /// Our step and the peer's in turns, each side at the batch size that suits it best.
  private func compare(_ search: DType, _ peer: TrainingPeer?) throws {
    let ways = TrainingPeer.Way.allCases
    let name = search == .float32 ? "float32" : "inner search in bfloat16"
    let best = try batches.map { try (batch: $0, time: trial(search, $0).step()) }.fastest()
    let ours = try trial(search, best ?? batches[0])
    var chosen: [TrainingPeer.Way: Int] = [:]
    for way in ways {
      chosen[way] = try peer.flatMap { peer in
        try batches.map { try (batch: $0, time: peer.step(way, search, $0)) }.fastest()
      }
    }
    var rounds: [Round] = []
    for number in 1...self.rounds {
      var round = Round(ours: try ours.step())
      for way in ways {
        if let batch = chosen[way] { round.theirs[way] = try peer?.step(way, search, batch) }
      }
      round.product = try max(TrainingTrial.productRate(on: device), peer?.productRate() ?? 0)
      rounds.append(round)
      say("\(name): round \(number) of \(self.rounds)")
    }
    show("\n\(name): median of \(rounds.count) rounds in turns\n")
    show(table(rounds, search).text())
  }

  /// A new model after its first step, which asks the frozen model.
  private func trial(_ search: DType, _ batch: Int) throws -> TrainingTrial {
    let trial = try TrainingTrial(shape.sizes, batch: batch, search: search, device: device)
    _ = try trial.step()
    return trial
  }

  private struct Round {
    let ours: StepTime
    var theirs: [TrainingPeer.Way: StepTime] = [:]
    /// The fastest large product of the round, in operations per second.
    var product = 0.0

    init(ours: StepTime) { self.ours = ours }
  }

  private func table(_ rounds: [Round], _ search: DType) -> Table {
    var table = Table(
      texts: ["step"], numbers: ["images/s", "memory MiB", "ratio", "target", "share of product"])
    let work = TrainingTrial.work(shape.sizes)
    func add(_ name: String, _ steps: [(Round, StepTime)], _ ratio: String, _ target: String) {
      table.add([
        "\(name), \(steps[0].1.batch) at a time",
        String(format: "%.2f", median(steps.map(\.1.rate))),
        "\(Int(median(steps.map { Double($0.1.peakBytes) })) >> 20)", ratio, target,
        percent(median(steps.map { $1.rate * work / $0.product })),
      ])
    }
    add("holdfast", rounds.map { ($0, $0.ours) }, "", "")
    for way in TrainingPeer.Way.allCases {
      let steps = rounds.compactMap { round in round.theirs[way].map { (round, $0) } }
      guard !steps.isEmpty else { continue }
      let (ratio, target) = (median(steps.map { $0.ours.rate / $1.rate }), way.target(search))
      add("peer, \(way.rawValue)", steps, times(ratio), verdict(ratio >= target, times(target)))
    }
    return table
  }
}

/// What a step took.
struct StepTime: Decodable {
  let batch: Int
  let seconds: Double
  let peakBytes: Int

  enum CodingKeys: String, CodingKey {
    case batch, seconds
    case peakBytes = "peak_bytes"
  }

  /// Images per second.
  var rate: Double { Double(batch) / seconds }
}

extension [(batch: Int, time: StepTime)] {
  /// The batch size of the highest rate.
  func fastest() -> Int? { self.max { $0.time.rate < $1.time.rate }?.batch }
}
