/// `summary.json`: what a run found.
public struct SummaryRecord: Codable, Hashable, Sendable {
  /// The version of the schema.
  public var schema = RunRecord.schema
  /// The samples that were finished.
  public var samples: Int
  /// Accuracy on unperturbed inputs.
  public var clean: ProportionRecord
  /// The headline: correct under every protocol that was run, per radius.
  public var worstCase: [RadiusSummaryRecord]
  /// Each protocol by itself.
  public var protocols: [ProtocolSummaryRecord]
  /// Protocols that were not run, and why.
  public var omitted: [OmittedRecord]
  /// Verdicts whose margin is so small that other kernels may disagree.
  public var inMarginBand: Int
  /// How small a perturbation fools each sample; nil when nothing but clean accuracy was measured.
  public var smallest: SmallestRecord?
  /// What an audit of retrieval found; the figures above are then those of R@1.
  public var retrieval: RetrievalSummaryRecord?
  /// Damaged files that were skipped, in this session or before; nil if there are none.
  public var skipped: [SkippedRecord]?
  /// The masking checklist, (a) to (g); nil in runs of versions before it.
  public private(set) var checks: [CheckRecord]?
  /// Whether a check failed, so that the figures above are not to be relied on; nil when none could tell.
  public private(set) var unreliable: Bool?

  /// A summary.
  public init(
    samples: Int, clean: ProportionRecord, worstCase: [RadiusSummaryRecord],
    protocols: [ProtocolSummaryRecord], omitted: [OmittedRecord], inMarginBand: Int,
    smallest: SmallestRecord? = nil, retrieval: RetrievalSummaryRecord? = nil,
    checks: [CheckRecord]? = nil
  ) {
    self.samples = samples
    self.clean = clean
    self.worstCase = worstCase
    self.protocols = protocols
    self.omitted = omitted
    self.inMarginBand = inMarginBand
    self.smallest = smallest
    self.retrieval = retrieval
    self.checks = checks
    unreliable = checks?.areUnreliable
  }

  /// Adds the masking checklist; a failed line makes the run unreliable.
  public mutating func add(checks: [CheckRecord]) {
    self.checks = checks
    unreliable = checks.areUnreliable
  }
}

/// A file that is damaged.
public struct SkippedRecord: Codable, Hashable, Sendable {
  /// The sample's id.
  public var id: String
  /// What was wrong with its file.
  public var reason: String

  /// A damaged file, and what is wrong with it.
  public init(id: String, reason: String) {
    self.id = id
    self.reason = reason
  }
}

/// A share of samples, with its Wilson 95 % interval.
public struct ProportionRecord: Codable, Hashable, Sendable {
  /// The number of samples counted.
  public var count: Int
  /// The number of samples in all.
  public var total: Int
  /// `count` over `total`.
  public var value: Double
  /// The lower end of the interval.
  public var low: Double
  /// The upper end of the interval.
  public var high: Double

  /// A share.
  public init(count: Int, total: Int, value: Double, low: Double, high: Double) {
    self.count = count
    self.total = total
    self.value = value
    self.low = low
    self.high = high
  }
}

/// What remains correct at one radius, and what it cost to find out.
public struct RadiusSummaryRecord: Codable, Hashable, Sendable {
  /// The radius as it was written.
  public var radius: String
  /// Accuracy on unperturbed inputs.
  public var cleanAccuracy: Double
  /// Accuracy under attack; a sample that is wrong to begin with counts as not robust.
  public var robustAccuracy: Double
  /// The Wilson 95 % interval of the robust accuracy.
  public var interval: [Double]
  /// Samples still correct.
  public var robust: Int
  /// All samples.
  public var total: Int
  /// Forward passes per sample.
  public var forwardPerSample: Double
  /// Backward passes per sample.
  public var backwardPerSample: Double
  /// The seconds that all its passes took.
  public var seconds: Double

  /// A radius's summary.
  public init(
    radius: String, cleanAccuracy: Double, robustAccuracy: Double, interval: [Double],
    robust: Int, total: Int, forwardPerSample: Double, backwardPerSample: Double,
    seconds: Double
  ) {
    self.radius = radius
    self.cleanAccuracy = cleanAccuracy
    self.robustAccuracy = robustAccuracy
    self.interval = interval
    self.robust = robust
    self.total = total
    self.forwardPerSample = forwardPerSample
    self.backwardPerSample = backwardPerSample
    self.seconds = seconds
  }
}

/// What one protocol found by itself.
public struct ProtocolSummaryRecord: Codable, Hashable, Sendable {
  /// The protocol.
  public var name: String
  /// Its attacks, by name.
  public var attacks: [String]
  /// One entry per radius, ascending.
  public var radii: [RadiusSummaryRecord]
  /// What each attack found and spent, in the order they were run.
  public var work: [AttackSummaryRecord]

  /// A protocol's summary.
  public init(
    name: String, attacks: [String], radii: [RadiusSummaryRecord],
    work: [AttackSummaryRecord] = []
  ) {
    self.name = name
    self.attacks = attacks
    self.radii = radii
    self.work = work
  }
}

/// What one attack of a protocol found and spent, over all samples and radii.
public struct AttackSummaryRecord: Codable, Hashable, Sendable {
  /// The attack.
  public var attack: String
  /// The samples whose example is this attack's, per radius; a sample counts for another attack if
  /// that came first or went further.
  public var fooled: [Int]
  /// Runs that were carried to the end of their budget.
  public var runs: Int
  /// Forward passes per sample of the run.
  public var forwardPerSample: Double
  /// Backward passes per sample of the run.
  public var backwardPerSample: Double
  /// The transfer inputs, of all samples and radii, that an earlier run has made; nil for none.
  public var reused: Int?

  /// An attack's summary.
  public init(
    attack: String, fooled: [Int], runs: Int, forwardPerSample: Double, backwardPerSample: Double,
    reused: Int? = nil
  ) {
    self.attack = attack
    self.fooled = fooled
    self.runs = runs
    self.forwardPerSample = forwardPerSample
    self.backwardPerSample = backwardPerSample
    self.reused = reused
  }
}

/// A protocol that was not run.
public struct OmittedRecord: Codable, Hashable, Sendable {
  /// The protocol.
  public var name: String
  /// Why it was left out.
  public var reason: String

  /// An omission.
  public init(name: String, reason: String) {
    self.name = name
    self.reason = reason
  }
}
