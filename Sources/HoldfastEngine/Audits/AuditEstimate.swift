import Foundation
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastErrors
import HoldfastRecords
public import HoldfastReport
import HoldfastRuns
import HoldfastTensor

/// The cost of an audit and the width of its intervals, estimated from one batch.
public struct AuditEstimate {
  /// The conditions of the measurement, in a sentence.
  public let heading: String
  /// The cost of each attack on a sample that nothing fools.
  public let table: Table
  /// The conclusions, a sentence each.
  public let sentences: [String]
}

extension ResolvedAudit {
  /// Measures one batch.
  func estimate() throws -> AuditEstimate {
    let plan = task.plan
    let prefetcher = Prefetcher(
      data, preparation: preparation, capacity: plan.slots, limit: request.limit)
    defer { prefetcher.cancel() }
    var samples: [PreparedSample] = []
    let began = ContinuousClock.now
    while samples.count < plan.slots, let sample = try prefetcher.next() { samples.append(sample) }
    guard !samples.isEmpty else { throw DataError("holds no samples", in: data.path) }
    let decoding = (ContinuousClock.now - began) / .seconds(1) / Double(samples.count)
    let cost = try CostEstimate(task, on: samples)
    let device = plan.subject.encoder.device
    let memory = try Torch.peakMemory(of: device)

    var table = Table(
      texts: ["protocol", "attack"],
      numbers: ["forward passes", "backward passes", "seconds per sample"])
    for row in cost.rows {
      table.add([
        row.name, row.attack, "\(row.forward)", "\(row.backward)",
        String(format: "%.3g", row.seconds),
      ])
    }
    let total = [data.count, request.limit].compactMap { $0 }.min()
    return AuditEstimate(
      heading: """
        The most that a sample costs, which is what one costs that no attack fools,
        at \(record.radii.joined(separator: ", ")), measured on \(counted(samples.count, "sample")) on \(device):
        """,
      table: table,
      sentences: sentences(cost, decoding, total, memory, device)
        + [try checking(samples, total)].compactMap(\.self))
  }

  private func checking(_ samples: [PreparedSample], _ total: Int?) throws -> String? {
    guard case .run(let settings) = checks,
      let each = try CheckRunner(task, settings: settings).secondsPerSample(on: samples)
    else { return nil }
    let count = min(settings.samples, total ?? .max)
    return "The masking checks on \(count) of them come on top: at most "
      + "\(timeSpan(each * Double(count))); --checks off leaves them out."
  }

  private func sentences(
    _ cost: CostEstimate, _ decoding: Double, _ total: Int?, _ memory: Int, _ device: Device
  ) -> [String] {
    let each = cost.secondsPerSample
    var lines = [
      String(
        format:
          "Decoding takes %.3g s per sample, beside the attacks; the unperturbed pass %.3g s.",
        decoding, cost.cleanSeconds),
      String(
        format: "The batch took %.2f GiB of %@ at most, the model and the program included.",
        Double(memory) / Double(1 << 30), device == .cpu ? "memory" : "the device's memory"),
    ]
    guard let total else {
      return lines + [
        String(format: "At most %.3g s per sample; their number is not known yet.", each)
      ]
    }
    let seconds = max(each, decoding) * Double(total)
    lines.append(
      "\(total) samples take at most \(timeSpan(seconds)) "
        + String(format: "(%.2g hours); each that falls early costs less.", seconds / 3600))
    let half = ProportionRecord.wilson(total / 2, of: total)
    let none = ProportionRecord.wilson(0, of: total)
    lines.append(
      String(
        format:
          "Accuracies will have 95 %% intervals (Wilson) of %.1f points at one half, and of %.1f "
          + "points if none or all stand.", 100 * (half.high - half.low), 100 * none.high))
    let finished = (try? StoredRun(at: folder).count()) ?? 0
    lines.append(
      finished == 0
        ? "The run would go to \(folder)."
        : "\(folder) has finished \(finished) of them already.")
    return lines
  }
}
