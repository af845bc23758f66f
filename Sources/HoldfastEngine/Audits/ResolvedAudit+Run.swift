import Foundation
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastRecords
import HoldfastTensor

extension ResolvedAudit {
  /// Runs what is left of the audit.
  ///
  /// - Returns: what was found; nil on all processes of a job but the first.
  func run(by engine: Engine) throws -> AuditOutcome? {
    let archive =
      request.saveAdversarial
      ? AdversarialArchive(in: folder, storesPictures: plan.storesPictures) : nil
    let session = AuditSession(
      title: title, data: data, preparation: preparation, plan: record, folder: folder,
      session: sessionRecord(engine.command), job: job, limit: request.limit,
      batchSize: plan.slots, strict: request.selection.strict, observer: engine.observer)
    let found: SummaryRecord?
    switch matter {
    case .classes:
      let shown = ExampleGallerySource(size: request.gallerySamples, model: model, data: data)
      found = try session.run(
        { next, deliver in
          let gallery = try shown.gallery(in: folder, shard: job?.shard, plan: plan)
          try Auditor(plan, archive: archive, gallery: gallery).run(next, deliver: deliver)
        },
        checks: {
          try checks.checklist(
            of: plan, $0, data, preparation, limit: request.limit, title: title,
            observer: engine.observer)
        })
    case .pairs(_, let gallery):
      let auditor = try RetrievalAuditor(plan, gallery: gallery, archive: archive)
      found = try session.run(
        { try auditor.run($0, deliver: $1) },
        checks: {
          try checks.checklist(
            of: plan, $0, data, preparation, limit: request.limit, title: title,
            observer: engine.observer)
        }
      ) { summary, samples in
        summary.retrieval = try RetrievalTally(samples, gallery: gallery, plan: record).summary()
      }
    }
    guard let found else { return nil }
    if request.saveAdversarial {
      try SavedExamples.writeManifest(
        in: folder, of: savedNames, pictures: plan.storesPictures)
    }
    job?.release()
    return AuditOutcome(folder: folder, plan: record, summary: found, isAlone: isAlone)
  }

  /// What kept inputs belong to.
  private var savedNames: SavedExamples.Names {
    switch matter {
    case .classes(let names): .classes(names)
    case .pairs(let pairs, _): .pairs(pairs.partners)
    }
  }

  /// What a record says about the session that begins now.
  private func sessionRecord(_ command: [String]) -> SessionRecord {
    SessionRecord(
      command: command, directory: FileManager.default.currentDirectoryPath,
      began: Date().ISO8601Format(), device: model.encoder.device.description,
      threads: Torch.threadCount, batchSize: plan.slots, limit: request.limit,
      engine: "libtorch \(Torch.version) \(Torch.cpuCapability)")
  }
}
