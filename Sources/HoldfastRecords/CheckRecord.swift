/// One line of the masking checklist: whether the attacks of an audit can be believed.
public struct CheckRecord: Codable, Hashable, Sendable {
  /// What a check came to.
  public enum Verdict: String, Codable, Hashable, Sendable, CaseIterable {
    /// The samples give no evidence against the run.
    case pass
    /// The run is unreliable.
    case fail
    /// So few samples could have failed it that it could not fail, for the reason that is given.
    case tooFew = "too-few-to-tell"
    /// It was not run, for the reason that is given.
    case notRun = "not-run"
    /// There is nothing to test, for the reason that is given.
    case notApplicable = "not-applicable"
  }

  /// `a` to `g`.
  public var letter: String
  /// A short name, such as `radius`.
  public var name: String
  /// The question of the check; in a sound evaluation the answer is yes.
  public var question: String
  /// The verdict of the check.
  public var verdict: Verdict
  /// Why it was not run, does not apply, or cannot tell; nil when it passed or failed.
  public var reason: String?
  /// What was measured, in the order in which it is read.
  public var figures: [CheckFigureRecord]
  /// The samples that were looked at: the first of the data set.
  public var samples: Int
  /// The samples that are evidence against the run alone: one side of the test.
  public var against: Int
  /// The samples that are evidence for it alone: the other side of the test.
  public var inFavour: Int
  /// The chance of so uneven a split, or a more uneven one, were both sides equally likely: exact,
  /// one-sided, times the number of pairs that were compared; nil when nothing was tested.
  public var p: Double?
  /// The chance below which the check fails.
  public var level: Double
  /// What a failure means.
  public var meaning: String

  /// A line of the checklist.
  public init(
    letter: String, name: String, question: String, verdict: Verdict, reason: String? = nil,
    figures: [CheckFigureRecord] = [], samples: Int = 0, against: Int = 0, inFavour: Int = 0,
    p: Double? = nil, level: Double = 0.01, meaning: String
  ) {
    self.letter = letter
    self.name = name
    self.question = question
    self.verdict = verdict
    self.reason = reason
    self.figures = figures
    self.samples = samples
    self.against = against
    self.inFavour = inFavour
    self.p = p
    self.level = level
    self.meaning = meaning
  }
}

/// One figure of a check: a share of its samples.
public struct CheckFigureRecord: Codable, Hashable, Sendable {
  /// What is counted, such as `right under apgd-ce at 4/255`.
  public var name: String
  /// The number of samples of which it holds.
  public var count: Int
  /// The number of samples that were asked.
  public var total: Int

  /// A share of samples.
  public init(name: String, count: Int, total: Int) {
    self.name = name
    self.count = count
    self.total = total
  }

  /// The share; 0 of nothing.
  public var value: Double { total > 0 ? Double(count) / Double(total) : 0 }
}

extension Sequence<CheckRecord> {
  /// The letters of the checks that failed, in order.
  public var failed: [String] { filter { $0.verdict == .fail }.map(\.letter) }

  /// The letters of the checks that saw too few samples to tell, in order.
  public var undecided: [String] { filter { $0.verdict == .tooFew }.map(\.letter) }

  /// Whether one failed; nil when none could tell.
  var areUnreliable: Bool? {
    contains { [.pass, .fail].contains($0.verdict) } ? !failed.isEmpty : nil
  }
}

/// `checks.json`: the checklist of a run, and the verdicts that its lines were made of.
public struct ChecklistRecord: Codable, Hashable, Sendable {
  /// The version of the schema.
  public var schema = RunRecord.schema
  /// The ids of the samples that were looked at, in the order of the verdicts.
  public var samples: [String]
  /// The settings of the checks, as JSON.
  public var settings: String
  /// The verdicts, so that a check that is finished is not run again and every test can be redone.
  public var passes: [CheckPassRecord]
  /// The lines that are finished, in the order of their letters.
  public var checks: [CheckRecord]

  /// A checklist about the given samples.
  public init(
    samples: [String], settings: String, passes: [CheckPassRecord] = [],
    checks: [CheckRecord] = []
  ) {
    self.samples = samples
    self.settings = settings
    self.passes = passes
    self.checks = checks
  }
}

/// What one question put to the model said about each sample.
public struct CheckPassRecord: Codable, Hashable, Sendable {
  /// What was done, such as `apgd-ce`.
  public var name: String
  /// The settings in full; a pass of other settings is another pass.
  public var settings: String
  /// The radius as it was written; nil if there is none.
  public var radius: String?
  /// One character per sample: `1` for yes, `0` for no, `-` if the sample was not asked.
  public var verdicts: String
  /// Forward passes.
  public var forward: Int
  /// Backward passes.
  public var backward: Int
  /// The seconds that it took.
  public var seconds: Double

  /// A pass.
  public init(
    name: String, settings: String, radius: String?, verdicts: String, forward: Int = 0,
    backward: Int = 0, seconds: Double = 0
  ) {
    self.name = name
    self.settings = settings
    self.radius = radius
    self.verdicts = verdicts
    self.forward = forward
    self.backward = backward
    self.seconds = seconds
  }
}
