import HoldfastCore
import HoldfastTensor

/// The frozen model's embeddings of unperturbed inputs, by sample.
///
/// On a CPU the model is asked about each sample by itself, so that an embedding is the same to the bit
/// whoever is in the batch, and a training that was broken off goes on as if it had not been.
final class TeacherCache {
  private let encoder: any Encoder
  private let limit: Int
  private var known: [String: Tensor] = [:]

  /// A cache of at most `limit` samples.
  init(of encoder: any Encoder, limit: Int) {
    self.encoder = encoder
    self.limit = limit
  }

  /// The embeddings of samples, in float32: `(B, D)`.
  func embeddings(of ids: [String], _ x: Tensor) throws(TorchError) -> Tensor {
    try withoutGradients { () throws(TorchError) in
      let missing = ids.indices.filter { known[ids[$0]] == nil }
      if encoder.device != .cpu, !missing.isEmpty {
        let places = try Tensor(missing).to(x.device)
        let found = try encoder.embed(x.selecting(0, places)).to(.float32)
        return try joined(ids, missing, found)
      }
      var found: [Tensor] = []
      for place in missing {
        found.append(try encoder.embed(x.slice(0, place..<place + 1)).to(.float32))
      }
      return try joined(ids, missing, found.isEmpty ? nil : .concatenating(found))
    }
  }

  /// All rows in order, of which `found` are those at the places `missing`.
  private func joined(
    _ ids: [String], _ missing: [Int], _ found: Tensor?
  ) throws(TorchError) -> Tensor {
    var fresh: [Int: Tensor] = [:]
    for (row, place) in missing.enumerated() {
      let embedding = try found?.slice(0, row..<row + 1).clone()
      fresh[place] = embedding
      if known.count < limit { known[ids[place]] = embedding }
    }
    return try .concatenating(ids.indices.compactMap { known[ids[$0]] ?? fresh[$0] })
  }
}
