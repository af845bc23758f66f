import HoldfastTensor

/// The sums over the parts of a step: its gradients, and the figures of its metrics.
struct BatchSum {
  /// The gradients, in the order of the leaves; empty before the first part.
  var gradients: [Tensor] = []
  /// `loss`, `samples`, `terms/<name>` and `readings/<name>`.
  var figures: [String: Double] = [:]

  /// Adds a part whose graph is then spent.
  ///
  /// - Parameter share: the part's share of the step.
  mutating func add(_ part: LessonPart, share: Double, leaves: [Tensor]) throws {
    figures["samples", default: 0] += Double(part.samples)
    for (name, value) in part.readings { figures["readings/\(name)", default: 0] += share * value }
    var loss: Tensor?
    for term in part.terms {
      figures["terms/\(term.name)", default: 0] += try share * term.value.item()
      let weighted = try term.value * (share * term.weight)
      loss = try loss.map { try $0 + weighted } ?? weighted
    }
    guard let loss else { return }
    figures["loss", default: 0] += try loss.item()
    let own = try HoldfastTensor.gradients(of: loss, withRespectTo: leaves, allowUnused: true)
    gradients = try gradients.isEmpty ? own : zip(gradients, own).map { try $0 + $1 }
  }

  /// The figures whose name begins with `prefix`, by the rest of the name.
  func figures(under prefix: String) -> [String: Double] {
    var found: [String: Double] = [:]
    for (name, value) in figures where name.hasPrefix(prefix) {
      found[String(name.dropFirst(prefix.count))] = value
    }
    return found
  }
}
