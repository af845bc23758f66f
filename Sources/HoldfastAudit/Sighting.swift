import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastRecords
import HoldfastTensor

/// Looks at stored inputs by themselves, and says where a gallery puts them.
struct Sighting {
  private let subject: Subject
  private let verifier: Verifier

  /// Looks through `subject`, whose head is a gallery.
  init(_ subject: Subject) {
    self.subject = subject
    verifier = Verifier(subject: subject, criterion: RankLost(rank: 1), isGallery: true)
  }

  /// The forward passes of one look.
  var passes: Int { verifier.passes }

  /// What the model says about `input` `(1, …)`, on the CPU.
  func predict(_ input: Tensor, of id: String) throws(TorchError) -> Prediction {
    try verifier.predict(input, of: id)
  }

  /// The verdict on R@1, and the place of the input.
  ///
  /// - Throws: `TorchError` where the model gives no finite number.
  func look(
    at input: Tensor, _ prediction: Prediction, of job: AttackJob, distance: Double
  ) throws -> (example: Example, point: RetrievalPointRecord) {
    let example = try verifier.judge(prediction, of: input, job: job, distance: distance)
    let logits = try prediction.logits?.array(of: Float.self) ?? []
    let embedding = try prediction.embedding.to(.float32).normalized().to(.cpu).contiguous()
    guard !logits.isEmpty, logits.allSatisfy(\.isFinite), example.margin.isFinite else {
      throw TorchError(
        code: .backend, operation: "audit",
        message: "the model gives no finite number for sample `\(job.id)`")
    }
    let partners = job.truth.partners
    let scale = subject.head?.scale ?? 1
    let cosine = partners.reduce(0) { $0 + Double(logits[$1]) / scale } / Double(partners.count)
    return (
      example,
      RetrievalPointRecord(
        rank: rank(of: partners, in: logits), cosine: cosine, distance: distance,
        embedding: Data(try embedding.bytes()))
    )
  }
}

/// The place of the best true entry among all scores, from 1; a tie goes against it.
func rank(of partners: [Int], in scores: some RandomAccessCollection<Float>) -> Int {
  let isTrue = Set(partners)
  func score(_ place: Int) -> Float { scores[scores.index(scores.startIndex, offsetBy: place)] }
  let best = partners.map(score).max() ?? -.infinity
  return 1 + scores.enumerated().count { $0.element >= best && !isTrue.contains($0.offset) }
}
