/// `artifacts/gallery/gallery.json`, the example gallery: a few samples of a run, kept to be looked
/// at.
public struct GalleryRecord: Codable, Hashable, Sendable {
  /// The folder of galleries, below that of a run.
  public static let place = "artifacts/gallery"

  /// The name of an example gallery's own file: `gallery.json`, or `gallery.<rank>.json` if several
  /// processes share a run.
  public static func file(rank: Int? = nil) -> String {
    rank.map { "gallery.\($0).json" } ?? "gallery.json"
  }

  /// The version of the schema.
  public var schema = RunRecord.schema
  /// By what rule samples were chosen: a sentence.
  public var rule: String
  /// The most samples that are kept.
  public var size: Int
  /// The samples, in the order of the rule.
  public var entries: [GalleryEntryRecord]

  /// An example gallery of at most `size` samples.
  public init(rule: String, size: Int, entries: [GalleryEntryRecord] = []) {
    self.rule = rule
    self.size = size
    self.entries = entries
  }
}

extension [GalleryEntryRecord] {
  /// The entries that the rule keeps, in its order: fooled samples before those that stand, each
  /// class once before any comes again, the smallest radius first, and among equals the smallest
  /// checksum.
  ///
  /// What is once left out stays out whatever comes later, so entries may come one at a time, and in
  /// any order.
  public func chosen(radii: [String], size: Int) -> [GalleryEntryRecord] {
    func place(_ entry: GalleryEntryRecord) -> Int {
      entry.found.flatMap { radii.firstIndex(of: $0.radius) } ?? radii.count
    }
    let ordered = sorted { (place($0), $0.folder) < (place($1), $1.folder) }
    var seen: [[Int]: Int] = [:]
    let ranked = ordered.enumerated().map { index, entry in
      let kind = [entry.found == nil ? 1 : 0, entry.label]
      let rank = seen[kind, default: 0]
      seen[kind] = rank + 1
      return (key: [kind[0], rank, index], entry: entry)
    }
    return ranked.sorted { $0.key.lexicographicallyPrecedes($1.key) }.prefix(size).map(\.entry)
  }
}

/// One sample of an example gallery.
public struct GalleryEntryRecord: Codable, Hashable, Sendable {
  /// The sample's id in its data set.
  public var id: String
  /// The true class, or in retrieval the first true partner's place in the index.
  public var label: Int
  /// What that place is called; nil when the plan's class names say so.
  public var name: String?
  /// SHA-256 of the unperturbed input's float32 bytes.
  public var input: String
  /// The folder of its files, below the gallery's folder: digits of the SHA-256 of its id.
  public var folder: String
  /// What the model says about the unperturbed input.
  public var clean: GalleryLookRecord
  /// The example that fools the model; nil when the sample stands at every radius.
  public var found: GalleryFindRecord?
  /// What there is to see and to hear.
  public var panels: [GalleryPanelRecord]

  /// An entry.
  public init(
    id: String, label: Int, name: String? = nil, input: String, folder: String,
    clean: GalleryLookRecord,
    found: GalleryFindRecord?, panels: [GalleryPanelRecord]
  ) {
    self.id = id
    self.label = label
    self.name = name
    self.input = input
    self.folder = folder
    self.clean = clean
    self.found = found
    self.panels = panels
  }
}

/// What a model says about one input of an example gallery, tested in float32 in a batch of one.
public struct GalleryLookRecord: Codable, Hashable, Sendable {
  /// The class on top, or the place of the best entry of the index.
  public var predicted: Int
  /// What that place is called; nil when the plan's class names say so.
  public var name: String?
  /// The cosine to the true class; nil for a classifier without anchors.
  public var cosineToTruth: Double?
  /// The cosine to the class that the adversarial input is taken for; nil if there is none.
  public var cosineToOther: Double?

  /// A look.
  public init(
    predicted: Int, name: String? = nil, cosineToTruth: Double?, cosineToOther: Double?
  ) {
    self.predicted = predicted
    self.name = name
    self.cosineToTruth = cosineToTruth
    self.cosineToOther = cosineToOther
  }
}

/// The adversarial example of a sample in the example gallery.
public struct GalleryFindRecord: Codable, Hashable, Sendable {
  /// The protocol that found it.
  public var `protocol`: String
  /// The attack that made it.
  public var attack: String
  /// The smallest radius that fools, as it was written.
  public var radius: String
  /// The size of the perturbation, in float64.
  public var distance: Double
  /// SHA-256 of the adversarial input's float32 bytes.
  public var sha256: String
  /// What the model says about it.
  public var seen: GalleryLookRecord
  /// The cosine between the embeddings before and after.
  public var cosineToClean: Double
  /// The factor by which the perturbation is shown larger than it is.
  public var amplification: Double

  /// An example.
  public init(
    protocol name: String, attack: String, radius: String, distance: Double, sha256: String,
    seen: GalleryLookRecord, cosineToClean: Double, amplification: Double
  ) {
    self.protocol = name
    self.attack = attack
    self.radius = radius
    self.distance = distance
    self.sha256 = sha256
    self.seen = seen
    self.cosineToClean = cosineToClean
    self.amplification = amplification
  }
}

/// One thing to look at: the clean input, the perturbation, or the adversarial input.
public struct GalleryPanelRecord: Codable, Hashable, Sendable {
  /// `clean`, `perturbation` or `adversarial`.
  public var name: String
  /// Pictures (PNG, SVG), by their names in the entry's folder, from top to bottom.
  public var pictures: [String]
  /// A sound (WAV) in the entry's folder; nil when there is nothing to hear.
  public var sound: String?
  /// What a reader must know to understand it; nil if nothing.
  public var note: String?

  /// A panel.
  public init(name: String, pictures: [String], sound: String? = nil, note: String? = nil) {
    self.name = name
    self.pictures = pictures
    self.sound = sound
    self.note = note
  }
}
