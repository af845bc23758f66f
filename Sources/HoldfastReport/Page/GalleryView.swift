import Foundation
import HoldfastErrors
import HoldfastRecords

/// The example gallery, ready for the template `gallery`.
struct GalleryView {
  struct Picture {
    let source: String
    let style: String
    let width: Int
    let height: Int
    let alternative: Shown
  }

  struct Panel {
    let name: Shown
    let pictures: [Picture]
    let sound: String?
    let note: Shown
  }

  struct Cosine {
    let name: Shown
    let before: String
    let after: String
  }

  struct Entry {
    let id: Shown
    let truth: Shown
    let style: String
    let panels: [Panel]
    let before: Shown
    /// Whether there is an adversarial input.
    let isFooled: Bool
    let after: Shown
    let cosines: [Cosine]
    let drift: String
    let found: Shown
    let distance: String
    let factor: String
  }

  let rule: Shown
  let entries: [Entry]
  let stands: Shown

  init?(_ run: RecordedRun) {
    guard let gallery = run.gallery, !gallery.record.entries.isEmpty else { return nil }
    rule = Shown(gallery.record.rule)
    let plan = run.plan
    func name(_ label: Int, _ own: String?) -> String {
      own ?? (plan.classes.indices.contains(label) ? plan.classes[label] : "class \(label)")
    }
    let isWide = ["audio", "video", "points", "inertial"].contains(plan.attackSpace.sense)
    entries = gallery.record.entries.map { entry in
      let find = entry.found
      let panels = entry.panels.map { panel in
        Panel(
          name: Shown(
            panel.name == "perturbation"
              ? "perturbation × \(Self.factorText(find?.amplification ?? 1))" : panel.name),
          pictures: panel.pictures.compactMap { file in
            gallery.source(file, of: entry).map {
              let size = Self.size($0)
              return Picture(
                source: $0, style: size.map { $0.0 < 128 && $0.1 < 128 } ?? false ? "crisp" : "",
                width: size?.0 ?? 512, height: size?.1 ?? 128,
                alternative: Shown("\(panel.name) of \(entry.id)"))
            }
          }, sound: panel.sound.flatMap { gallery.source($0, of: entry) },
          note: Shown(panel.note ?? ""))
      }
      var cosines: [Cosine] = []
      if let find {
        let rows = [
          (name(entry.label, entry.name), entry.clean.cosineToTruth, find.seen.cosineToTruth),
          (
            name(find.seen.predicted, find.seen.name), entry.clean.cosineToOther,
            find.seen.cosineToOther
          ),
        ]
        cosines = rows.compactMap { name, before, after in
          guard let before, let after else { return nil }
          return Cosine(
            name: Shown(name), before: Self.cosine(before), after: Self.cosine(after))
        }
      }
      return Entry(
        id: Shown(entry.id), truth: Shown(name(entry.label, entry.name)),
        style: isWide ? "wide" : "",
        panels: panels, before: Shown(name(entry.clean.predicted, entry.clean.name)),
        isFooled: find != nil,
        after: Shown(find.map { name($0.seen.predicted, $0.seen.name) } ?? ""), cosines: cosines,
        drift: find.map { Self.cosine($0.cosineToClean) } ?? "",
        found: Shown(find.map { "\($0.protocol), \($0.attack), at \($0.radius)" } ?? ""),
        distance: find.map { String(format: "%.4g", $0.distance) } ?? "",
        factor: find.map { Self.factorText($0.amplification) } ?? "")
    }
    let largest = run.summary.worstCase.last
    stands = Shown(largest.map(Self.stands) ?? "")
  }

  private static func stands(_ row: RadiusSummaryRecord) -> String {
    row.robust == 0
      ? "No sample stands at \(row.radius)."
      : "Of \(counted(row.total, "sample")), \(row.robust) withstood every attack at \(row.radius), "
        + "so there is no adversarial input to show for them."
  }

  private static func cosine(_ value: Double) -> String { String(format: "%.3f", value) }

  private static func factorText(_ factor: Double) -> String { String(format: "%g", factor) }

  /// The sides of a PNG, from its header; nil for other files.
  private static func size(_ source: String) -> (Int, Int)? {
    let prefix = "data:image/png;base64,"
    guard source.hasPrefix(prefix),
      let bytes = Data(base64Encoded: String(source.dropFirst(prefix.count).prefix(32))),
      bytes.count == 24
    else { return nil }
    func number(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
  }
}
