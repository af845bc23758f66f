import Foundation
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastEncoders
import HoldfastTensor
import HoldfastText

extension RetrievalIndex {
  /// The index of a paired set: what belongs to the attacked inputs, and distractors.
  ///
  /// An entry of `stored` with the name of a partner is that partner's embedding; all others are
  /// distractors. The model embeds the partners that are not there.
  init(of pairs: PairManifest, stored: StoredEmbeddings?, by model: ModelSource) throws {
    let entries = pairs.partners.entries
    let places = Dictionary(
      (stored?.names ?? []).enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let missing = entries.indices.filter { places[entries[$0].name] == nil }
    var names = entries.map(\.name)
    var rows = [Tensor?](repeating: nil, count: entries.count)
    for (place, row) in zip(
      missing, try model.embeddings(of: missing.map { entries[$0] }, pairs.partners.kind))
    { rows[place] = row }
    if let stored {
      for (index, entry) in entries.enumerated() {
        guard let place = places[entry.name] else { continue }
        rows[index] = try stored.rows.slice(0, place..<place + 1).normalized()
      }
      let own = Set(entries.map(\.name))
      for place in 0..<stored.rows.shape[0] {
        if let names = stored.names, own.contains(names[place]) { continue }
        rows.append(try stored.rows.slice(0, place..<place + 1).normalized())
        if let name = stored.names?[place] { names.append(name) }
      }
    }
    try self.init(
      embeddings: .concatenating(rows.compactMap { $0 }),
      partners: Dictionary(
        zip(pairs.inputs.entries.map(\.name), pairs.links), uniquingKeysWith: { first, _ in first }),
      queries: entries.count, names: names)
  }
}

extension ModelSource {
  /// Unit embeddings of captions by the text tower, of files by the audited encoder: `(1, D)`
  /// each, on the CPU.
  fileprivate func embeddings(
    of entries: [PairManifest.Entry], _ kind: PairManifest.Kind
  ) throws -> [Tensor] {
    switch kind {
    case .captions:
      guard !entries.isEmpty else { return [] }
      // The anchors of texts as they are: one column each.
      let anchors = try texts.anchors(
        for: entries.map(\.name), templates: PromptTemplates(["{}"])
      ).to(.cpu).transposed().contiguous()
      return try entries.indices.map { try anchors.slice(0, $0..<$0 + 1) }
    case .files:
      return try entries.map { entry in
        try withoutGradients {
          try subject.predict(input(from: entry.file)).embedding.to(.float32).normalized()
            .to(.cpu)
        }
      }
    }
  }
}
