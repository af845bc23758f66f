import HoldfastDefenses
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import HoldfastTraining
import Testing

@Suite("A step of training against the peer's") struct TrainingParityTests {
  @Test("has its terms, loss and gradients at given points", arguments: TrainingCase.all)
  func given(training: TrainingCase) throws {
    let peer = try TrainingPeer(training.name)
    let (lesson, _) = try peer.lesson(training.method, isSearching: false)
    var parts = 0
    try lesson.learn(0) { part in
      parts += 1
      try checkTerms(part, peer)
      let loss = try total(part)
      let (found, expected) = (try loss.item(), try peer["loss"].item())
      #expect(
        abs(found - expected) <= 1e-5 * max(1, abs(expected)),
        "loss \(found), the peer's \(expected)")
      let leaves = lesson.leaves.names.compactMap { lesson.leaves[$0] }
      let slopes = try gradients(of: loss, withRespectTo: leaves, allowUnused: true)
      var store = ParameterStore()
      for (name, slope) in zip(lesson.leaves.names, slopes) { store[name] = slope }
      try checkGradients(peer.stored(store), peer)
    }
    #expect(parts == 1)
  }

  @Test("leads to the same losses and points in 20 free steps", arguments: TrainingCase.all)
  func free(training: TrainingCase) throws {
    let peer = try TrainingPeer(training.name)
    let (lesson, seen) = try peer.lesson(training.method, isSearching: true)
    var losses: [Double] = []
    _ = try Trainer(TrainingPlan(steps: 20, peer.optimization())).run(lesson) { event in
      if case .stepped(let record, _) = event { losses.append(record.loss) }
    }
    let expected = try peer["losses"].array(of: Float.self)
    try #require(losses.count == expected.count && seen.points.count == expected.count)
    let gaps = zip(losses, expected).map { abs($0 - Double($1)) / abs(Double($1)) }
    let shares = try seen.points.indices.map {
      try shareOfEqual(seen.points[$0], peer, step: $0)
    }
    // A sign that rounding decides sends some points of a small batch elsewhere, in that step alone.
    let alike = zip(gaps, shares).count { $0 <= 1e-4 && $1 >= 0.999 }
    #expect(
      alike >= 17 && gaps.allSatisfy { $0 <= 5e-3 },
      "\(alike) steps are the peer's: losses off by \(gaps), shares of equal coordinates \(shares)")
  }

  // MARK: Comparing

  private func total(_ part: LessonPart) throws -> Tensor {
    let terms = try part.terms.map { try $0.value * $0.weight }
    return try terms.dropFirst().reduce(terms[0]) { try $0 + $1 }
  }

  private func checkTerms(_ part: LessonPart, _ peer: TrainingPeer) throws {
    #expect(part.terms.map(\.name) == peer.run.terms)
    #expect(part.terms.map(\.weight) == peer.run.weights)
    let expected = try peer["terms"].array(of: Float.self)
    for (term, value) in zip(part.terms, expected) {
      let own = try term.value.item()
      #expect(
        abs(own - Double(value)) <= 1e-5 * max(1, abs(Double(value))),
        "\(term.name) \(own), the peer's \(value)")
    }
  }

  /// Gradients within 1e-4 of the largest entry of their tensor; one that is 0 but for rounding, as that
  /// of a shift of all keys, on the scale of all.
  private func checkGradients(_ slopes: [String: Tensor], _ peer: TrainingPeer) throws {
    #expect(Set(slopes.keys) == Set(peer.run.leaves))
    let norms = try peer["gradient.norms"].array(of: Float.self)
    let largest = try peer["gradient.largest"].array(of: Float.self)
    let entries = try peer["gradient.every"].array(of: Float.self)
    let every = Int(try peer.note("every"))
    let floor = (largest.max() ?? 0) / 100
    var place = 0
    for (index, name) in peer.run.leaves.enumerated() {
      let slope = try #require(slopes[name]).contiguous()
      let values = try slope.array(of: Float.self)
      let scale = max(largest[index], floor)
      let norm = Float(try slope.squared().sum().item().squareRoot())
      #expect(abs(norm - norms[index]) <= 1e-4 * max(norms[index], scale), "\(name): norm \(norm)")
      var worst: Float = 0
      for position in stride(from: 0, to: values.count, by: every) {
        worst = max(worst, abs(values[position] - entries[place]))
        place += 1
      }
      #expect(worst <= 1e-4 * scale, "\(name) differs by \(worst) of \(scale)")
    }
    #expect(place == entries.count)
  }

  /// The share of coordinates at which the perturbations of a step are the peer's, which are kept to a
  /// 254th of their range.
  private func shareOfEqual(
    _ points: Tensor, _ peer: TrainingPeer, step: Int
  ) throws -> Double {
    let (levels, every) = (try peer.note("levels"), Int(try peer.note("points")))
    let moved = try (points - peer.inputs(ofStep: step)) / peer.run.settings.attack.epsilon
    let own = try (moved * levels + 128).contiguous().array(of: Float.self)
    let kept = try peer["found"].select(0, step).to(.float32).array(of: Float.self)
    let places = stride(from: 0, to: own.count, by: every)
    return Double(zip(places, kept).count { abs(own[$0] - $1) <= 0.51 }) / Double(kept.count)
  }
}
