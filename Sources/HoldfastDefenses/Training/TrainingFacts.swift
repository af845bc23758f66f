public import HoldfastCore
import HoldfastLayers
public import HoldfastTraining

/// What a training method takes at its defaults, as lists show it.
public struct TrainingFacts: Sendable {
  /// What it needs beside inputs.
  public let needs: Set<TrainingNeed>
  /// The part of the tower that it trains.
  public let trains: String
  /// What a step costs for each sample, at most, in each of its stages.
  public let costs: [TrainingCost]
  /// How far its inputs may be perturbed.
  public let threat: ThreatModel
  /// How leaves are moved.
  public let optimization: Optimization
  /// How long it trains.
  public let length: TrainingLength

  init(of method: some TrainingDefense) {
    needs = method.needs
    trains = method.trains.description
    costs = method.stages.map(\.cost)
    threat = method.inner.threat
    optimization = method.optimization
    length = method.length
  }

  /// The needs in words: `labels, tokens`, or `inputs alone`.
  public var needsInWords: String {
    let known = TrainingNeed.allCases.filter(needs.contains).map(\.rawValue)
    return known.isEmpty ? "inputs alone" : known.joined(separator: ", ")
  }

  /// The costs in words: `12 F + 11 B, then 12 F + 12 B`.
  public var costInWords: String {
    costs.map(\.description).joined(separator: ", then ")
  }
}

extension DefenseEntry {
  /// An entry for a method that is trained.
  ///
  /// - Parameters:
  ///   - plain: the method at its defaults, whose part of the tower `--train` may change.
  ///   - options: those beside the options of its inner attack.
  ///   - make: reads the hyper-parameters; what is not given is as in `plain`.
  public init<Method: TrainingDefense>(
    training plain: Method, summary: String, source: String, options: [String] = [],
    make: @escaping @Sendable (inout Spelling, _ plain: Method) throws(UsageError) -> Method
  ) {
    self.init(
      Method.self, summary: summary, source: source, options: options + plain.inner.options,
      make: { (spelling, isGuided) throws(UsageError) in
        guard !isGuided else {
          throw UsageError("\(Method.name) learns from no guide", hint: "leave --guide out")
        }
        return try make(&spelling, plain)
      },
      check: { (method) throws(UsageError) in
        try method.inner.checked(Method.name)
        return method
      })
    training = TrainingFacts(of: plain)
  }
}
