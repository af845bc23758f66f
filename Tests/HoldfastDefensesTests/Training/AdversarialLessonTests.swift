import HoldfastAttacks
import HoldfastCore
import HoldfastDefenses
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import HoldfastTraining
import Testing

/// A method whose terms are the inputs that it is shown, each number by itself.
private struct Mirror: TrainingDefense {
  static let name = "mirror"

  var trains = TrainedPart.full
  var inner = InnerSearch(steps: 3, radius: Radius(0.05))
  var reference = "teacher"

  var needs: Set<TrainingNeed> { [.labels] }
  var stages: [TrainingStage] {
    let kinds: [String: (any Objective, TrainingStage.Reference)] = [
      "teacher": (SquaredEmbeddingDistance(), .teacher), "labels": (CrossEntropy(), .labels),
      "student": (CleanDivergence(), .student),
    ]
    let (objective, compared) = kinds[reference] ?? (CrossEntropy(), .labels)
    return [
      TrainingStage(inner: inner.attack(objective), comparing: compared, studentPasses: 0)
    ]
  }
  var optimization: Optimization { Optimization() }
  var length: TrainingLength { TrainingLength(batchSize: 6, .steps(1)) }

  func terms(_ step: TrainingStep) throws -> [Term] { [Term("inputs", step.adversarial)] }
}

@Suite("A lesson in robustness")
struct AdversarialLessonTests {
  let toy: ToyTower

  init() throws { toy = try ToyTower() }

  private func parameters(_ lesson: AdversarialLesson) -> [Tensor] {
    lesson.leaves.names.compactMap { lesson.leaves[$0] }
  }

  @Test("has finite gradients, to its leaves alone", arguments: ToyTower.methods.indices)
  func gradientsOfLeaves(_ index: Int) throws {
    let method = ToyTower.methods[index]
    for part in ["full", "shallow", "lora:rank=2,targets=attention+patch"] {
      var own = method
      own.trains = try TrainedPart(part)
      let lesson = try toy.lesson(own)
      try lesson.shake()
      let (loss, gradients, _) = try lesson.descend()
      #expect(loss.isFinite)
      #expect(gradients.count == lesson.leaves.count)
      for (name, gradient) in zip(lesson.leaves.names, gradients) {
        #expect(try gradient.isFinite().all().item() == 1, "\(name)")
      }
      let moved = try gradients.filter { try $0.absolute().max().item() > 0 }
      #expect(!moved.isEmpty)
      let areLeaves = parameters(lesson).allSatisfy(\.requiresGradient)
      #expect(areLeaves)
      // The model before the training is as it was, and no leaf of anything.
      for name in toy.tower.parameters.names {
        #expect(toy.tower.parameters[name]?.requiresGradient == false)
      }
    }
  }

  @Test("loses loss in a few steps", arguments: ToyTower.methods.indices)
  func learns(_ index: Int) throws {
    var method = ToyTower.methods[index]
    method.inner.steps = 2
    // RLBind's second stage begins at the fifth batch.
    for number in [0, 7] {
      let lesson = try toy.lesson(method)
      try lesson.shake(0.02)
      let optimizer = try Optimizer.adamW(parameters(lesson), weightDecay: 0)
      let first = try lesson.descend(number).loss
      for _ in 0..<6 {
        try optimizer.step(lesson.descend(number).gradients, learningRate: 2e-3)
      }
      let last = try lesson.descend(number).loss
      #expect(last < first, "\(type(of: method).name): \(first) to \(last)")
    }
  }

