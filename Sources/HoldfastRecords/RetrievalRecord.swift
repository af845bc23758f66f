public import Foundation

/// What an audit of retrieval ranks.
public struct RetrievalPlanRecord: Codable, Hashable, Sendable {
  /// Which side of the pairs is attacked: `input` or `partner`.
  public var side: String
  /// The entries of the retrieval index that are partners of an input.
  public var partners: Int
  /// The entries that are distractors.
  public var distractors: Int
  /// The file of `--index`; nil if there is none.
  public var file: String?
  /// Its SHA-256.
  public var sha256: String?

  /// A retrieval index of the given parts.
  public init(
    side: String, partners: Int, distractors: Int, file: String? = nil, sha256: String? = nil
  ) {
    self.side = side
    self.partners = partners
    self.distractors = distractors
    self.file = file
    self.sha256 = sha256
  }
}

/// What an audit of retrieval knows about one attacked input.
public struct RetrievalSampleRecord: Codable, Hashable, Sendable {
  /// The places of its true partners in the retrieval index.
  public var partners: [Int]
  /// The unperturbed input.
  public var clean: RetrievalPointRecord
  /// What each attack did, in the order they were run.
  public var attacks: [RetrievalAttackRecord]

  /// A block about an input.
  public init(
    partners: [Int], clean: RetrievalPointRecord, attacks: [RetrievalAttackRecord]
  ) {
    self.partners = partners
    self.clean = clean
    self.attacks = attacks
  }
}

/// The rank and cosine of one stored input, tested in float32 in a batch of one.
public struct RetrievalPointRecord: Codable, Hashable, Sendable {
  /// The place of the first true partner among the whole index, from 1; a tie goes against it.
  public var rank: Int
  /// The mean cosine to the true partners.
  public var cosine: Double
  /// The size of the perturbation, in float64.
  public var distance: Double
  /// The embedding at unit length: float32, little-endian; base64 in JSON.
  public var embedding: Data

  /// A point.
  public init(rank: Int, cosine: Double, distance: Double, embedding: Data) {
    self.rank = rank
    self.cosine = cosine
    self.distance = distance
    self.embedding = embedding
  }
}

/// What one attack did to one input.
public struct RetrievalAttackRecord: Codable, Hashable, Sendable {
  /// The attack.
  public var attack: String
  /// `transfer` or `transfer-png` for inputs that were made on another model; nil for attacks on the
  /// audited one.
  public var transfer: String?
  /// One entry per radius, ascending.
  public var radii: [RetrievalRadiusRecord]

  /// An attack's entries.
  public init(attack: String, transfer: String? = nil, radii: [RetrievalRadiusRecord]) {
    self.attack = attack
    self.transfer = transfer
    self.radii = radii
  }
}

/// What one attack did to one input at one radius.
public struct RetrievalRadiusRecord: Codable, Hashable, Sendable {
  /// The radius as it was written.
  public var radius: String
  /// The largest rank of any input of this ball that was tested: R@k fails if it is above k.
  public var rank: Int
  /// The input of highest loss after the whole budget, among those that lose R@1 if there are any.
  ///
  /// The other side meets it in place of the original.
  public var shown: RetrievalPointRecord

  /// A radius's entry.
  public init(radius: String, rank: Int, shown: RetrievalPointRecord) {
    self.radius = radius
    self.rank = rank
    self.shown = shown
  }
}
