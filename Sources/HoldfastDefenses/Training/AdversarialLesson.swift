import HoldfastAttacks
public import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// A method at work on a tower: searches for inputs, and computes the loss on them.
///
/// A step searches in an unrecorded face of the leaves, at as many passes as the attack has steps, and
/// computes the loss on the leaves themselves. All randomness is a function of the seed, the sample and
/// the batch's number.
public final class AdversarialLesson: Lesson {
  /// The method.
  public let method: any TrainingDefense
  /// What is trained.
  public let leaves: ParameterStore
  /// The anchors that it trains under.
  public let head: TrainingHead
  /// The settings.
  public let settings: Settings

  let trained: TrainedTower
  let teacher: any Encoder
  let examiner: Examiner?
  private let stages: [TrainingStage]
  private let cache: TeacherCache?
  private let samples: (Int) throws -> TrainingBatch

  /// A lesson of `method` for the tower of `subject`.
  ///
  /// - Parameters:
  ///   - subject: the model before the training, in float32.
  ///   - context: what anchors are made of.
  ///   - validation: the samples that states are judged by; empty when nobody asks.
  ///   - samples: the batch of a number, from 0, the same at every call.
  /// - Throws: `UsageError` when the method cannot be trained on this model, or lacks something.
  public init(
    _ method: any TrainingDefense, on subject: Subject, in context: TrainingContext,
    _ settings: Settings, validation: [TrainingBatch] = [],
    samples: @escaping (Int) throws -> TrainingBatch
  ) throws {
    try method.check(subject)
    guard let tower = subject.tower else {
      throw UsageError("the tower's parameters are not known")
    }
    self.method = method
    self.settings = settings
    self.samples = samples
    stages = method.stages
    head = try method.prepare(context)
    if method.needs.contains(.labels), head.head == nil {
      _ = try context.requireAnchors(type(of: method).name)
    }
    trained = try TrainedTower(
      tower, method.trains,
      generator: Generator(seed: settings.seed, stream: "adapters"))
    leaves = trained.freed.leaves
    teacher = method.wrapper?(subject.encoder) ?? subject.encoder
    cache = settings.cache > 0 ? TeacherCache(of: teacher, limit: settings.cache) : nil
    examiner =
      validation.isEmpty
      ? nil
      : try Examiner(
        of: validation, judge: head.judge ?? context.head, teacher: teacher,
        threat: method.inner.threat, seed: settings.seed, rows: settings.microBatch)
  }

  /// What a bundle keeps of a state.
  public func fitted(_ leaves: ParameterStore) throws -> Fitted {
    Fitted(weights: try trained.kept(leaves), head.kept)
  }

  /// The model at a state, under the head that validation samples are judged by.
  public func subject(_ leaves: ParameterStore) throws -> Subject {
    Subject(encoder: try face(of: leaves, in: .float32), head: head.judge)
  }

  // MARK: A batch

  /// Searches for inputs and gives the loss on them to `descend`, part by part.
  public func learn(_ number: Int, _ descend: (LessonPart) throws -> Void) throws {
    let batch = try samples(number)
    guard !batch.ids.isEmpty else { return }  // Other processes have its samples.
    let place = stage(at: number)
    let face = Subject(
      encoder: try face(of: leaves, in: settings.searchPrecision), head: head.head)
    for part in try batch.parts(of: settings.microBatch) {
      try descend(learn(part, stage: place, batch: number, searchingIn: face))
    }
  }

