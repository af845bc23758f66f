import ArgumentParser
import Foundation
import Holdfast

/// How many samples share a batch.
struct BatchSizeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Samples that share a batch: a number, or auto for as many as fit the memory that is free and "
        + "are worth it.", valueName: "n|auto"), completion: .list(["auto"]))
  var batchSize = "auto"

  /// Refuses what is no size.
  func check() throws(UsageError) { _ = try fixed }

  /// The size for an encoder.
  func count(for encoder: any Encoder, _ console: Console) throws -> Int {
    if let fixed = try fixed { return fixed }
    // Processes of a job on one machine share its memory.
    let shares = ProcessInfo.processInfo.environment["LOCAL_WORLD_SIZE"].flatMap(Int.init) ?? 1
    let choice = try BatchSizer(encoder, shares: shares).choice()
    if let bytes = choice.bytesPerSample, let free = choice.free {
      console.detail(
        "Batches of \(choice.count): \(HubPull.spell(bytes)) a sample, \(HubPull.spell(free)) free")
    } else {
      console.detail("Batches of \(choice.count)")
    }
    return choice.count
  }

  private var fixed: Int? {
    get throws(UsageError) {
      if batchSize == "auto" { return nil }
      guard let count = Int(batchSize), count > 0 else {
        throw UsageError(
          "--batch-size takes a number above 0 or auto, not `\(batchSize)`",
          hint: "leave it out for auto")
      }
      return count
    }
  }
}
