/// The peer's side: a child process that measures what it is told to, one line at a time.
final class Peer {
  /// What the peer is made of.
  struct Versions: Decodable {
    let torch, transformers, attention: String
    let threads: Int
  }

  /// What the peer can measure in images per second.
  enum Task: String {
    case embed
    /// The input's gradient alone.
    case frozenGradient = "gradient-frozen"
    /// The usual way: the gradients of all parameters come with the input's.
    case usualGradient = "gradient"
  }

  let versions: Versions
  private let process: LineProcess

  init(python: String, script: String, threads: Int) throws {
    process = try LineProcess(
      python, [script, "--threads", "\(threads)", "--budget", "1", "--least", "1"])
    versions = try process.ask("versions")
  }

  /// Images per second.
  func rate(_ task: Task, _ batch: Int) throws -> Double {
    struct Rate: Decodable {
      let seconds: Double
    }
    let rate: Rate = try process.ask("\(task.rawValue) \(batch)")
    return Double(batch) / rate.seconds
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