  private func learn(
    _ batch: TrainingBatch, stage place: Int, batch number: Int, searchingIn face: Subject
  ) throws -> LessonPart {
    let stage = stages[place]
    let x = try batch.inputs.to(teacher.device)
    let labels = try labels(of: batch)
    let known = try asksTeacher(stage) ? cache?.embeddings(of: batch.ids, x) : nil
    let found = try stage.inner.map { inner in
      var noise = Noise(
        batch.ids.map { id in
          Generator(seed: settings.seed, stream: id).split("inner attack", number)
        })
      let truth = try truth(labels, x, known, comparing: stage.reference, face: face)
      return try inner(x, truth, on: face, noise: &noise)
    }
    var readings: [String: Double] = [:]
    if let found {
      readings["inner-gain"] = try (found.highestLoss - found.startLoss).mean().item()
    }
    let student = try trained.recorded(in: settings.precision)
    let step = TrainingStep(
      stage: place, ids: batch.ids, clean: x, adversarial: found?.x ?? x, labels: labels,
      under: head, batchSize: batch.total, student: method.wrapper?(student) ?? student,
      teacher: teacher, readsTokens: method.needs.contains(.tokens), known: known)
    return LessonPart(
      try method.terms(step), share: Double(batch.ids.count) / Double(max(1, batch.total)),
      samples: batch.ids.count, readings: readings)
  }

  // MARK: Parts of a step

  /// The stage of a batch.
  public func stage(at number: Int) -> Int {
    var end = 0.0
    for (place, stage) in stages.enumerated().dropLast() {
      end += stage.share * Double(settings.batches)
      if Double(number) < end.rounded() { return place }
    }
    return stages.count - 1
  }

  /// The tower at a state of leaves, unrecorded, on the same memory in float32.
  func face(of leaves: ParameterStore, in dtype: DType) throws -> any Encoder {
    let encoder = try trained.face(of: leaves, in: dtype)
    return method.wrapper?(encoder) ?? encoder
  }

  /// Whether the frozen model's embeddings of unperturbed inputs are asked for; where tokens are read
  /// they come with those.
  private func asksTeacher(_ stage: TrainingStage) -> Bool {
    guard !method.needs.contains(.tokens) else { return false }
    return stage.inner != nil && stage.reference == .teacher
  }

  private func labels(of batch: TrainingBatch) throws -> Tensor? {
    guard method.needs.contains(.labels) else { return nil }
    let classes = head.judge?.classCount ?? 0
    guard let labels = batch.labels, labels.allSatisfy((0..<classes).contains) else {
      throw UsageError(
        "\(type(of: method).name) needs a label from 0 to \(classes - 1) for each sample",
        hint: "take labelled data, or train without labels: fare")
    }
    return try Tensor(labels).to(teacher.device)
  }

  /// What the objective of a search compares with.
  private func truth(
    _ labels: Tensor?, _ x: Tensor, _ known: Tensor?, comparing reference: TrainingStage.Reference,
    face: Subject
  ) throws(TorchError) -> Truth {
    let rows = x.shape[0]
    let none = try Tensor.zeros([rows], dtype: .int64, device: x.device)
    let labels = labels ?? none
    return try withoutGradients { () throws(TorchError) in
      switch reference {
      case .labels:
        // Objectives on labels look at no embedding.
        return Truth(labels: labels, cleanEmbedding: try .zeros([rows, 0], device: x.device))
      case .teacher:
        let embedding: Tensor
        if let known { embedding = known } else { embedding = try teacher.embed(x).to(.float32) }
        return Truth(
          labels: labels, cleanEmbedding: embedding, cleanLogits: try head.head?.logits(embedding))
      case .student:
        let answer = try face.predict(x)
        return Truth(
          labels: labels, cleanEmbedding: answer.embedding, cleanLogits: answer.logits)
      }
    }
  }

  // MARK: Judging

  /// How many validation samples a state answers right, unperturbed and under ten steps of PGD.
  ///
  /// With labels, right is the class of the sample (`clean`, `pgd-10`). Without them each sample is a
  /// class of its own, whose anchor is the embedding that the frozen model gives it (`clean-nearest`,
  /// `pgd-10-nearest`). What is wrong unperturbed counts as wrong under attack.
  public func examine(_ leaves: ParameterStore) throws -> Examination {
    guard let examiner else { return Examination([]) }
    return try examiner(face(of: leaves, in: .float32))
  }
}
