/// `run.json`: what was run, so exactly that it can be run again.
public struct RunRecord: Codable, Hashable, Sendable {
  /// The version of this schema.
  public static let schema = 1

  /// The version of the schema that the file was written in.
  public var schema = Self.schema
  /// Digits of the plan's SHA-256 as it was when the run began, which every line of a sample repeats, so
  /// that lines of another run do not count; nil in runs of earlier versions.
  public var digest: String?
  /// What the results depend on; a resumed run must agree in all of it.
  public var plan: PlanRecord
  /// What may change from one session of the run to the next.
  public var sessions: [SessionRecord]
  /// Files that any session found damaged and skipped; nil if there are none.
  public var skipped: [SkippedRecord]?

  /// Creates a record of a run.
  public init(
    plan: PlanRecord, sessions: [SessionRecord], skipped: [SkippedRecord]? = nil,
    digest: String? = nil
  ) {
    self.digest = digest
    self.plan = plan
    self.sessions = sessions
    self.skipped = skipped
  }
}

/// Everything that the results of a run depend on.
public struct PlanRecord: Codable, Hashable, Sendable {
  /// The version of Holdfast.
  public var holdfast: String
  /// The audited model.
  public var model: ModelRecord
  /// The model that transfer examples are made on; nil when there is no such model.
  public var transferModel: ModelRecord?
  /// The data.
  public var data: DataRecord
  /// The class names, in the order of the labels.
  public var classes: [String]
  /// The prompt templates.
  public var templates: [String]
  /// The anchors of the classes; nil for the means of prompts.
  public var anchors: AnchorRecord?
  /// The space in which the attacker acts.
  public var attackSpace: AttackSpaceRecord
  /// How perturbations are measured: `linf` or `l2`.
  public var norm: String
  /// The radii, ascending, as they were written.
  public var radii: [String]
  /// The protocols, in the order they are reported.
  public var protocols: [ProtocolRecord]
  /// The SHA-256 of the file with the embedding that attacks aim at; nil if there is none.
  public var goal: String?
  /// The target of the attacks: the name of a class, `random` or `least-likely`; nil when any wrong
  /// class will do.
  public var target: String?
  /// Whether the radii of a sample share successes.
  public var budgets: BudgetsRecord
  /// The element type of the search; success is always tested in float32.
  public var precision: String
  /// The seed of all noise.
  public var seed: UInt64
  /// The evaluation preset, such as `ttc`; nil if the model's own preparation and the data's own
  /// prompts are used.
  public var preset: String?
  /// What an audit of retrieval ranks; nil for one of classification.
  public var retrieval: RetrievalPlanRecord?

  /// A plan of the given parts.
  public init(
    holdfast: String, model: ModelRecord, transferModel: ModelRecord?, data: DataRecord,
    classes: [String], templates: [String], anchors: AnchorRecord? = nil,
    attackSpace: AttackSpaceRecord, norm: String,
    radii: [String], protocols: [ProtocolRecord], goal: String? = nil, target: String? = nil,
    budgets: BudgetsRecord = .nested, precision: String, seed: UInt64, preset: String? = nil,
    retrieval: RetrievalPlanRecord? = nil
  ) {
    self.holdfast = holdfast
    self.model = model
    self.transferModel = transferModel
    self.data = data
    self.classes = classes
    self.templates = templates
    self.anchors = anchors
    self.attackSpace = attackSpace
    self.norm = norm
    self.radii = radii
    self.protocols = protocols
    self.goal = goal
    self.target = target
    self.budgets = budgets
    self.precision = precision
    self.seed = seed
    self.preset = preset
    self.retrieval = retrieval
  }
}

/// Whether the radii of one sample share successes.
public enum BudgetsRecord: String, Codable, Hashable, Sendable {
  /// A success at a radius counts at every larger one.
  case nested
  /// Each radius is attacked by itself, and a success counts there alone.
  case independent
}

/// A model on disk.
public struct ModelRecord: Codable, Hashable, Sendable {
  /// The path that was given.
  public var path: String
  /// The SHA-256 of each file that was read, by its name.
  public var files: [String: String]
  /// The defence around it, as text that the program reads; nil for a bare model.
  public var defense: String?

  /// A model at `path`.
  public init(path: String, files: [String: String], defense: String?) {
    self.path = path
    self.files = files
    self.defense = defense
  }
}

/// The data of a run.
public struct DataRecord: Codable, Hashable, Sendable {
  /// The path that was given.
  public var path: String
  /// The layout: `image-folder`, `class-folder`, `csv`, `jsonl`, `scenes`, `pairs`, or a name that
  /// `holdfast list datasets` has.
  public var layout: String
  /// SHA-256 over the list of the data: ids, labels and file sizes, or the sizes of shards; nil when
  /// the path says all.
  ///
  /// It does not cover what the files hold; each sample's line does.
  public var listing: String?
  /// How an image becomes the model's pixels.
  public var preprocessing: String
  /// The split that was read; nil when the data has none.
  public var split: String?
  /// Which samples were taken; nil when all were.
  public var subsample: SubsampleRecord?
  /// Inputs of pairs that the data names, and whose files are not there.
  public var missing: [String]?

