import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTraining

/// Counts how many validation samples a state of a tower answers right, unperturbed and under ten steps
/// of PGD.
///
/// With labels, right is the class of the sample (`clean`, `pgd-10`). Without them each sample is a class
/// of its own, whose anchor is the embedding that the frozen model gives it; right is that this anchor is
/// the nearest of all samples' (`clean-nearest`, `pgd-10-nearest`). What is wrong unperturbed counts as
/// wrong under attack.
struct Examiner {
  private let batches: [TrainingBatch]
  private let head: Head
  private let hasLabels: Bool
  private let threat: ThreatModel
  private let seed: UInt64

  /// An examiner by some samples.
  ///
  /// - Parameters:
  ///   - judge: the head over the classes of the labels; nil when there are none.
  ///   - teacher: the model before the training.
  ///   - threat: how far PGD may go.
  ///   - rows: how many samples are looked at together; nil for a batch as it is.
  init(
    of batches: [TrainingBatch], judge: Head?, teacher: any Encoder, threat: ThreatModel,
    seed: UInt64, rows: Int?
  ) throws {
    let parts = try batches.flatMap { batch in try batch.parts(of: rows) }
    self.threat = threat
    self.seed = seed
    if let judge, parts.allSatisfy({ $0.labels != nil }) {
      hasLabels = true
      head = judge
      self.batches = parts
      return
    }
    var (anchors, places): ([Tensor], [TrainingBatch]) = ([], [])
    var count = 0
    for part in parts {
      anchors.append(
        try withoutGradients { try teacher.embed(part.inputs.to(teacher.device)).to(.float32) })
      let labels = Array(count..<count + part.ids.count)
      places.append(TrainingBatch(ids: part.ids, inputs: part.inputs, labels: labels))
      count += part.ids.count
    }
    hasLabels = false
    let unit = try Tensor.concatenating(anchors).normalized()
    head = Head(
      anchors: try unit.transposed(0, 1).contiguous(), scale: judge?.scale ?? 100)
    self.batches = places
  }

  /// The counts for a state.
  func callAsFunction(_ encoder: any Encoder) throws -> Examination {
    let subject = Subject(encoder: encoder, head: head)
    let attack = InnerAttack(
      attack: PGD(steps: 10), objective: CrossEntropy(), threat: threat)
    var (asked, clean, robust) = (0, 0, 0)
    for batch in batches {
      asked += batch.ids.count
      let x = try batch.inputs.to(encoder.device)
      let labels = batch.labels ?? []
      let right = try isRight(subject, x, labels)
      clean += right.count
      guard !right.isEmpty else { continue }
      let index = try Tensor(right).to(x.device)
      let own = right.map { labels[$0] }
      var noise = Noise(
        right.map { Generator(seed: seed, stream: batch.ids[$0]).split("examination") })
      let truth = Truth(
        labels: try Tensor(own).to(x.device),
        cleanEmbedding: try .zeros([right.count, 0], device: x.device))
      let found = try attack(x.selecting(0, index), truth, on: subject, noise: &noise)
      robust += try isRight(subject, found.x, own).count
    }
    let names = hasLabels ? ("clean", "pgd-10") : ("clean-nearest", "pgd-10-nearest")
    return Examination([
      .init(names.0, right: clean, of: asked), .init(names.1, right: robust, of: asked),
    ])
  }

  /// The places of the samples that are answered right.
  private func isRight(
    _ subject: Subject, _ x: Tensor, _ labels: [Int]
  ) throws(TorchError) -> [Int] {
    let tops = try withoutGradients { () throws(TorchError) in
      try subject.predict(x).requireLogits("examination").argmax(1).array(of: Int.self)
    }
    return labels.indices.filter { tops[$0] == labels[$0] }
  }
}
