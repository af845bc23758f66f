import Holdfast

/// Our side: the standard ensemble through a whole audit.
struct Ensemble {
  let subject: Subject
  var search: Subject?
  var precision = SearchPrecision.float32
  var budget = EnsembleBudget()
  /// Another spelling of the attacks.
  var attack: String?

  /// A run's time and records, in the order of the inputs.
  struct Result {
    let seconds: Double
    let records: [SampleRecord]

    /// Which inputs stand at a radius, by its place in the list of radii.
    func standing(at index: Int) -> [Bool] {
      records.map { record in
        record.clean.correct && record.protocols[0].radii[...index].allSatisfy(\.robust)
      }
    }

    /// Forward and backward passes of all samples.
    var passes: (forward: Int, backward: Int) {
      let radii = records.flatMap { $0.protocols.flatMap(\.radii) }
      return (
        radii.reduce(0) { $0 + $1.forward } + records.count,
        radii.reduce(0) { $0 + $1.backward }
      )
    }

    /// What of the full budget a survivor of all radii is missing; nothing where all is well.
    func missing(_ budget: EnsembleBudget) -> [String] {
      records.flatMap { record -> [String] in
        let radii = record.protocols[0].radii
        guard record.clean.correct, radii.allSatisfy(\.robust) else { return [] }
        func total(_ attack: String, _ value: (AttackWorkRecord) -> Int) -> [Int] {
          radii.map { $0.attacks.filter { $0.attack == attack }.reduce(0) { $0 + value($1) } }
        }
        var missing: [String] = []
        if total("apgd-ce", \.runs).contains(where: { $0 != 1 }) { missing.append("apgd-ce") }
        if total("apgd-t", \.runs).contains(where: { $0 != budget.targets }) {
          missing.append("apgd-t")
        }
        // One search of FAB-T serves every radius.
        if total("fab-t", \.runs).reduce(0, +) != budget.targets { missing.append("fab-t") }
        if total("square", \.forward).contains(where: { $0 < budget.queries }) {
          missing.append("square")
        }
        return missing.map { "\(record.id): \($0)" }
      }
    }
  }

  /// Attacks `inputs` `(N, …)`, each labelled as the model classifies it.
  func run(_ inputs: Tensor, radii: [Radius], slots: Int = 32) throws -> Result {
    let labels = try withoutGradients {
      try (0..<inputs.shape[0]).map { row in
        let input = try inputs.slice(0, row..<row + 1).to(subject.encoder.device)
        return Int(try subject.predict(input).logits?.argmax(1).item() ?? 0)
      }
    }
    let shape = subject.encoder.input.shape
    var rest = try labels.enumerated().map { row, label in
      PreparedSample(
        id: "\(row)", label: label,
        input: try PreparedInput(values: inputs.select(0, row).array(of: Float.self), shape: shape))
    }[...]
    var plan = AuditPlan(
      subject: subject,
      attacks: [.whiteBox: try AttackTable.recipes(attack ?? budget.spelling)], radii: radii,
      slots: slots)
    plan.search = search
    plan.precision = precision
    var records: [SampleRecord] = []
    let seconds =
      try ContinuousClock().measure {
        try Auditor(plan).run({ rest.popFirst() }) { records.append($0) }
      } / .seconds(1)
    return Result(
      seconds: seconds, records: records.sorted { (Int($0.id) ?? 0) < (Int($1.id) ?? 0) })
  }
}
