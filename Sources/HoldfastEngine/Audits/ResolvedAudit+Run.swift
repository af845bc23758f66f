import Foundation
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastRecords
import HoldfastTensor

extension ResolvedAudit {
  /// Runs the audit, or the rest of it.
  ///
  /// - Returns: the outcome; nil on all processes of a job but the first.
  func run(by engine: Engine) throws -> AuditOutcome? {
    let pictures = task.plan.storesPictures
    let archive =
      request.saveAdversarial ? AdversarialArchive(in: folder, storesPictures: pictures) : nil
    let session = AuditSession(
      title: title, data: data, preparation: preparation, plan: record, folder: folder,
      session: sessionRecord(engine.command), job: job, limit: request.limit,
      batchSize: task.plan.slots, strict: request.selection.strict, observer: engine.observer)
    let found = try session.run(
      { try examine(task, $0, archive, $1) },
      checks: {
        try checks.checklist(
          of: task, $0, data, preparation, limit: request.limit, title: title,
          observer: engine.observer)
      }, complete: task.summation(of: record))
    guard let found else { return nil }
    if request.saveAdversarial {
      try SavedExamples.writeManifest(in: folder, of: savedNames, pictures: pictures)
    }
    job?.release()
    return AuditOutcome(folder: folder, plan: record, summary: found, isAlone: isAlone)
  }

  /// Audits the samples that `next` gives.
  private func examine(
    _ task: some AuditTask, _ next: () throws -> PreparedSample?,
    _ archive: AdversarialArchive?, _ deliver: (SampleRecord) throws -> Void
  ) throws {
    let shown = ExampleGallerySource(size: request.gallerySamples, model: model, data: data)
    let transfers = try transferModel.flatMap { source in
      request.transferCache == "none"
        ? nil
        : try TransferCache(
          at: request.transferCache, identity: source.identity, plan: task.plan)
    }
    try Auditor(
      task, archive: archive, gallery: shown.gallery(in: folder, shard: job?.shard, task: task),
      transfers: transfers
    ).run(next, deliver: deliver)
  }

  /// What a record says about the session that begins now.
  private func sessionRecord(_ command: [String]) -> SessionRecord {
    SessionRecord(
      command: command, directory: FileManager.default.currentDirectoryPath,
      began: Date().ISO8601Format(), device: model.encoder.device.description,
      threads: Torch.threadCount, batchSize: task.plan.slots, limit: request.limit,
      engine: "libtorch \(Torch.version) \(Torch.cpuCapability)")
  }
}
