import HoldfastDefenses

/// What the result of a training depends on beside the trainer's own plan; a training resumes only while
/// it is the same.
struct TrainingRecord: Codable, Hashable {
  /// The method and its hyper-parameters, as JSON.
  let method: String
  /// The base's path and the SHA-256 of its files.
  let base: DefenseBundle.Reference
  let modality: String
  /// Where the training data lie, how they are laid out, which part is used, and the SHA-256 of their
  /// listing.
  let data: String
  let layout: String
  let split: String?
  let samples: Int
  let listing: String?
  /// The samples that states are judged by: where they lie, and how many there are.
  let validation: String
  let validationSamples: Int
  let classes: [String]?
  let templates: [String]
  /// SHA-256 of the file of anchors, and how several of a class are reduced.
  let anchors: String?
  /// SHA-256 of the file of descriptions.
  let captions: String?
  let preparation: String
  let augment: String
  let batchSize: Int
  let microBatch: Int?
  let precision: String
  let seed: UInt64
}