  /// Data at `path`.
  public init(
    path: String, layout: String, listing: String?, preprocessing: String, split: String? = nil,
    subsample: SubsampleRecord? = nil, missing: [String]? = nil
  ) {
    self.path = path
    self.layout = layout
    self.listing = listing
    self.preprocessing = preprocessing
    self.split = split
    self.subsample = subsample
    self.missing = missing
  }
}

/// Which samples of a data set were taken.
public struct SubsampleRecord: Codable, Hashable, Sendable {
  /// The number that was asked for.
  public var count: Int
  /// The seed.
  public var seed: UInt64
  /// `two-per-class` or `csr`.
  public var rule: String

  /// A choice of samples.
  public init(count: Int, seed: UInt64, rule: String) {
    self.count = count
    self.seed = seed
    self.rule = rule
  }
}

/// The anchors that stand for the classes of a run in the model's space.
public struct AnchorRecord: Codable, Hashable, Sendable {
  /// The file of texts or embeddings that was given; nil for prompts.
  public var path: String?
  /// The SHA-256 of that file.
  public var sha256: String?
  /// How several anchors of a class become its logit: `mean` or `nearest`.
  public var reduction: String

  /// Anchors of a file.
  public init(path: String?, sha256: String?, reduction: String) {
    self.path = path
    self.sha256 = sha256
    self.reduction = reduction
  }
}

/// The space that attacks act in, and the unit of epsilon.
public struct AttackSpaceRecord: Codable, Hashable, Sendable {
  /// `model`: on the processor's output, at the model's own size; `native`: on pictures of one size,
  /// before they are resized; `waveform`: on a sound's samples.
  public var place: String
  /// The modality of the inputs, such as `image`.
  public var sense: String
  /// The sizes of one sample.
  public var shape: [Int]
  /// The unit of the radii.
  public var unit: String

  /// A space.
  public init(place: String, sense: String, shape: [Int], unit: String) {
    self.place = place
    self.sense = sense
    self.shape = shape
    self.unit = unit
  }
}

/// One protocol of an audit, and what it consists of.
public struct ProtocolRecord: Codable, Hashable, Sendable {
  /// The raw value of an ``AuditProtocol``.
  public var name: String
  /// Its attacks, with all their parameters.
  public var attacks: [AttackRecord]
  /// Why it is not run; nil when it is.
  public var omitted: String?

  /// Whether inputs are attacked in it.
  public var isAttacked: Bool { omitted == nil && kind != .clean }

  /// A protocol.
  public init(name: String, attacks: [AttackRecord], omitted: String? = nil) {
    self.name = name
    self.attacks = attacks
    self.omitted = omitted
  }
}

/// One attack with all its settings.
public struct AttackRecord: Codable, Hashable, Sendable {
  /// The name in the table of attacks.
  public var name: String
  /// What it maximises, with its settings, if any, as JSON.
  public var objective: String
  /// The hyper-parameters as JSON.
  public var parameters: String
  /// The runs per sample and radius.
  public var restarts: Int
  /// The classes that runs aim at in turn; nil for an untargeted attack.
  public var targets: Int?
  /// `firstSuccess` or `fullBudget`, or both one after the other.
  public var stop: String
  /// The precision that it searches in; nil for float32.
  public var precision: String?

  /// An attack.
  public init(
    name: String, objective: String, parameters: String, restarts: Int, targets: Int? = nil,
    stop: String, precision: String? = nil
  ) {
    self.name = name
    self.objective = objective
    self.parameters = parameters
    self.restarts = restarts
    self.targets = targets
    self.stop = stop
    self.precision = precision
  }
}

/// One session of a run: what may differ when it is resumed.
public struct SessionRecord: Codable, Hashable, Sendable {
  /// The exact command.
  public var command: [String]
  /// The folder that it was given in.
  public var directory: String?
  /// Which process of the job this is, from 0; nil when it is alone.
  public var rank: Int?
  /// The processes of the job; nil when there is one.
  public var processes: Int?
  /// When it began, ISO 8601.
  public var began: String
  /// The device that held the tensors.
  public var device: String
  /// The threads of one operation.
  public var threads: Int
  /// The most samples that share a batch.
  public var batchSize: Int
  /// The most samples asked for; nil for all.
  public var limit: Int?
  /// The version of libtorch, and the vector instructions its kernels use.
  public var engine: String

  /// A session.
  public init(
    command: [String], directory: String? = nil, rank: Int? = nil, processes: Int? = nil,
    began: String, device: String, threads: Int, batchSize: Int, limit: Int?, engine: String
  ) {
    self.command = command
    self.directory = directory
    self.rank = rank
    self.processes = processes
    self.began = began
    self.device = device
    self.threads = threads
    self.batchSize = batchSize
    self.limit = limit
    self.engine = engine
  }
}
