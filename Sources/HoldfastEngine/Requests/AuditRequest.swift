public import HoldfastAttacks
import HoldfastAudit
public import HoldfastCore
public import HoldfastEncoders
public import HoldfastRecords

/// A request for an audit, from a command line, a YAML file or an HTTP body.
///
/// The command line, a YAML file and a JSON body decode to the same value: its keys are the names
/// of the options of `holdfast audit`. An unknown key is refused.
///
/// ```swift
/// var request = AuditRequest(model: "path/to/clip", data: ["path/to/images"])
/// request.attacks = ["apgd-ce:steps=50"]
/// request.limit = 100
/// ```
public struct AuditRequest: Hashable, Sendable {
  /// What an audit measures.
  public enum Task: String, Sendable, CaseIterable {
    /// How often inputs are put into the right class.
    case classification
    /// How well inputs and their partners find each other.
    case retrieval
  }

  /// A side of the pairs of a retrieval audit.
  public enum Side: String, Sendable, CaseIterable {
    /// The first side.
    case input
    /// The other side, when it holds files.
    case partner
  }

  /// The model.
  public var model: ModelRequest
  /// The task that the audit measures.
  public var task = Task.classification
  /// Data sets for classification: `PATH`, `MODALITY=PATH`, or `scenes:evaluation`.
  public var data: [String] = []
  /// The pairs of a retrieval audit: `PATH` or `MODALITY=PATH`.
  public var pairs: String?
  /// A file of embeddings that the retrieval index holds too.
  public var index: String?
  /// Which side of the pairs is attacked; nil for the first.
  public var side: Side?
  /// The samples that are audited.
  public var selection = Selection()
  /// The space that attacks act in.
  public var attackAt = AttackPlace.Name.model
  /// A file of class names; nil for those of the data.
  public var classes: String?
  /// A file of prompt templates; nil for those of the data, or of the modality.
  public var templates: String?
  /// A file of anchors in place of prompts.
  public var anchors: String?
  /// How several anchors of a class become its logit.
  public var anchorReduction = AnchorBank.Reduction.mean
  /// Attacks with their options, such as `apgd-ce:steps=50`; empty for those of the task.
  public var attacks: [String] = []
  /// Whether the radii of a sample share successes.
  public var budgets = Budgets.nested
  /// The precision that attacks search in; verdicts are float32.
  public var precision = SearchPrecision.float32
  /// How perturbations are measured.
  public var norm = Norm.linf
  /// The radii, in the unit of the modality.
  public var radii = ["1/255", "2/255", "4/255"].compactMap { Radius($0) }
  /// The protocols; empty for all that make sense.
  public var protocols: [AuditProtocol] = []
  /// The model that transfer examples are made on; nil for the base of a bundle.
  public var transferFrom: String?
  /// The folder of transfer inputs that audits share; `none` to make all of them anew.
  public var transferCache = TransferCache.place
  /// A file with the embedding that attacks with a goal aim at.
  public var goal: String?
  /// The target class of targeted attacks: its name, `random`, or `least-likely`; nil for
  /// untargeted ones.
  public var target: String?
  /// The evaluation preset, such as `clip-benchmark`; nil for none.
  public var preset: String?
  /// Whether and how closely the attacks are checked.
  public var checks = CheckChoice.run(CheckSettings())
  /// The most samples; nil for all.
  public var limit: Int?
  /// How many samples share a batch.
  public var batchSize = BatchSize.automatic
  /// The seed of all noise.
  public var seed: UInt64 = 0
  /// Whether adversarial inputs are kept in the run folder.
  public var saveAdversarial = false
  /// How many samples the report shows.
  public var gallerySamples = 8
  /// Gates, such as `robust@4/255>=0.4`.
  public var requirements: [String] = []
  /// How many samples a gate may do without, because their files are damaged or missing.
  public var allowSkipped = 0
  /// How long to wait for another process of the job, in seconds.
  public var rankTimeout = 300.0
  /// The run folder; nil for one that the plan names.
  public var output: String?

  /// The steps of each run of an attack that a defence asks for.
  package var adaptiveSteps = 100

