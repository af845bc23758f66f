/// What an audit of retrieval found, in both directions.
public struct RetrievalSummaryRecord: Codable, Hashable, Sendable {
  /// The k of R@k, ascending.
  public var ranks: [Int]
  /// The entries that each attacked input is compared with.
  public var entries: Int
  /// The unperturbed set.
  public var clean: RecallRecord
  /// Each attack by itself, in the order they were run.
  public var attacks: [RetrievalAttackSummaryRecord]
  /// Retrieved under every attack, per radius.
  public var worstCase: [RecallRecord]

  /// A summary.
  public init(
    ranks: [Int], entries: Int, clean: RecallRecord, attacks: [RetrievalAttackSummaryRecord],
    worstCase: [RecallRecord]
  ) {
    self.ranks = ranks
    self.entries = entries
    self.clean = clean
    self.attacks = attacks
    self.worstCase = worstCase
  }

  private enum CodingKeys: String, CodingKey {
    case ranks
    case entries = "gallery"
    case clean, attacks, worstCase
  }
}

/// R@k in both directions, one entry per k.
public struct RecallRecord: Codable, Hashable, Sendable {
  /// Attacked inputs that find a true partner in the retrieval index.
  public var fromAttacked: [ProportionRecord]
  /// Partners that find a true input among the attacked ones, all of which are perturbed.
  public var toAttacked: [ProportionRecord]

  /// R@k in both directions.
  public init(fromAttacked: [ProportionRecord], toAttacked: [ProportionRecord]) {
    self.fromAttacked = fromAttacked
    self.toAttacked = toAttacked
  }
}

/// What one attack found.
public struct RetrievalAttackSummaryRecord: Codable, Hashable, Sendable {
  /// The attack.
  public var attack: String
  /// `transfer` or `transfer-png` for inputs that were made on another model; nil for attacks on the
  /// audited one.
  public var transfer: String?
  /// One entry per radius, ascending.
  public var radii: [RetrievalRadiusSummaryRecord]

  /// An attack's summary.
  public init(attack: String, transfer: String? = nil, radii: [RetrievalRadiusSummaryRecord]) {
    self.attack = attack
    self.transfer = transfer
    self.radii = radii
  }
}

/// What one attack found at one radius.
public struct RetrievalRadiusSummaryRecord: Codable, Hashable, Sendable {
  /// The radius as it was written.
  public var radius: String
  /// What is still retrieved; what is not found when clean counts as lost.
  public var recall: RecallRecord
  /// The share of what is found when clean and lost under attack, per k; nil when nothing is.
  public var successFromAttacked: [Double?]
  /// The same in the other direction.
  public var successToAttacked: [Double?]
  /// The mean cosine to the true partners of the inputs that the other side sees.
  public var cosine: Double
  /// How much that is above the cosine of the unperturbed inputs.
  public var cosineChange: Double
  /// The inputs whose mean cosine to the true partners has fallen; if each has one partner, this is
  /// what CALMARS calls a success.
  public var repelled: Int
  /// The largest perturbation, which the radius bounds.
  public var largestDistance: Double

  /// A radius's summary.
  public init(
    radius: String, recall: RecallRecord, successFromAttacked: [Double?],
    successToAttacked: [Double?], cosine: Double, cosineChange: Double, repelled: Int,
    largestDistance: Double
  ) {
    self.radius = radius
    self.recall = recall
    self.successFromAttacked = successFromAttacked
    self.successToAttacked = successToAttacked
    self.cosine = cosine
    self.cosineChange = cosineChange
    self.repelled = repelled
    self.largestDistance = largestDistance
  }
}
