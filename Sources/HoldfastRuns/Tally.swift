public import HoldfastRecords

/// Sums up the records of a run, one at a time.
///
/// A sample counts towards the worst case at a radius if it is correct when clean, and no protocol
/// fooled the model at that radius or a smaller one: an example of 1/255 lies in the ball of 4/255.
/// With independent budgets each radius speaks for itself.
public struct Tally {
  private let plan: PlanRecord
  /// The samples that were added.
  public private(set) var samples = 0
  private var cleanCount = 0
  private var inBand = 0
  private var worst: [Count]
  private var protocols: [String: [Count]] = [:]
  private var work: [String: [String: Work]] = [:]
  private var smallest = SmallestTally()

  private struct Count {
    var robust = 0
    var forward = 0
    var backward = 0
    var seconds = 0.0

    mutating func spend(_ record: SampleRadiusRecord) {
      forward += record.forward
      backward += record.backward
      seconds += record.seconds
    }
  }

  /// What one attack of a protocol found and spent.
  private struct Work {
    var fooled: [Int]
    var runs = 0
    var forward = 0
    var backward = 0
    var reused = 0
  }

  /// Creates a tally without samples.
  public init(_ plan: PlanRecord) {
    self.plan = plan
    worst = plan.radii.map { _ in Count() }
  }

  /// Adds a sample.
  public mutating func add(_ record: SampleRecord) {
    samples += 1
    cleanCount += record.clean.correct ? 1 : 0
    smallest.add(record)
    for entry in record.protocols {
      var counts = protocols[entry.name] ?? plan.radii.map { _ in Count() }
      for (index, radius) in entry.radii.enumerated() where index < counts.count {
        let isRobust = record.clean.correct && radius.robust
        counts[index].robust += isRobust ? 1 : 0
        counts[index].spend(radius)
        worst[index].spend(radius)
        if !radius.robust, radius.example?.inMarginBand == true { inBand += 1 }
        add(radius, at: index, of: entry.name)
      }
      protocols[entry.name] = counts
    }
    for (index, stands) in record.worstCase(of: plan).enumerated() where stands {
      worst[index].robust += 1
    }
  }

  /// Adds what each attack did at a radius.
  private mutating func add(_ record: SampleRadiusRecord, at index: Int, of name: String) {
    let none = Work(fooled: plan.radii.map { _ in 0 })
    for spent in record.attacks {
      work[name, default: [:]][spent.attack, default: none].runs += spent.runs
      work[name, default: [:]][spent.attack, default: none].forward += spent.forward
      work[name, default: [:]][spent.attack, default: none].backward += spent.backward
      if spent.reused == true {
        work[name, default: [:]][spent.attack, default: none].reused += 1
      }
    }
    if !record.robust, let attack = record.example?.attack {
      work[name, default: [:]][attack, default: none].fooled[index] += 1
    }
  }

  /// Accuracy on unperturbed inputs so far.
  public var clean: ProportionRecord { .wilson(cleanCount, of: samples) }

  /// How many samples are correct under every protocol so far, per radius.
  public var standing: [ProportionRecord] { worst.map { .wilson($0.robust, of: samples) } }

  /// The summary of the samples so far.
  public func summary() -> SummaryRecord {
    SummaryRecord(
      samples: samples, clean: clean,
      worstCase: protocols.isEmpty ? [] : radii(worst),
      protocols: plan.protocols.compactMap { plan in
        protocols[plan.name].map {
          ProtocolSummaryRecord(
            name: plan.name, attacks: plan.attacks.map(\.name), radii: radii($0),
            work: plan.attacks.compactMap { self.work($0.name, of: plan.name) })
        }
      },
      omitted: plan.protocols.compactMap { plan in
        plan.omitted.map { OmittedRecord(name: plan.name, reason: $0) }
      },
      inMarginBand: inBand,
      smallest: protocols.isEmpty
        ? nil : smallest.record(radii: plan.radii.count, byClass: plan.retrieval == nil))
  }

  private func work(_ attack: String, of name: String) -> AttackSummaryRecord? {
    let n = Double(max(1, samples))
    return work[name]?[attack].map {
      AttackSummaryRecord(
        attack: attack, fooled: $0.fooled, runs: $0.runs,
        forwardPerSample: Double($0.forward) / n, backwardPerSample: Double($0.backward) / n,
        reused: $0.reused == 0 ? nil : $0.reused)
    }
  }

  private func radii(_ counts: [Count]) -> [RadiusSummaryRecord] {
    zip(plan.radii, counts).map { radius, count in
      let share = ProportionRecord.wilson(count.robust, of: samples)
      let n = Double(max(1, samples))
      return RadiusSummaryRecord(
        radius: radius, cleanAccuracy: clean.value, robustAccuracy: share.value,
        interval: [share.low, share.high], robust: count.robust, total: samples,
        forwardPerSample: Double(count.forward) / n,
        backwardPerSample: Double(count.backward) / n, seconds: count.seconds)
    }
  }
}
