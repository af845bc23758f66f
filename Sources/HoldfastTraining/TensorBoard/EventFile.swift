import Foundation
import HoldfastFormats

/// `events.out.tfevents.*` of a training folder: the metrics as TensorBoard reads them.
///
/// Every session writes a file of its own, whose first step voids what files before it say of later steps.
struct EventFile {
  private let writer: FileWriter

  /// Creates the file of a session that goes on after `step`.
  ///
  /// - Throws: `FormatError` when it cannot be created.
  init(in folder: String, after step: Int) throws {
    let prefix = "events.out.tfevents."
    let number = try namesInFolder(folder).count { $0.hasPrefix(prefix) }
    // TensorBoard reads the files of a folder in the order of their names.
    let name = prefix + String(format: "%010d.holdfast.%06d", Int(Self.now), number)
    writer = try FileWriter(creating: "\(folder)/\(name)")
    try append(.version, step: 0)
    if number > 0 { try append(.start, step: step + 1) }
  }

  /// Appends the values of a step.
  func append(_ record: StepRecord) throws {
    var values: [(tag: String, value: Double)] = [
      ("loss", record.loss), ("learning rate", record.learningRate),
      ("gradient norm", record.gradientNorm), ("samples per second", record.samplesPerSecond),
      ("peak memory", Double(record.peakMemory)),
    ]
    for (name, value) in record.terms.sorted(by: { $0.key < $1.key }) {
      values.append(("terms/\(name)", value))
    }
    for (name, value) in record.readings.sorted(by: { $0.key < $1.key }) {
      values.append(("readings/\(name)", value))
    }
    for count in record.examination?.counts ?? [] {
      values.append(("examination/\(count.name)", count.value))
    }
    try append(.scalars(values), step: record.step)
  }

  private func append(_ content: EventMessage.Content, step: Int) throws(FormatError) {
    try writer.write(EventMessage(time: Self.now, step: step, content: content).record)
  }

  private static var now: Double { Date().timeIntervalSince1970 }
}