  @Test(
    "trains on what its inner attack finds by itself", arguments: ["teacher", "labels", "student"])
  func innerAttack(reference: String) throws {
    let method = Mirror(reference: reference)
    let lesson = try toy.lesson(method)
    try lesson.shake()
    var shown: Tensor?
    var gain: Double?
    try lesson.learn(4) { part in
      shown = part.terms.first?.value
      gain = part.readings["inner-gain"]
    }
    let student = Subject(
      encoder: try lesson.subject(lesson.leaves).encoder, head: toy.subject.head)
    let (x, labels) = (toy.batch.inputs, try Tensor([0, 1, 2, 3, 1, 0]))
    let answer = try withoutGradients { try student.predict(x) }
    let frozen = try withoutGradients { try toy.subject.predict(x) }
    let truth = Truth(
      labels: labels, cleanEmbedding: reference == "teacher" ? frozen.embedding : answer.embedding,
      cleanLogits: answer.logits)
    var noise = Noise(
      toy.batch.ids.map { Generator(seed: 3, stream: $0).split("inner attack", 4) })
    let inner = try #require(method.stages[0].inner)
    let found = try inner(x, truth, on: student, noise: &noise)
    // Rounding of the frozen embeddings may turn a sign.
    let equal = try (#require(shown) .== found.x).to(.float32).mean().item()
    #expect(equal > 0.999)
    let raised = try (found.highestLoss - found.startLoss).mean().item()
    #expect(abs((gain ?? .nan) - raised) < 1e-4)
    #expect(try (found.x - x).absolute().max().item() > 0.01)
  }

  @Test("costs what its stages say", arguments: ToyTower.methods.indices)
  func cost(_ index: Int) throws {
    let toy = try ToyTower(counts: true)
    let method = ToyTower.methods[index]
    let lesson = try toy.lesson(method)
    for (number, stage) in zip([0, 9], method.stages) {
      let counter = toy.counter
      (counter.forward, counter.recorded) = (0, 0)
      try lesson.learn(number) { _ in }
      let rows = toy.batch.ids.count
      #expect(counter.forward == stage.cost.forward * rows)
      #expect(counter.recorded == stage.cost.backward * rows)
    }
  }

  @Test("asks the frozen model about each sample once, whoever is in its batch")
  func teacher() throws {
    let toy = try ToyTower(counts: true)
    func lesson(cache: Int, _ order: [[Int]]) throws -> AdversarialLesson {
      var settings = AdversarialLesson.Settings(batches: 10, seed: 3)
      settings.cache = cache
      return try AdversarialLesson(FARE(), on: toy.subject, in: toy.context, settings) { number in
        let places = order[number]
        return TrainingBatch(
          ids: places.map { toy.batch.ids[$0] },
          inputs: try toy.batch.inputs.selecting(0, Tensor(places)))
      }
    }
    let order = [[0, 1, 2], [2, 3, 4, 5], [5, 0, 3]]
    let (kept, fresh) = (try lesson(cache: 100, order), try lesson(cache: 0, order))
    for number in order.indices {
      let counter = toy.counter
      counter.forward = 0
      let known = try kept.descend(number)
      let asked = counter.forward - 11 * order[number].count
      #expect(asked == [3, 3, 0][number])
      let again = try fresh.descend(number)
      #expect(abs(known.loss - again.loss) < 1e-5 * max(1, abs(again.loss)))
      // A lesson that begins here has the same bits.
      let late = try lesson(cache: 100, order).descend(number)
      #expect(late.loss == known.loss)
      #expect(try zip(late.gradients, known.gradients).allSatisfy { try $0.bytes() == $1.bytes() })
    }
  }

  @Test("gives the same loss and gradients in parts", arguments: ToyTower.methods.indices)
  func parts(_ index: Int) throws {
    var method = ToyTower.methods[index]
    // So near that a rounding of the search does not show.
    method.inner.radius = Radius(1e-6)
    for number in [0, 9] {
      var results: [(loss: Double, gradients: [Tensor], terms: [String: Double])] = []
      for rows in [nil, 4, 1] {
        let lesson = try toy.lesson(method, microBatch: rows)
        try lesson.shake()
        results.append(try lesson.descend(number))
      }
      for other in results.dropFirst() {
        let scale = max(1, abs(results[0].loss))
        #expect(abs(other.loss - results[0].loss) < 2e-6 * scale)
        for (a, b) in zip(other.gradients, results[0].gradients) {
          let size = try b.absolute().max().item()
          try expectClose(a, b, atol: 1e-4 * max(size, 1e-3))
        }
      }
    }
  }

  @Test("takes its stages in turn, by their shares")
  func stages() throws {
    let lesson = try toy.lesson(RLBind(firstShare: 0.3))
    #expect((0..<10).map(lesson.stage(at:)) == [0, 0, 0, 1, 1, 1, 1, 1, 1, 1])
    #expect(try lesson.descend(2).terms.keys.sorted() == ["embedding"])
    #expect(
      try lesson.descend(3).terms.keys.sorted() == [
        "clean-cross-entropy", "cross-entropy", "score-alignment",
      ])
    let only = try toy.lesson(RLBind(firstShare: 0))
    #expect((0..<10).allSatisfy { only.stage(at: $0) == 1 })
  }

