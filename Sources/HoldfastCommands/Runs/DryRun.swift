import Foundation
import Holdfast

/// What an audit will cost and how sure it will be, from one batch, before anything is spent.
struct DryRun {
  let task: any AuditTask
  let record: PlanRecord
  let folder: String
  let data: any DataSet
  let preparation: any Preparation
  let limit: Int?
  /// How the attacks will be checked.
  var checks = CheckChoice.off("not asked for")

  /// Measures, and prints what was found.
  func show(_ console: Console) throws {
    let plan = task.plan
    let prefetcher = Prefetcher(data, preparation: preparation, capacity: plan.slots, limit: limit)
    defer { prefetcher.cancel() }
    var samples: [PreparedSample] = []
    let began = ContinuousClock.now
    while samples.count < plan.slots, let sample = try prefetcher.next() { samples.append(sample) }
    guard !samples.isEmpty else { throw DataError("holds no samples", in: data.path) }
    let decoding = (ContinuousClock.now - began) / .seconds(1) / Double(samples.count)
    let estimate = try CostEstimate(task, on: samples)
    let device = plan.subject.encoder.device
    let memory = try Torch.peakMemory(of: device)

    var table = Table(
      texts: ["protocol", "attack"],
      numbers: ["forward passes", "backward passes", "seconds per sample"])
    for row in estimate.rows {
      table.add([
        row.name, row.attack, "\(row.forward)", "\(row.backward)",
        String(format: "%.3g", row.seconds),
      ])
    }
    console.result("The most that a sample costs, which is what one costs that no attack fools,")
    console.result(
      "at \(record.radii.joined(separator: ", ")), measured on \(samples.count) samples on \(device):\n"
    )
    console.result(table.text())
    console.result("")
    let total = [data.count, limit].compactMap { $0 }.min()
    for line in lines(estimate, decoding, total, memory, device) { console.result(line) }
    if let line = try checking(samples, total) { console.result(line) }
  }

  private func checking(_ samples: [PreparedSample], _ total: Int?) throws -> String? {
    guard case .run(let settings) = checks,
      let each = try CheckRunner(task, settings: settings).secondsPerSample(on: samples)
    else { return nil }
    let count = min(settings.samples, total ?? .max)
    return "The masking checks on \(count) of them come on top: at most "
      + "\(AuditProgress.spell(each * Double(count))); --checks off leaves them out."
  }

  private func lines(
    _ estimate: CostEstimate, _ decoding: Double, _ total: Int?, _ memory: Int, _ device: Device
  ) -> [String] {
    let each = estimate.secondsPerSample
    var lines = [
      String(
        format:
          "Decoding takes %.3g s per sample, beside the attacks; the unperturbed pass %.3g s.",
        decoding, estimate.cleanSeconds),
      String(
        format: "The batch took %.2f GiB of %@ at most, the model and the program included.",
        Double(memory) / Double(1 << 30), device == .cpu ? "memory" : "the device's memory"),
    ]
    guard let total else {
      return lines + [
        String(format: "At most %.3g s per sample; nobody knows yet how many there are.", each)
      ]
    }
    let seconds = max(each, decoding) * Double(total)
    lines.append(
      "\(total) samples take at most \(AuditProgress.spell(seconds)) "
        + String(format: "(%.2g hours); each that falls early costs less.", seconds / 3600))
    let half = ProportionRecord.wilson(total / 2, of: total)
    let none = ProportionRecord.wilson(0, of: total)
    lines.append(
      String(
        format:
          "Accuracies will have 95 %% intervals (Wilson) of %.1f points at one half, and of %.1f "
          + "points where none or all stand.", 100 * (half.high - half.low), 100 * none.high))
    let finished = (try? StoredRun(at: folder).tally().clean.total) ?? 0
    lines.append(
      finished == 0
        ? "The run would go to \(folder)."
        : "\(folder) has finished \(finished) of them already.")
    return lines
  }
}
