import HoldfastAudit
package import HoldfastCore
package import HoldfastData
package import HoldfastMedia
package import HoldfastRecords
import HoldfastRuns
import HoldfastTensor

/// The share of samples that a model names rightly.
package func accuracy(
  of subject: Subject, on set: any DataSet, _ preparation: any Preparation, batchSize: Int = 64
) throws -> ProportionRecord {
  let prefetcher = Prefetcher(set, preparation: preparation, capacity: 2 * batchSize)
  defer { prefetcher.cancel() }
  return try accuracy(of: subject, batchSize: batchSize, next: prefetcher.next)
}

/// The share of samples that a model names rightly, of samples that are ready.
package func accuracy(of subject: Subject, on samples: [PreparedSample]) throws -> ProportionRecord
{
  var rest = samples[...]
  return try accuracy(of: subject, batchSize: 64) { rest.popFirst() }
}

private func accuracy(
  of subject: Subject, batchSize: Int, next: () throws -> PreparedSample?
) throws -> ProportionRecord {
  var right = 0
  var total = 0
  while true {
    var samples: [PreparedSample] = []
    while samples.count < batchSize, let sample = try next() { samples.append(sample) }
    guard !samples.isEmpty else { return .wilson(right, of: total) }
    let inputs = try Tensor(
      samples.flatMap(\.input.values), [samples.count] + subject.encoder.input.shape
    ).to(subject.encoder.device)
    let predicted = try withoutGradients {
      try subject.predict(inputs).logits?.argmax(1).array(of: Int64.self) ?? []
    }
    right += zip(samples, predicted).count { $0.label == Int($1) }
    total += samples.count
  }
}

/// The samples of a set, prepared, all in memory; at most `limit` of them.
func prepared(
  _ set: any DataSet, _ preparation: any Preparation, limit: Int? = nil
) throws -> [PreparedSample] {
  let prefetcher = Prefetcher(set, preparation: preparation, capacity: 64, limit: limit)
  defer { prefetcher.cancel() }
  var samples: [PreparedSample] = []
  while let sample = try prefetcher.next() { samples.append(sample) }
  return samples
}