  @Test("searches in bfloat16 and trains in it when it is told to, near the float32 loss")
  func precision() throws {
    let exact = try toy.lesson(TeCoA()).descend()
    let searched = try toy.lesson(TeCoA()) { $0.searchPrecision = .bfloat16 }.descend()
    #expect(searched.loss != exact.loss && abs(searched.loss - exact.loss) < 0.05 * exact.loss)
    let lesson = try toy.lesson(TeCoA()) { $0.precision = .bfloat16 }
    let mixed = try lesson.descend()
    #expect(abs(mixed.loss - exact.loss) < 0.05 * exact.loss)
    #expect(mixed.gradients.allSatisfy { $0.dtype == .float32 })
  }

  @Test("sees its leaves move: the face is the tower as it is now")
  func face() throws {
    let lesson = try toy.lesson(FARE())
    let before = try rows(lesson.subject(lesson.leaves).predict(toy.batch.inputs).embedding)
    let optimizer = try Optimizer.sgd(parameters(lesson), momentum: 0.9)
    for _ in 0..<2 {
      try optimizer.step(lesson.descend().gradients, learningRate: 0.05)
      let own = try lesson.subject(lesson.leaves).predict(toy.batch.inputs).embedding
      let fresh = try lesson.subject(lesson.leaves.frozen()).predict(toy.batch.inputs).embedding
      try expectClose(own, fresh, atol: 0)
      #expect(try rows(own) != before)
    }
  }

  @Test("is judged by labels, and never better under attack than without")
  func examination() throws {
    let lesson = try toy.lesson(TeCoA())
    let examination = try lesson.examine(lesson.leaves)
    #expect(examination.counts.map(\.name) == ["clean", "pgd-10"])
    let logits = try toy.subject.predict(toy.batch.inputs).requireLogits("test")
    let tops = try logits.argmax(1).array(of: Int.self)
    let right = zip(tops, toy.batch.labels ?? []).count { $0 == $1 }
    #expect(examination.counts[0].right == right && examination.counts[0].asked == 6)
    #expect(examination.counts[1].right <= right)
    #expect(try lesson.examine(lesson.leaves) == examination)
    #expect(try toy.lesson(TeCoA(), microBatch: 2).examine(lesson.leaves) == examination)
  }

  @Test("is judged without labels by which frozen embedding is nearest")
  func nearest() throws {
    let batch = TrainingBatch(ids: toy.batch.ids, inputs: toy.batch.inputs)
    let lesson = try AdversarialLesson(
      FARE(), on: toy.subject, in: TrainingContext(), .init(batches: 1, seed: 1),
      validation: [batch]
    ) { _ in batch }
    let start = try lesson.examine(lesson.leaves)
    #expect(start.counts.map(\.name) == ["clean-nearest", "pgd-10-nearest"])
    #expect(start.counts[0].right == 6 && start.counts[1].right <= 6)
    try lesson.shake(1)
    #expect(try lesson.examine(lesson.leaves).counts[0].right < 6)
  }

  @Test("says what it lacks before anything is trained")
  func refusals() throws {
    func message(
      _ method: any TrainingDefense, _ subject: Subject, _ context: TrainingContext
    ) throws -> String {
      let error = try #require(throws: UsageError.self) {
        try AdversarialLesson(method, on: subject, in: context, .init(batches: 1, seed: 1)) { _ in
          toy.batch
        }
      }
      return "\(error)"
    }
    var bare = toy.context
    bare.head = nil
    #expect(try message(TeCoA(), toy.subject, bare).contains("tecoa needs labelled data"))
    #expect(try message(LAAT(), toy.subject, bare).contains("laat needs labelled data"))
    var silent = toy.context
    silent.texts = nil
    #expect(try message(CompTGA(), toy.subject, silent).contains("text tower"))
    var plain = toy.context
    plain.captions = nil
    #expect(try message(SAFT(), toy.subject, plain).contains("descriptions of each class"))
    let wrapped = try toy.subject.wrapped(by: "test") { $0 }
    #expect(try message(FARE(), wrapped, toy.context).contains("something around its own"))
    let dumb = Subject(
      encoder: try ToyEncoder.image(), head: toy.subject.head, tower: toy.tower)
    #expect(try message(TGAZSR(), dumb, toy.context).contains("needs the tokens of the tower"))
    let unlabelled = TrainingBatch(ids: toy.batch.ids, inputs: toy.batch.inputs)
    let lesson = try AdversarialLesson(
      TeCoA(), on: toy.subject, in: toy.context, .init(batches: 1, seed: 1)
    ) { _ in unlabelled }
    let error = try #require(throws: UsageError.self) { try lesson.learn(0) { _ in } }
    #expect(error.message.contains("a label from 0 to 3"))
    #expect(throws: UsageError.self) {
      try FARE().fit(DefenseContext(model: toy.subject))
    }
  }
}
