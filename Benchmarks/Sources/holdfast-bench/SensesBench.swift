import ArgumentParser
import Foundation
import Holdfast

/// Measures the filter bank, ImageBind's audio trunk and LanguageBind's video tower beside PyTorch.
struct SensesBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "senses",
    abstract: "Measure sound and video in float32, in turns with PyTorch's layers.")

  @Option(help: "The Python that has torch and transformers; without it there are no ratios.")
  var peer: String?

  @Option(help: "The folder that torchaudio was unpacked in, for the filter bank.")
  var torchaudio: String?

  @Option(help: "The peer's program.")
  var peerScript = "Tools/peers/bench_senses.py"

  @OptionGroup var threads: Threads

  @Option(help: "How often the two sides take turns.")
  var rounds = 3

  @Option(help: "Sounds that share a batch.")
  var sounds = 2

  func run() throws {
    try threads.use()
    let peer = try peer.map {
      try LineProcess(
        $0,
        [peerScript, "--threads", "\(Torch.threadCount)"]
          + (torchaudio.map { ["--torchaudio", $0] } ?? []))
    }
    try printMachine(peer)
    var table = Table(texts: ["task"], numbers: ["holdfast", "peer", "ratio", "target"])
    try filterBank(peer, &table)
    try towers("imagebind-audio", batch: sounds, peer, &table, Self.audio)
    try towers("languagebind-video", batch: 1, peer, &table, Self.video)
    show("\nmedian milliseconds of \(rounds) rounds in turns, float32, random weights\n")
    show(table.text())
  }

  // MARK: What is measured

  /// Kaldi's log mel energies of five seconds of sound.
  private func filterBank(_ peer: LineProcess?, _ table: inout Table) throws {
    let bank = try MelFilterBank(mels: 128)
    var generator = Generator(seed: 1, stream: "sound")
    let sound = try generator.uniform([1, 5 * 16_000]) - 0.5
    try compare(
      "filter bank, 5 s of sound, 128 bins", target: 1,
      { try medianSeconds { _ = try withoutGradients { try bank(sound) } } },
      peer, "filter-bank 5", &table)
  }

  /// Embeddings of a tower, and gradients of its input.
  private func towers(
    _ name: String, batch: Int, _ peer: LineProcess?, _ table: inout Table,
    _ make: () throws -> any Encoder
  ) throws {
    let tower = try make()
    var generator = Generator(seed: 2, stream: name)
    let x = try generator.uniform([batch] + tower.input.shape)
    let slope = {
      try medianSeconds {
        let leaf = try x.leaf()
        _ = try gradient(of: tower.embed(leaf).squared().sum(), withRespectTo: leaf)
      }
    }
    try compare(
      "\(name), embed \(batch)", target: 1,
      { try medianSeconds { _ = try withoutGradients { try tower.embed(x) } } },
      peer, "embed \(name) \(batch)", &table)
    try compare(
      "\(name), input gradient \(batch), peer's parameters frozen", target: nil, slope,
      peer, "gradient-frozen \(name) \(batch)", &table)
    try compare(
      "\(name), input gradient \(batch), peer's parameters too", target: 1.3, slope,
      peer, "gradient \(name) \(batch)", &table)
  }

  /// ImageBind's audio trunk at its published size.
  private static func audio() throws -> any Encoder {
    let configuration = ImageBindConfiguration(
      audio: .init(trunk: .init(width: 768, layers: 12, heads: 12), patch: 16), projection: 1024)
    let model = try ImageBindModel(
      configuration, initializedBy: Generator(seed: 0, stream: "bench"))
    guard let tower = model[.audio] else { throw ValidationError("there is no audio trunk") }
    return tower
  }

  /// LanguageBind's video tower at its published size.
  private static func video() throws -> any Encoder {
    try LanguageBindModel(
      .videoFT, initializedBy: Generator(seed: 0, stream: "bench"),
      normalization: PixelNormalization(
        mean: ImagePreprocessor.clipMean, std: ImagePreprocessor.clipStd)
    ).vision
  }

  // MARK: Turns

  private struct Time: Decodable { let seconds: Double? }

  /// Adds a row: the two sides in turns, and the median of the rounds' ratios.
  private func compare(
    _ task: String, target: Double?, _ ours: () throws -> Double, _ peer: LineProcess?,
    _ command: String, _ table: inout Table
  ) throws {
    var pairs: [(ours: Double, theirs: Double?)] = []
    for round in 1...rounds {
      let own = try ours()
      let time: Time? = try peer?.ask(command)
      pairs.append((own, time?.seconds))
      say("\(task): round \(round) of \(rounds)")
    }
    let ratios = pairs.compactMap { pair in pair.theirs.map { $0 / pair.ours } }
    let milliseconds = { (values: [Double]) in
      String(format: "%.2f", 1000 * median(values))
    }
    guard !ratios.isEmpty else {
      return table.add([task, milliseconds(pairs.map(\.ours)), "-", "-", target.map(times) ?? ""])
    }
    let ratio = median(ratios)
    table.add([
      task, milliseconds(pairs.map(\.ours)), milliseconds(pairs.compactMap(\.theirs)),
      times(ratio), target.map { verdict(ratio >= $0, times($0)) } ?? "",
    ])
  }

  private func printMachine(_ peer: LineProcess?) throws {
    struct Versions: Decodable {
      let torch, transformers, torchaudio: String
      let threads: Int
    }
    Threads.showOurs()
    guard let peer else {
      return say("There is no peer to compare with; `scripts/bench` sets one up.")
    }
    let versions: Versions = try peer.ask("versions")
    show(
      "peer      torch \(versions.torch), transformers \(versions.transformers), "
        + "torchaudio \(versions.torchaudio), \(versions.threads) threads")
  }
}
