import Foundation
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastFormats
import HoldfastMedia
import HoldfastRecords

/// One audit as it will run: everything that a request means, resolved once.
///
/// The record of the plan is derived from it, and nothing is looked up again while it runs.
struct ResolvedAudit {
  let request: AuditRequest
  /// The beginning of the progress line.
  let title: String
  /// Whether the request means this audit alone.
  let isAlone: Bool
  let model: ModelSource
  /// The model that transfer inputs are made on; nil when there is none.
  let transferModel: ModelSource?
  let data: any DataSet
  /// How files become the model's inputs.
  let preparation: any Preparation
  /// The task, with the models, the attacks and the threat model.
  let task: any AuditTask
  /// The names of classes or partners for the inputs that are kept.
  let savedNames: SavedExamples.Names
  let checks: CheckChoice
  let record: PlanRecord
  /// The run folder.
  let folder: String
  /// The job that this process is part of; nil when it is alone.
  let job: RankGroup?
}

extension AttackSpaceRecord {
  /// The space that a model is attacked in.
  init(_ model: ModelSource) {
    let input = model.encoder.input
    self.init(
      place: model.place.name.rawValue, sense: model.modality.rawValue, shape: input.shape,
      unit: input.unit)
  }
}

extension PlanRecord {
  /// `runs/<model>-<data>-<eight digits of the plan>`: the same plan finds its folder again.
  func defaultFolder() throws -> String {
    let digits = Checksum.sha256(of: Array(try sortedJSON(self).utf8)).prefix(8)
    let names = [model.path, data.path].map { path in
      String(PathParts.name(of: path).map { $0.isLetter || $0.isNumber ? $0 : "-" })
    }
    return "runs/\(names.joined(separator: "-"))-\(digits)"
  }
}

/// A preparation as a record writes it: its kind, and its settings as JSON.
func recorded(_ preparation: any Preparation) throws -> String {
  "\(type(of: preparation)) \(try sortedJSON(preparation))"
}

/// A value as JSON on one line, its keys sorted.
func sortedJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

extension AuditPlan {
  /// Refuses radii that no unit of this space can mean.
  func checkRadii() throws(UsageError) {
    let input = subject.encoder.input
    guard let range = input.range else { return }
    let side = Double(range.upperBound - range.lowerBound)
    let widest =
      switch norm {
      case .linf: side
      case .l2: side * Double(input.count).squareRoot()
      case .l1: side * Double(input.count)
      }
    for radius in radii where radius.value > widest {
      throw UsageError(
        "a radius of \(radius) reaches across the whole \(input.unit)",
        hint: radius.description.contains("/")
          ? "give a smaller one" : "did you mean \(radius)/255?", option: "epsilon")
    }
  }
}
