import Foundation
import HoldfastAudit
public import HoldfastCore
import HoldfastFormats

/// How many samples share a batch.
public enum BatchSize: Hashable, Sendable {
  /// As many as fit the memory that is free and are worth it.
  case automatic
  /// A fixed number of samples.
  case fixed(Int)

  /// The size for an encoder.
  func count(for encoder: any Encoder, _ observer: any RunObserver) throws -> Int {
    if case .fixed(let count) = self { return count }
    // Processes of a job on one machine share its memory.
    let shares = ProcessInfo.processInfo.environment["LOCAL_WORLD_SIZE"].flatMap(Int.init) ?? 1
    let choice = try BatchSizer(encoder, shares: shares).choice()
    if let bytes = choice.bytesPerSample, let free = choice.free {
      observer.detail(
        "Batches of \(choice.count): \(HubPull.bytesText(bytes)) a sample, "
          + "\(HubPull.bytesText(free)) free"
      )
    } else {
      observer.detail("Batches of \(choice.count)")
    }
    return choice.count
  }
}

extension BatchSize: TextValue {
  /// Reads `auto`, or a number above 0.
  public init(text: String) throws(UsageError) {
    if text == "auto" {
      self = .automatic
      return
    }
    guard let count = Int(text), count > 0 else {
      throw UsageError(
        "--batch-size takes a number above 0 or auto, not `\(text)`",
        hint: "leave it out for auto", option: "batch-size")
    }
    self = .fixed(count)
  }

  /// The text that the initialiser reads.
  public var text: String {
    switch self {
    case .automatic: "auto"
    case .fixed(let count): "\(count)"
    }
  }
}
