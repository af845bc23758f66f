import Foundation
import HoldfastFormats

/// A training on disk: `plan.json`, `state.safetensors`, `metrics.jsonl`, and event files of TensorBoard.
///
/// A training resumes by default, from the last saved state. It is refused when anything differs that the
/// result depends on, while another process writes to it, and when a file in it is a symbolic link. Nothing
/// in the folder is changed before all of this is known.
public final class TrainingFolder {
  /// The folder.
  public let path: String
  /// The trainer's part of the plan.
  public let plan: TrainingPlan
  /// The steps of the state on disk; nil when there is none.
  public private(set) var savedStep: Int?

  private let digest: String
  /// Held by the process that writes; nil in the others of a job.
  private let lock: FileLock?
  private var metrics: MetricsFile?
  private var events: EventFile?

  /// Opens the folder, making it if it is missing.
  ///
  /// - Parameters:
  ///   - asked: what else the result depends on, such as the method, the model and the data; a field of
  ///     it that changes is refused by its name.
  ///   - plan: the trainer's part.
  ///   - isWriter: whether this process writes; of several, only the first does.
  /// - Throws: `UsageError` for a folder with another plan, `FormatError` for damaged files, links, and a
  ///   folder that another process writes to.
  public init(
    at path: String, asked: some Encodable, plan: TrainingPlan, isWriter: Bool = true
  ) throws {
    self.path = path
    self.plan = plan
    let planFile = PlanFile(asked: asked, training: plan)
    func judge(writing: Bool) throws -> (digest: String, step: Int?) {
      try Self.checkHoldsNoLinks(path)
      let isPlanned = try FileStatus(of: "\(path)/plan.json") != nil
      let step = try StateFile.header(at: "\(path)/state.safetensors")?.step
      guard isPlanned || step == nil else {
        throw FormatError(
          "holds the state of a training, but no plan.json that says which", in: path,
          hint: "give this training another folder with --output")
      }
      return (try planFile.settle(at: "\(path)/plan.json", isWriter: writing), step)
    }
    guard isWriter else {
      (digest, savedStep) = try judge(writing: false)
      lock = nil
      return
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FormatError(
        "cannot be made", in: path,
        hint: "check the path, its permissions and the space on the disk")
    }
    // What is there is judged before the folder is touched, and again under the lock.
    _ = try judge(writing: false)
    guard let lock = try FileLock.take(.exclusive, of: "\(path)/lock") else {
      throw FormatError(
        "is being written by another process", in: path,
        hint: "wait for it, or give this training another folder with --output")
    }
    self.lock = lock
    (digest, savedStep) = try judge(writing: true)
  }

  /// What was measured in each step of a training on disk, as far as it has come.
  ///
  /// - Throws: `FormatError` for a damaged file or a link.
  public static func metrics(at path: String) throws -> [StepRecord] {
    try MetricsFile.records(at: "\(path)/metrics.jsonl")
  }

  // MARK: What the trainer does with it

  /// Brings a fresh state to that on disk, if there is one, and makes ready to write.
  ///
  /// - Throws: `CheckpointError` for the state of other leaves, `FormatError` for that of another plan.
  func resume(_ state: TrainingState) throws {
    let file = "\(path)/state.safetensors"
    if let (header, saved) = try StateFile.read(at: file) {
      try saved.check(fits: state.leaves, in: file)
      guard header.plan == digest else {
        throw FormatError(
          "is the state of another training than plan.json beside it", in: file,
          hint: "take it out of the folder, or give this training another one with --output")
      }
      try state.restore(saved)
    }
    guard lock != nil else { return }
    try AtomicFile.removeLeftovers(of: file)
    metrics = try MetricsFile(at: "\(path)/metrics.jsonl", after: state.step)
    events = try EventFile(in: path, after: state.step)
  }

  /// Writes the line of a step.
  func append(_ record: StepRecord) throws {
    try metrics?.append(record)
    try events?.append(record)
  }

  /// Writes a state in place of the former, which stays if that fails.
  ///
  /// - Throws: `FormatError` when the disk is full.
  func save(_ state: TrainingState) throws {
    guard lock != nil else { return }
    try metrics?.synchronize()
    try StateFile.write(state.saved(), plan: digest, to: "\(path)/state.safetensors")
    savedStep = state.step
  }

  private static func checkHoldsNoLinks(_ path: String) throws(FormatError) {
    let names = ["plan.json", "state.safetensors", "metrics.jsonl", "lock"]
    for file in names.map({ "\(path)/\($0)" }) where OwnFile.isLink(file) {
      throw FormatError(
        "is a symbolic link, and a training is written to its own folder alone", in: file,
        hint: "put the file itself in its place, or give this training another folder with --output"
      )
    }
  }
}
