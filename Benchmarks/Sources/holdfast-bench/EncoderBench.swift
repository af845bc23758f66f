import ArgumentParser
import Foundation
import Holdfast

/// Measures ViT-B/32 beside transformers on PyTorch, and prints the ratios.
struct EncoderBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoder",
    abstract: "Measure ViT-B/32 of random weights in float32, in turns with a peer.")

  @Option(help: "The Python that has torch and transformers; without it there are no ratios.")
  var peer: String?

  @Option(help: "The peer's program.")
  var peerScript = "Tools/peers/bench_vit_b32.py"

  @OptionGroup var threads: Threads

  @Option(help: "How often the two sides take turns.")
  var rounds = 5

  @Option(help: "After how many minutes no further round begins.")
  var minutes = 7.0

  @Option(parsing: .upToNextOption, help: "The batch sizes to choose the best from.")
  var batches = [1, 8, 16, 32]

  func validate() throws {
    guard rounds > 0, batches.allSatisfy({ $0 > 0 }), !batches.isEmpty else {
      throw ValidationError("rounds and batch sizes are at least 1")
    }
  }

  func run() throws {
    let began = ContinuousClock.now
    try threads.use()
    let holdfast = try Tower(configuration: .vitB32)
    let peer = try peer.map {
      try Peer(python: $0, script: peerScript, threads: Torch.threadCount)
    }
    printMachine(peer)

    let look = try Sweep(holdfast, peer, batches: batches)
    show("\nimages per second, one look at each batch size\n")
    show(look.table().text())

    var turns = Turns()
    let limit = Duration.seconds(60 * minutes)
    while turns.count == 0 || (turns.count < rounds && ContinuousClock.now - began < limit) {
      try turns.take(holdfast, peer, at: look.best)
      say("round \(turns.count) of \(rounds)")
    }
    show("\nmedian of \(turns.count) rounds in turns, each at the batch size that suits it best\n")
    show(turns.ratios(at: look.best).text())
    show("\nmatrix products in float32, billions of operations per second\n")
    show(turns.shares(holdfast.work).text())
    if peer == nil { say("There was no peer to compare with; `scripts/bench` sets one up.") }
  }

  private func printMachine(_ peer: Peer?) {
    show("ViT-B/32, 224 px, float32, random weights")
    Threads.showOurs()
    guard let versions = peer?.versions else { return }
    show(
      "peer      torch \(versions.torch), transformers \(versions.transformers) "
        + "(\(versions.attention)), \(versions.threads) threads")
  }
}
