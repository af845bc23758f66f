import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastFormats
import HoldfastMedia
import HoldfastRecords
import HoldfastRuns
import HoldfastTensor

/// The example gallery: a few samples of an audit, kept to be looked at in `artifacts/gallery`.
///
/// They are chosen by a rule and not by their looks: fooled samples before those that stand, each
/// class once before any comes again, the smallest radius first, and among equals the smallest
/// SHA-256 of the id. So the choice does not depend on the order, the batch size, or where a run
/// was resumed. At most ``size`` samples are on the disk at any time.
public final class ExampleGallery {
  /// The most samples that are kept.
  public let size: Int

  private let folder: String
  private let file: String
  private let painter: GalleryPainter
  private let task: any AuditTask
  private let verifier: Verifier
  private let subject: Subject
  private let radii: [Radius]
  private let source: ((String) throws -> [UInt8]?)?
  private var record: GalleryRecord
  /// The best example so far of each sample that is still under way.
  private var found: [String: Find] = [:]

  private struct Find {
    let name: AuditProtocol
    let attack: String
    /// The place of the radius among all.
    let radius: Int
    let example: Example
  }

  /// An example gallery in a run folder; entries of an earlier session stay.
  ///
  /// - Parameters:
  ///   - size: the most samples that are kept.
  ///   - rank: the rank of this process; nil for a run by one process.
  ///   - task: the task of the audit.
  ///   - source: for inputs that cannot be heard, the WAV file of a sample by its id.
  /// - Throws: `FormatError` when the folder holds something else.
  public init(
    in run: String, size: Int, rank: Int? = nil, task: any AuditTask, painter: GalleryPainter,
    source: ((String) throws -> [UInt8]?)? = nil
  ) throws {
    self.size = size
    self.painter = painter
    self.source = source
    folder = "\(run)/\(GalleryRecord.place)"
    self.task = task
    subject = task.plan.subject
    verifier = Verifier(subject: subject)
    radii = task.plan.radii
    record = GalleryRecord(rule: Self.rule, size: size)
    file = "\(folder)/\(GalleryRecord.file(rank: rank))"
    guard let before = try GalleryRecord.read(from: file) else { return }
    record.entries = before.entries
    let dropped = record.entries.dropFirst(size)
    record.entries = Array(record.entries.prefix(size))
    for entry in dropped {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(entry.folder)")
    }
  }

  private static let rule =
    "fooled samples first, each class once before any comes again, the smallest radius first, "
    + "among equals the smallest SHA-256 of the id"

  /// Takes note of an example that was tested on the audited model.
  func offer(
    _ example: Example, of job: AttackJob, as name: AuditProtocol, attack: String,
    at radius: Radius
  ) {
    guard example.margin > 0, let place = radii.firstIndex(of: radius) else { return }
    if let before = found[job.id],
      (before.radius, -before.example.margin) <= (place, -example.margin)
    {
      return
    }
    found[job.id] = Find(name: name, attack: attack, radius: place, example: example)
  }

