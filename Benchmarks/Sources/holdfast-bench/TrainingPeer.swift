import Holdfast

/// The peer's side of the bench of training: a child process that makes a step when it is told to.
final class TrainingPeer {
  /// How the peer makes a step.
  enum Way: String, CaseIterable {
    /// As FARE's authors: with gradients for parameters in the inner loop, a pass for the log, and checks.
    case released
    /// Without those, and with the frozen model's embeddings known.
    case fair

    /// How many times faster ours is to be.
    func target(_ search: DType) -> Double {
      guard search == .float32 else { return 1.9 }
      return self == .fair ? 1.4 : 1.5
    }
  }

  /// What the peer is made of.
  let versions: String
  private let process: LineProcess

  init(python: String, script: String, _ options: [String]) throws {
    struct Versions: Decodable {
      let torch, transformers, attention, device: String
      let threads: Int
    }
    process = try LineProcess(python, [script, "--threads", "\(Torch.threadCount)"] + options)
    let known: Versions = try process.ask("versions")
    versions =
      "torch \(known.torch), transformers \(known.transformers) (\(known.attention)), "
      + "\(known.threads) threads, \(known.device)"
  }

  /// One step.
  ///
  /// - Parameter search: the element type of ours; only in bfloat16 is the peer's inner loop that too, and
  ///   only the fair one, for the released code has no such option.
  func step(_ way: Way, _ search: DType, _ batch: Int) throws -> StepTime {
    let suffix = search == .bfloat16 && way == .fair ? "-bf16" : ""
    return try process.ask("step \(way.rawValue)\(suffix) \(batch)")
  }

  /// Operations per second of a large product.
  func productRate() throws -> Double {
    struct Product: Decodable {
      let gflops: Double
    }
    let product: Product = try process.ask("matmul")
    return product.gflops * 1e9
  }
}
