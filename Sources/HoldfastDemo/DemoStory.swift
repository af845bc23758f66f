import Foundation
import Holdfast

/// What the demonstration found about the undefended model, in sentences.
///
/// Nothing is told that was not measured: two figures are called different only if their 95 %
/// intervals do not overlap, and each sentence is chosen by such a comparison.
struct SensesStory {
  /// A modality on held-out scenes.
  struct Sense {
    let name: String
    let accuracy: ProportionRecord
  }

  /// Every modality, images first.
  let senses: [Sense]
  /// The nearest training picture on held-out scenes.
  let baseline: ProportionRecord
  /// The audits of the modalities.
  let bare: [SensesReport.Entry]
  /// Which modality keeps least, in a sentence; nil if there is nothing to compare.
  let weakest: String?

  /// The story, a sentence or two at a time.
  var sentences: [String] {
    [learning] + fragility + (weakest.map { ["Of all modalities, \($0)."] } ?? [])
  }

  /// Whether the model learned more than pixels give away.
  private var learning: String {
    let list = senses.map { "\($0.name) \(intervalText($0.accuracy))" }.joined(separator: ", ")
    let figures =
      "Of scenes whose combinations it has never seen, the model names rightly: \(list). The nearest "
      + "training picture names \(intervalText(baseline))."
    guard let images = senses.first?.accuracy else { return figures }
    if images.isAbove(baseline) { return "\(figures) It has learned shapes, not pixels." }
    return baseline.isAbove(images)
      ? "\(figures) It knows less than pixels give away."
      : "\(figures) Nothing shows that it learned more than pixels give away."
  }

  /// How little is enough to break each modality.
  private var fragility: [String] {
    let broken = bare.compactMap { entry in
      entry.summary.worstCase.first { entry.summary.clean.isAbove($0.share) }.map { radius in
        "\(sense(entry)) at \(radius.radius) of the \(entry.plan.attackSpace.unit), from "
          + "\(intervalText(entry.summary.clean)) to \(intervalText(radius.share))"
      }
    }
    let whole = bare.filter { entry in
      !entry.summary.worstCase.contains { entry.summary.clean.isAbove($0.share) }
    }
    var sentences: [String] = []
    if !broken.isEmpty {
      sentences.append(
        "Undefended, the smallest radius that costs a modality accuracy: "
          + broken.joined(separator: "; ") + ".")
    }
    if !whole.isEmpty {
      sentences.append(
        "At no radius tried do \(whole[0].summary.samples) samples show that accuracy is lost by: "
          + whole.map(sense).joined(separator: ", ") + ".")
    }
    return sentences
  }

  private func sense(_ entry: SensesReport.Entry) -> String { entry.plan.attackSpace.sense }
}

/// What the demonstration found about a defence, in sentences chosen as those of ``ModelStory``.
struct DefenseStory {
  /// What the defence is called.
  let name: String
  /// The audit of the undefended model.
  let bare: SummaryRecord
  /// The audit of the hardened one.
  let hardened: SummaryRecord

  /// The story, a sentence or two at a time.
  var sentences: [String] { [price] + flattery + adaptation + [verdict] }

  /// What the defence costs in clean accuracy.
  private var price: String {
    let figures = "from \(intervalText(bare.clean)) to \(intervalText(hardened.clean))"
    if bare.clean.isAbove(hardened.clean) {
      return
        "\(name) costs clean accuracy: \(figures). What it keeps under attack can be no more."
    }
    if hardened.clean.isAbove(bare.clean) { return "\(name) raises clean accuracy, \(figures)." }
    return "\(name) changes clean accuracy \(figures), within the intervals."
  }

  /// Whether examples made for the undefended model flatter the defence.
  private var flattery: [String] {
    guard let transfer = hardened.protocols.first(where: { $0.kind == .transfer }) else {
      return []
    }
    let flattered = zip(transfer.radii, hardened.worstCase)
      .filter { $0.share.isAbove($1.share) }
    func gap(_ pair: (RadiusSummaryRecord, RadiusSummaryRecord)) -> Double {
      pair.0.robustAccuracy - pair.1.robustAccuracy
    }
    guard let (shown, worst) = flattered.max(by: { gap($0) < gap($1) }) else {
      return [
        "Examples made on the undefended model and attacks that know the defence leave the same "
          + "accuracy, within the intervals, at every radius."
      ]
    }
    let points = String(format: "%.0f", 100 * gap((shown, worst)))
    return [
      "Against examples made on the undefended model, it keeps \(intervalText(shown.share)) at "
        + "\(shown.radius). Against an attacker who knows the defence it keeps "
        + "\(intervalText(worst.share)). Whoever quotes the first figure alone makes the defence look "
        + "\(points) points better than it is."
    ]
  }

  /// Whether one way of attacking the defence finds what the other misses.
  private var adaptation: [String] {
    guard let white = hardened.protocols.first(where: { $0.kind == .whiteBox }),
      let adaptive = hardened.protocols.first(where: { $0.kind == .adaptive })
    else { return [] }
    for (plain, fitted) in zip(white.radii, adaptive.radii) {
      if plain.share.isAbove(fitted.share) {
        return [
          "The adaptive attacks break at \(plain.radius) what the plain white-box attack does not: "
            + "\(intervalText(fitted.share)) against \(intervalText(plain.share)). That is a sign of masked "
            + "gradients."
        ]
      }
    }
    return []
  }

  /// Whether the defence helps in the worst case.
  private var verdict: String {
    let pairs = Array(zip(bare.worstCase, hardened.worstCase))
    let better = pairs.filter { $1.share.isAbove($0.share) }
    let worse = pairs.filter { $0.share.isAbove($1.share) }
    func list(_ pairs: [(RadiusSummaryRecord, RadiusSummaryRecord)]) -> String {
      pairs.map { "\($0.radius): from \(intervalText($0.share)) to \(intervalText($1.share))" }
        .joined(separator: "; ")
    }
    switch (better.isEmpty, worse.isEmpty) {
    case (true, true):
      return "In the worst case, \(bare.samples) samples cannot tell the hardened model from the "
        + "undefended one at any radius."
    case (false, true):
      return "In the worst case the hardened model is the more robust one at \(list(better))."
    case (true, false):
      return "In the worst case the hardened model is the less robust one at \(list(worse))."
    case (false, false):
      return "In the worst case the hardened model is better at \(list(better)), and worse at "
        + "\(list(worse))."
    }
  }
}

private func intervalText(_ share: ProportionRecord) -> String {
  String(format: "%.0f %% [%.0f, %.0f]", 100 * share.value, 100 * share.low, 100 * share.high)
}

extension ProportionRecord {
  /// Whether the whole interval lies above the whole interval of another share.
  func isAbove(_ other: ProportionRecord) -> Bool { low > other.high }
}

extension RadiusSummaryRecord {
  /// The share of samples still correct.
  fileprivate var share: ProportionRecord { .wilson(robust, of: total) }
}