  /// Keeps a sample that is finished if the rule says so.
  ///
  /// One that is wrong when clean was not attacked, and shows nothing.
  func close(_ sample: SampleRecord, input: Tensor) throws {
    let find = found.removeValue(forKey: sample.id)
    guard sample.clean.correct, size > 0 else { return }
    let name = String(Checksum.sha256(of: Array(sample.id.utf8)).prefix(20))
    var entry = GalleryEntryRecord(
      id: sample.id, label: sample.label, name: task.name(of: sample.label), input: sample.input,
      folder: name,
      clean: GalleryLookRecord(
        predicted: sample.clean.predicted, cosineToTruth: nil, cosineToOther: nil),
      found: find.map {
        GalleryFindRecord(
          protocol: $0.name.rawValue, attack: $0.attack, radius: radii[$0.radius].description,
          distance: $0.example.distance, sha256: "",
          seen: GalleryLookRecord(
            predicted: $0.example.predicted, cosineToTruth: nil, cosineToOther: nil),
          cosineToClean: 1, amplification: 1)
      }, panels: [])
    let kept = record.entries.filter { $0.id != sample.id }
    let chosen = (kept + [entry]).chosen(radii: radii.map(\.description), size: size)
    guard chosen.contains(where: { $0.id == sample.id }) else { return }
    try fill(&entry, input, find?.example)
    record.entries = chosen.map { $0.id == entry.id ? entry : $0 }
    try RecordCoding.documentEncoder().encode(record).write(to: file)
    for gone in kept where !chosen.contains(where: { $0.id == gone.id }) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(gone.folder)")
    }
  }

  // MARK: Choice of entries

  /// Paints an entry, writes its files, and says what the model says.
  private func fill(
    _ entry: inout GalleryEntryRecord, _ input: Tensor, _ example: Example?
  ) throws {
    let place = "\(folder)/\(entry.folder)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let painting = try painter.paint(
      input.array(of: Float.self), example?.input.array(of: Float.self))
    var clean = painting.clean
    if let source, clean.sound == nil {
      clean.sound = try source(entry.id).map { .init(name: "clean.wav", bytes: $0) }
      if clean.sound != nil {
        clean.note = [clean.note, "the sound is that of the file"].compactMap { $0 }
          .joined(separator: "; ")
      }
    }
    entry.panels = try [
      ("clean", clean), ("perturbation", painting.perturbation),
      ("adversarial", painting.adversarial),
    ].compactMap { name, panel in
      guard let panel else { return nil }
      for file in panel.pictures + [panel.sound].compactMap({ $0 }) {
        try AtomicFile.write(file.bytes, to: "\(place)/\(file.name)")
      }
      return GalleryPanelRecord(
        name: name, pictures: panel.pictures.map(\.name), sound: panel.sound?.name,
        note: panel.note)
    }
    try keepTensors(input, example?.input, of: entry)
    try look(&entry, input, example, factor: painting.factor)
  }

  /// Keeps the inputs to the byte as they were tested.
  private func keepTensors(
    _ input: Tensor, _ adversarial: Tensor?, of entry: GalleryEntryRecord
  ) throws {
    let tensors = [("clean", input), ("adversarial", adversarial)].compactMap { name, tensor in
      tensor.map { tensor in
        SafetensorsWriter.Tensor(
          name: name, type: .float32, shape: tensor.shape, bytes: { try tensor.bytes() })
      }
    }
    try SafetensorsWriter.write(
      tensors, metadata: ["format": "pt", "sample": entry.id],
      to: "\(folder)/\(entry.folder)/inputs.safetensors")
  }

  /// What the model says before and after.
  private func look(
    _ entry: inout GalleryEntryRecord, _ input: Tensor, _ example: Example?, factor: Double
  ) throws {
    let before = try verifier.predict(input, of: entry.id)
    let other = example?.predicted
    entry.clean = try look(before, label: entry.label, other: other)
    guard let example else { return }
    let after = try verifier.predict(example.input, of: entry.id)
    entry.found?.seen = try look(after, label: entry.label, other: other)
    entry.found?.sha256 = Checksum.sha256(of: try example.input.bytes())
    entry.found?.amplification = factor
    entry.found?.cosineToClean = try
      (before.embedding.to(.float32).normalized() * after.embedding.to(.float32).normalized())
      .sum([1]).item()
  }

  private func look(
    _ prediction: Prediction, label: Int, other: Int?
  ) throws -> GalleryLookRecord {
    let logits = try prediction.logits?.to(.float32).to(.cpu).array(of: Float.self) ?? []
    let top = logits.indices.max { logits[$0] < logits[$1] } ?? -1
    guard let head = subject.head, head.anchors != nil else {
      return GalleryLookRecord(
        predicted: top, name: task.name(of: top), cosineToTruth: nil, cosineToOther: nil)
    }
    func cosine(_ place: Int) -> Double? {
      logits.indices.contains(place) ? Double(logits[place]) / head.scale : nil
    }
    return GalleryLookRecord(
      predicted: top, name: task.name(of: top), cosineToTruth: cosine(label),
      cosineToOther: other.flatMap(cosine))
  }
}

extension Data {
  fileprivate func write(to path: String) throws {
    try AtomicFile.write(Array(self) + [UInt8(ascii: "\n")], to: path)
  }
}