  /// An audit of a model on data, with the defaults of `holdfast audit`.
  public init(model: String, data: [String] = []) {
    self.model = ModelRequest(model)
    self.data = data
  }
}

extension AuditRequest: Codable {
  /// Reads the options by name.
  ///
  /// - Throws: `UsageError` for an unknown option and for a value that means nothing;
  ///   `DecodingError` for a value of another type.
  public init(from decoder: any Decoder) throws {
    self = try decodeRequest(
      AuditRequest(model: ""), Self.fields, called: "an audit", from: decoder)
    guard !model.model.isEmpty else {
      throw UsageError(
        "an audit needs a model", hint: "name a folder, a file, hf:org/repo or builtin",
        option: "model")
    }
  }

  /// Writes the options that are not the defaults.
  public func encode(to encoder: any Swift.Encoder) throws {
    try encodeRequest(self, AuditRequest(model: ""), Self.fields, to: encoder)
  }

  /// Every option, by its name.
  private static var fields: [RequestField<AuditRequest>] {
    [
      .value("model", \.model.model), .value("vision", \.model.vision),
      .value("input", \.model.input), .value("trust", \.model.trust),
      .value("depth-camera", \.model.depthCamera), .value("device", \.model.device),
      .value("threads", \.model.threads), .choice("task", \.task), .repeated("data", \.data),
      .value("pairs", \.pairs), .value("index", \.index), .choice("side", \.side),
      .value("split", \.selection.split), .text("subsample", \.selection.subsample),
      .value("strict", \.selection.strict), .choice("attack-at", \.attackAt),
      .value("classes", \.classes), .value("templates", \.templates),
      .value("anchors", \.anchors), .choice("anchor-reduction", \.anchorReduction),
      .repeated("attack", \.attacks), .choice("budgets", \.budgets),
      .choice("precision", \.precision), .choice("norm", \.norm),
      .list("epsilon", \.radii, radii, \.description),
      .list("protocol", \.protocols, protocols, \.rawValue),
      .value("transfer-from", \.transferFrom),
      .value("transfer-cache", \.transferCache), .value("goal", \.goal),
      .value("target", \.target), .value("preset", \.preset), .text("checks", \.checks),
      .value("limit", \.limit), .text("batch-size", \.batchSize), .value("seed", \.seed),
      .value("save-adversarial", \.saveAdversarial),
      .value("gallery-samples", \.gallerySamples), .repeated("require", \.requirements),
      .value("allow-skipped", \.allowSkipped),
      .value("rank-timeout", \.rankTimeout), .value("output", \.output),
    ]
  }
}

extension AuditRequest {
  /// The radii that some texts name.
  ///
  /// - Throws: `UsageError` for a text that is not a radius, and for one that comes twice.
  package static func radii(_ texts: [String]) throws(UsageError) -> [Radius] {
    var radii: [Radius] = []
    for text in texts {
      guard let radius = Radius(text) else {
        throw UsageError(
          "`\(text)` is not a radius", hint: "write fractions or decimals: 1/255,2/255 or 0.5",
          option: "epsilon")
      }
      guard !radii.contains(radius) else {
        throw UsageError(
          "the radius \(radius) is given twice", hint: "give each radius once",
          option: "epsilon")
      }
      radii.append(radius)
    }
    return radii
  }

  /// The protocols that can be asked for by name.
  package static let protocolNames: [AuditProtocol] = [.clean, .transfer, .whiteBox, .adaptive]

  /// The protocols that some texts name.
  package static func protocols(_ texts: [String]) throws(UsageError) -> [AuditProtocol] {
    var protocols: [AuditProtocol] = []
    let names = protocolNames.map(\.rawValue)
    for text in texts {
      guard let name = AuditProtocol(rawValue: text), protocolNames.contains(name) else {
        throw UsageError(
          "unknown protocol `\(text)`",
          hint: nearest(text, among: names).first.map { "did you mean `\($0)`?" }
            ?? "the protocols are \(names.joined(separator: ", "))", option: "protocol")
      }
      if !protocols.contains(name) { protocols.append(name) }
    }
    return protocols
  }
}
