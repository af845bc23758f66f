import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastRecords

/// The attacks of a protocol, or why it is not run.
struct PlannedProtocol {
  let name: AuditProtocol
  var recipes: [AttackRecipe] = []
  var omitted: String?

  /// What each protocol of an audit runs.
  ///
  /// - Parameters:
  ///   - attacks: those that were asked for.
  ///   - own: those that the model's defence must face; nil for a bare model.
  ///   - hasSource: whether there is a model to make transfer inputs on.
  static func all(
    _ request: AuditRequest, _ attacks: [AttackRecipe], adaptive own: [AttackRecipe]?,
    hasSource: Bool
  ) -> [PlannedProtocol] {
    [AuditProtocol.transfer, .whiteBox, .adaptive].map { name in
      guard request.asks(for: name) else {
        return PlannedProtocol(name: name, omitted: "not asked for")
      }
      switch name {
      case .transfer where !hasSource:
        return PlannedProtocol(
          name: name,
          omitted: "there is no undefended base; name another model with --transfer-from")
      case .adaptive:
        guard let own else {
          return PlannedProtocol(name: name, omitted: "the model has no defence to adapt to")
        }
        return PlannedProtocol(
          name: name, recipes: own,
          omitted: own.isEmpty ? "its attacks are among the white-box ones" : nil)
      default: return PlannedProtocol(name: name, recipes: attacks)
      }
    }
  }

  /// The records of all protocols, with that of clean inputs and of transfer by PNG files.
  ///
  /// - Parameter stop: how a record calls the rule by which a sample leaves an attack.
  static func records(
    of protocols: [PlannedProtocol], in plan: AuditPlan,
    stop: (AttackRecipe, AuditProtocol) -> String
  ) throws -> [ProtocolRecord] {
    var records = [ProtocolRecord(name: AuditProtocol.clean.rawValue, attacks: [])]
    for entry in protocols {
      var attacks: [AttackRecord] = []
      for recipe in entry.omitted == nil ? entry.recipes : [] {
        var record = try AttackRecord(recipe, stop: stop(recipe, entry.name))
        if plan.searchesInBFloat16(recipe, in: entry.name) {
          record.precision = SearchPrecision.bfloat16.rawValue
        }
        attacks.append(record)
      }
      records.append(
        ProtocolRecord(name: entry.name.rawValue, attacks: attacks, omitted: entry.omitted))
      guard entry.name == .transfer, entry.omitted == nil else { continue }
      let isRun = plan.recorded.contains(.transferPNG)
      records.append(
        ProtocolRecord(
          name: AuditProtocol.transferPNG.rawValue, attacks: attacks,
          omitted: isRun ? nil : "the inputs are not pictures"))
    }
    return records
  }
}

extension AttackRecord {
  /// What a record says about an attack.
  init(_ recipe: AttackRecipe, stop: String) throws {
    let settings = try sortedJSON(recipe.objective)
    self.init(
      name: recipe.name,
      objective: type(of: recipe.objective).name + (settings == "{}" ? "" : " \(settings)"),
      parameters: try sortedJSON(recipe.attack), restarts: recipe.restarts,
      targets: recipe.targets > 0 ? recipe.targets : nil, stop: stop)
  }
}
