/// A line of `samples.jsonl`: all that is known about one sample.
public struct SampleRecord: Codable, Hashable, Sendable {
  /// The sample's id in its data set.
  public var id: String
  /// The true class.
  public var label: Int
  /// Its target class; nil when any wrong class will do.
  public var target: Int?
  /// SHA-256 of the input's float32 bytes.
  public var input: String
  /// SHA-256 of the file that the input was made of; nil for generated samples, and in runs of earlier
  /// versions.
  public var file: String?
  /// The place in the order of the data, from 0, files that cannot be decoded left out; nil in runs of
  /// earlier versions.
  public var place: Int?
  /// The run that the line belongs to: ``RunRecord/digest``.
  public var run: String?
  /// The prediction on the unperturbed input.
  public var clean: CleanRecord
  /// What each protocol did, in the order they are reported.
  public var protocols: [SampleProtocolRecord]
  /// What an audit of retrieval knows besides; there the label is the first true partner, and the
  /// verdicts above are those of R@1.
  public var retrieval: RetrievalSampleRecord?

  /// A line about a sample.
  public init(
    id: String, label: Int, target: Int? = nil, input: String, file: String? = nil,
    place: Int? = nil, clean: CleanRecord, protocols: [SampleProtocolRecord],
    retrieval: RetrievalSampleRecord? = nil
  ) {
    self.id = id
    self.label = label
    self.target = target
    self.input = input
    self.file = file
    self.place = place
    self.clean = clean
    self.protocols = protocols
    self.retrieval = retrieval
  }
}

/// The prediction on an unperturbed input, tested in a batch of one.
public struct CleanRecord: Codable, Hashable, Sendable {
  /// The class on top.
  public var predicted: Int
  /// The largest other logit minus that of the true class; negative if it is right.
  public var margin: Double
  /// Whether the true class alone is on top; a tie is not right.
  public var correct: Bool

  /// A prediction.
  public init(predicted: Int, margin: Double, correct: Bool) {
    self.predicted = predicted
    self.margin = margin
    self.correct = correct
  }
}

/// What one protocol did to one sample.
public struct SampleProtocolRecord: Codable, Hashable, Sendable {
  /// The protocol.
  public var name: String
  /// One entry per radius, ascending.
  public var radii: [SampleRadiusRecord]

  /// A protocol's entries.
  public init(name: String, radii: [SampleRadiusRecord]) {
    self.name = name
    self.radii = radii
  }
}

/// What one protocol did to one sample at one radius.
public struct SampleRadiusRecord: Codable, Hashable, Sendable {
  /// The radius as it was written.
  public var radius: String
  /// Whether the sample is still classified correctly.
  public var robust: Bool
  /// The example that was tested, of several the one furthest past success.
  ///
  /// Nil for a sample that was wrong when clean, and if a white-box attack found no success.
  public var example: ExampleRecord?
  /// Forward passes spent at this radius.
  public var forward: Int
  /// Backward passes spent at this radius.
  public var backward: Int
  /// The seconds spent at this radius: the sample's share of each batch.
  public var seconds: Double
  /// What each attack that the sample faced at this radius spent, in the order they were run.
  public var attacks: [AttackWorkRecord]

  /// A radius's entry.
  public init(
    radius: String, robust: Bool, example: ExampleRecord? = nil, forward: Int = 0,
    backward: Int = 0, seconds: Double = 0, attacks: [AttackWorkRecord] = []
  ) {
    self.radius = radius
    self.robust = robust
    self.example = example
    self.forward = forward
    self.backward = backward
    self.seconds = seconds
    self.attacks = attacks
  }
}

/// What one attack spent on one sample at one radius.
///
/// A search for the smallest perturbation serves several radii, and is counted at the smallest.
public struct AttackWorkRecord: Codable, Hashable, Sendable {
  /// The attack.
  public var attack: String
  /// The runs carried to the end of their budget: one per restart and target for a survivor.
  public var runs: Int
  /// Forward passes, those that test a success included.
  public var forward: Int
  /// Backward passes.
  public var backward: Int
  /// true for a transfer input that an earlier run has made: the passes are those of its tests alone.
  public var reused: Bool?

  /// The work of an attack.
  public init(attack: String, runs: Int, forward: Int, backward: Int) {
    self.attack = attack
    self.runs = runs
    self.forward = forward
    self.backward = backward
  }
}

/// A perturbed input as it was tested: in float32, in a batch of one, from the bytes on the host.
public struct ExampleRecord: Codable, Hashable, Sendable {
  /// The attack that made it.
  public var attack: String
  /// The class on top.
  public var predicted: Int
  /// The largest other logit minus that of the true class.
  public var margin: Double
  /// Whether the margin is so small that other kernels may disagree with the verdict.
  public var inMarginBand: Bool
  /// The size of the perturbation, in float64.
  public var distance: Double
  /// SHA-256 of the input's float32 bytes.
  public var sha256: String

  /// An example.
  public init(
    attack: String, predicted: Int, margin: Double, inMarginBand: Bool, distance: Double,
    sha256: String
  ) {
    self.attack = attack
    self.predicted = predicted
    self.margin = margin
    self.inMarginBand = inMarginBand
    self.distance = distance
    self.sha256 = sha256
  }
}
