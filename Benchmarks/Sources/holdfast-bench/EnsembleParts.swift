import Holdfast

/// How near to the rate of a large product each part of the standard ensemble comes by itself.
///
/// The parts, the model's bare passes and the product take turns, so that what else runs on the
/// machine slows all of them; shares are medians over the rounds. A turn is one step of the whole
/// batch, with everything that a step does.
struct EnsembleParts {
  private let tower: Tower
  private let inputs: Tensor
  private let parts: [(name: String, usesGradient: Bool, pool: any AttackPool)]

  /// All parts on the same inputs `(N, …)`, which stand at the radius.
  init(_ subject: Subject, _ tower: Tower, _ inputs: Tensor, _ radius: Radius) throws {
    self.tower = tower
    self.inputs = inputs
    let jobs = try withoutGradients {
      try (0..<inputs.shape[0]).map { row in
        let input = try inputs.slice(0, row..<row + 1)
        let prediction = try subject.predict(input)
        let label = Int(try prediction.requireLogits("the bench").argmax(1).item())
        return AttackJob(
          id: "\(row)", input: input, truth: try SampleTruth(label: label, of: prediction),
          radii: [radius])
      }
    }
    parts = try ["apgd-ce", "apgd-t", "fab-t", "square"].map { name in
      let recipe = try AttackTable.recipe(name)
      let pool = recipe.pool(PoolSettings(subject: subject, slots: jobs.count))
      jobs.forEach(pool.submit)
      return (name, name != "square", pool)
    }
  }

  /// A line per part, after as many turns.
  func table(rounds: Int) throws -> Table {
    let count = Double(inputs.shape[0])
    var turns = [[Turn]](repeating: [], count: parts.count)
    for part in parts { _ = try part.pool.step() }
    for _ in 0..<rounds {
      let product = try tower.productRates().linear
      let bare = (forward: try tower.embedSeconds(inputs), both: try tower.gradientSeconds(inputs))
      for (index, part) in parts.enumerated() {
        let seconds = try ContinuousClock().measure { _ = try part.pool.step() } / .seconds(1)
        let work = count * (part.usesGradient ? tower.work.gradient : tower.work.forward)
        turns[index].append(
          Turn(
            seconds: seconds, bare: part.usesGradient ? bare.both : bare.forward,
            share: work / seconds / product))
      }
    }
    var table = Table(
      texts: ["a step of"],
      numbers: ["ms a sample", "bare pass", "share of product", "the bare pass's"])
    for (part, turns) in zip(parts, turns) {
      table.add([
        part.name, decimal(1000 * median(turns.map(\.seconds)) / count),
        percent(median(turns.map { $0.bare / $0.seconds })), percent(median(turns.map(\.share))),
        percent(median(turns.map { $0.share * $0.seconds / $0.bare })),
      ])
    }
    return table
  }

  private struct Turn {
    let seconds, bare, share: Double
  }
}
