import Foundation
import Holdfast

/// A model, the pictures that the peer has attacked it with, and our attacks on them.
struct StrengthTrial {
  let peer: PeerVerdicts
  /// The pictures that are attacked, by their place among the peer's.
  let places: [Int]
  /// Which of them the models classify otherwise than the peer's do, unperturbed.
  private(set) var disagreements: [String] = []
  private let jobs: [AttackJob]
  private let subject: Subject
  private let search: Subject?
  private let slots: Int

  init(
    _ peer: PeerVerdicts, model path: String, data: String, perClass: Int?, slots: Int,
    searchesBFloat16: Bool
  ) throws {
    self.peer = peer
    self.slots = slots
    let model = try loadModel(at: path)
    guard let sense = model[.image] else {
      throw DataError("has no modality of pictures", in: path, hint: "give a CLIP folder")
    }
    let template = peer.template.replacing("{class}", with: "{}")
    let head = try AnchorBank(
      .templates(PromptTemplates([template])), for: peer.classes, texts: model.text
    ).head(.mean, scale: sense.scale)
    subject = Subject(encoder: sense.encoder, head: head)
    search =
      searchesBFloat16
      ? Subject(
        encoder: try sense.rebuilt(sense.parameters.cast(to: .bfloat16)), head: head) : nil

    let order = Dictionary(
      uniqueKeysWithValues: peer.images.enumerated().map { ($1, $0) })
    let prefetcher = Prefetcher(
      try openDataSet(at: data, classes: nil), preparation: sense.preparation,
      skip: { order[$0.id] == nil })
    var found: [Int: AttackJob] = [:]
    var taken = [Int](repeating: 0, count: peer.classes.count)
    while let sample = try prefetcher.next() {
      guard let place = order[sample.id], taken[sample.label] < perClass ?? .max else { continue }
      taken[sample.label] += 1
      found[place] = try AttackJob(
        id: sample.id, input: sample.tensor(for: sense.encoder.input), label: sample.label,
        for: subject, radii: [])
    }
    places = found.keys.sorted()
    jobs = places.compactMap { found[$0] }
    guard perClass != nil || places.count == peer.images.count else {
      throw DataError(
        "lacks \(peer.images.count - places.count) of the peer's images", in: data,
        hint: "give the folder that the verdicts were made of")
    }
    disagreements = zip(jobs, peer.clean.taking(places)).compactMap { job, isRight in
      job.truth.isCorrect == isRight
        ? nil : "\(peer.model): the clean verdicts on \(job.id) differ"
    }
  }

  /// How many pictures are attacked.
  var count: Int { places.count }

  /// What an attack of ours leaves.
  struct Result {
    /// Per radius, which pictures stand.
    var standing: [[Bool]]
    /// Each success, at the smallest radius of its picture.
    var successes: [Success] = []
  }

  /// A picture that fools the model.
  struct Success {
    let attack: String
    let place: Int
    let label: Int
    let radius: Radius
    let example: Example
  }

  /// Attacks the pictures as the peer did.
  ///
  /// - Parameter spared: per radius, the pictures that are not attacked and count as standing.
  func attack(
    _ question: PeerVerdicts.Question, sparing spared: [[Bool]]?, inBFloat16: Bool = false
  ) throws -> Result {
    var result = Result(
      standing: question.radii.map { _ in jobs.map(\.truth.isCorrect) })
    var settings = PoolSettings(
      subject: subject, norm: peer.threat, slots: slots, seed: UInt64(question.seed))
    settings.stride = 1
    let rows = Dictionary(uniqueKeysWithValues: jobs.enumerated().map { ($1.id, $0) })
    let precision = inBFloat16 ? SearchPrecision.bfloat16 : .float32
    for recipe in try recipes(question) {
      settings.search = recipe.searchesInBFloat16(at: precision) ? search : nil
      let left = jobs.indices.compactMap { row -> AttackJob? in
        let job = jobs[row]
        let radii = question.radii.indices.filter {
          result.standing[$0][row] && !(spared?[$0][row] ?? false)
        }
        guard !radii.isEmpty else { return nil }
        return AttackJob(
          id: job.id, input: job.input, truth: job.truth, radii: radii.map { question.radii[$0] })
      }
      for outcome in try recipe.run(on: left, settings) {
        guard let row = rows[outcome.job.id],
          let found = outcome.radii.first(where: \.success), let example = found.example
        else { continue }
        result.successes.append(
          Success(
            attack: recipe.name, place: places[row], label: outcome.job.truth.label,
            radius: found.radius, example: example))
        // What falls at a radius has fallen at every larger one.
        for index in question.radii.indices where question.radii[index] >= found.radius {
          result.standing[index][row] = false
        }
      }
    }
    return result
  }

  private func recipes(_ question: PeerVerdicts.Question) throws -> [AttackRecipe] {
    let spelled = question.attack == "autoattack" ? ["autoattack"] : question.parts
    return try spelled.flatMap { part throws in
      try AttackTable.recipes(part == "pgd-20" ? "pgd:steps=20" : part, norm: peer.threat)
    }
  }
}

extension StrengthTrial.Result {
  /// Writes the successes as safetensors, with what a check of them needs.
  func write(
    to folder: String, _ question: PeerVerdicts.Question, _ trial: StrengthTrial
  ) throws {
    guard let first = successes.first else { return }
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let count = successes.count
    func numbers<T>(_ name: String, _ type: ElementType, _ value: (StrengthTrial.Success) -> T)
      -> SafetensorsWriter.Tensor
    {
      let bytes = successes.flatMap { success in
        withUnsafeBytes(of: value(success)) { Array($0) }
      }
      return SafetensorsWriter.Tensor(name: name, type: type, shape: [count], bytes: { bytes })
    }
    let shape = [count] + first.example.input.shape.dropFirst()
    let inputs = try Tensor.concatenating(successes.map(\.example.input))
    try SafetensorsWriter.write(
      [
        SafetensorsWriter.Tensor(
          name: "inputs", type: .float32, shape: shape, bytes: { try inputs.bytes() }),
        numbers("places", .int64) { Int64($0.place) },
        numbers("labels", .int64) { Int64($0.label) },
        numbers("radii", .float64) { $0.radius.value },
        numbers("margins", .float64) { $0.example.margin },
      ],
      metadata: [
        "format": "pt", "attack": question.attack, "seed": "\(question.seed)",
        "model": trial.peer.model, "norm": trial.peer.threat.rawValue,
        "template": trial.peer.template,
        "per_class": "\(trial.peer.images.count / trial.peer.classes.count)",
        "classes": trial.peer.classes.joined(separator: ","),
      ],
      to: "\(folder)/\(trial.peer.model)-\(trial.peer.threat.rawValue)-"
        + "\(question.attack)-\(question.seed).safetensors")
  }
}
