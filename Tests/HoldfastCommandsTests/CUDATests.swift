import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@testable import HoldfastEngine

/// The same attacks on the CPU and on another device: what is seen there must be seen here.
private struct DeviceTrial {
  let here: Subject
  let there: Subject
  let search: Subject
  let samples: [PreparedSample]
  let radii = [Radius(4.0 / 255), Radius(16.0 / 255)]

  init(_ device: Device, count: Int) throws {
    let model = try ModelSource(ModelSource.builtIn, modality: .image, device: .cpu)
    let other = try ModelSource(ModelSource.builtIn, modality: .image, device: device)
    let templates = PromptTemplates.standard(for: .image)
    here = try model.subject(classes: SceneGenerator.classNames, templates: templates)
    there = try other.subject(classes: SceneGenerator.classNames, templates: templates)
    search = try other.bare(in: .bfloat16, under: there.head)
    let scenes = Prefetcher(
      BuiltInModel.scenes(count, .image), preparation: model.preparation)
    var samples: [PreparedSample] = []
    while let sample = try scenes.next() { samples.append(sample) }
    self.samples = samples
  }

  func outcomes(
    _ spelling: String, on subject: Subject, search: Subject? = nil, stride: Int? = nil
  ) throws -> [AttackOutcome] {
    let jobs = try samples.map { sample in
      try AttackJob(
        id: sample.id, input: sample.tensor(for: subject.encoder.input), label: sample.label,
        for: subject, radii: radii)
    }.filter(\.truth.isCorrect)
    var settings = PoolSettings(subject: subject, search: search, slots: 8)
    if let stride { settings.stride = stride }
    return try AttackTable.recipe(spelling).run(on: jobs, settings)
  }

  /// Kernels round otherwise, so a sample at the boundary may fall to either side; no more than that.
  func expectAgreement(_ spelling: String, search: Subject? = nil, stride: Int? = nil) throws {
    let known = try outcomes(spelling, on: here)
    let found = try outcomes(spelling, on: there, search: search, stride: stride)
    #expect(known.map(\.job.id) == found.map(\.job.id))
    #expect(found.count > samples.count / 2)
    for index in radii.indices {
      let differing = zip(known, found).count { $0.radii[index].success != $1.radii[index].success }
      #expect(differing <= 1, "\(spelling): \(differing) verdicts differ at \(radii[index])")
    }
    for outcome in found {
      for radius in outcome.radii where radius.success {
        let example = try #require(radius.example)
        #expect(example.input.device == .cpu)
        let seen = try Verifier(subject: here).test(
          example.input, job: outcome.job, distance: example.distance)
        #expect(abs(seen.margin - example.margin) < 1e-2, "\(spelling), \(outcome.job.id)")
      }
    }
  }
}

private let spellings = [
  "fgsm", "pgd", "mi-fgsm", "apgd-ce:steps=20", "apgd-t:steps=10,targets=3", "apgd-embedding",
  "fab-t:steps=15,targets=2", "square:queries=60", "cw-linf", "crossmaxim", "sga",
]

/// What a GPU does, done by the CPU where there is none: a look at every eighth step alone.
@Suite("A host that looks seldom")
struct StrideTests {
  @Test(arguments: spellings)
  func changesNoVerdict(_ spelling: String) throws {
    try DeviceTrial(.cpu, count: 5).expectAgreement(spelling, stride: 8)
  }
}

@Suite(
  "Attacks on a GPU",
  .enabled(
    if: Device.cuda(0).isAvailable,
    "needs an NVIDIA GPU and libtorch with CUDA (LIBTORCH_MODE=cuda make setup)"))
struct CUDATests {
  @Test(arguments: spellings)
  func agreeWithTheCPU(_ spelling: String) throws {
    try DeviceTrial(.cuda(0), count: 16).expectAgreement(spelling)
  }

  @Test(arguments: ["apgd-ce:steps=20", "square:queries=60", "fab-t:steps=15,targets=2"])
  func searchInBFloat16(_ spelling: String) throws {
    let trial = try DeviceTrial(.cuda(0), count: 16)
    try trial.expectAgreement(spelling, search: trial.search)
  }

  /// The clean embeddings, to what float32 without TF32 gives.
  @Test func embeddingsAreThoseOfTheCPU() throws {
    let trial = try DeviceTrial(.cuda(0), count: 8)
    let input = try Tensor.concatenating(
      trial.samples.map { try $0.tensor(for: trial.here.encoder.input) })
    let known = try withoutGradients { try trial.here.encoder.embed(input).normalized() }
    let found = try withoutGradients {
      try trial.there.encoder.embed(input.to(.cuda(0))).normalized().to(.cpu)
    }
    try expectClose(found, known, atol: 1e-5)
  }

  @Test("an audit runs there, and its verdicts are those of the CPU") func audit() throws {
    try withTemporaryFolder { folder in
      var robust: [[[Bool]]] = []
      for device in ["cpu", "cuda"] {
        let outcome = try Program.run(
          [
            "audit", "--model", "builtin", "--data", "scenes:evaluation", "--limit", "16",
            "--attack", "autoattack:steps=20,queries=50", "--checks", "off", "--epsilon",
            "4/255,16/255", "--device", device, "--output", device,
          ], in: folder)
        #expect(outcome.code == 0, "\(outcome.talk)")
        let text = try String(
          contentsOf: folder.appendingPathComponent("\(device)/samples.jsonl"), encoding: .utf8)
        robust.append(
          try text.split(separator: "\n").map {
            try RecordCoding.decoder().decode(SampleRecord.self, from: Data($0.utf8))
          }.sorted { $0.id < $1.id }.map { $0.protocols[0].radii.map(\.robust) })
      }
      #expect(robust[0].count == 16)
      #expect(zip(robust[0], robust[1]).count { $0 != $1 } <= 1)
    }
  }
}
