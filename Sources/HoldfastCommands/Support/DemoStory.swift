import Foundation
import Holdfast

/// What the demonstration found, in sentences.
///
/// Nothing is told that was not measured: two figures are called different only where their 95 %
/// intervals do not overlap, and each sentence is chosen by such a comparison.
struct DemoStory {
  /// The undefended model on held-out scenes.
  let clean: ProportionRecord
  /// The nearest training picture on held-out scenes.
  let baseline: ProportionRecord
  /// The audit of the undefended model.
  let bare: SummaryRecord
  /// The audit of the hardened one.
  let hardened: SummaryRecord
  /// What the defence is called.
  let defense: String

  /// The story, a sentence or two at a time.
  var sentences: [String] {
    [learning, fragility, price] + flattery + adaptation + [verdict]
  }

  /// Whether the model learned more than pixels give away.
  private var learning: String {
    let figures =
      "The model names \(spell(clean)) of scenes whose combinations it has never seen; "
      + "the nearest training picture names \(spell(baseline))."
    return clean.isAbove(baseline)
      ? "\(figures) It has learned shapes, not pixels."
      : "\(figures) The difference is within the intervals: nothing shows that it learned shapes."
  }

  /// How little is enough to break the undefended model.
  private var fragility: String {
    guard let first = bare.worstCase.first(where: { bare.clean.isAbove($0.share) }),
      let last = bare.worstCase.last
    else {
      return "Undefended, it loses no accuracy that \(bare.samples) samples could show, at any "
        + "radius tried."
    }
    var text =
      "Undefended, a change of at most \(first.radius) in each colour value takes it from "
      + "\(spell(bare.clean)) to \(spell(first.share))"
    if last.radius != first.radius { text += ", and \(last.radius) to \(spell(last.share))" }
    return text + "."
  }

  /// What the defence costs where nobody attacks.
  private var price: String {
    let figures = "from \(spell(bare.clean)) to \(spell(hardened.clean))"
    if bare.clean.isAbove(hardened.clean) {
      return
        "\(defense) costs clean accuracy: \(figures). What it keeps under attack can be no more."
    }
    if hardened.clean.isAbove(bare.clean) { return "\(defense) raises clean accuracy, \(figures)." }
    return "\(defense) changes clean accuracy \(figures), within the intervals."
  }

  /// Whether examples made for the undefended model flatter the defence.
  private var flattery: [String] {
    guard let transfer = hardened.protocols.first(where: { $0.name == "transfer" }) else {
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
      "Against examples made on the undefended model, it keeps \(spell(shown.share)) at "
        + "\(shown.radius). Against an attacker who knows the defence it keeps "
        + "\(spell(worst.share)). Whoever quotes the first figure alone makes the defence look "
        + "\(points) points better than it is."
    ]
  }

  /// Whether one way of attacking the defence finds what the other misses.
  private var adaptation: [String] {
    guard let white = hardened.protocols.first(where: { $0.name == "white-box" }),
      let adaptive = hardened.protocols.first(where: { $0.name == "adaptive" })
    else { return [] }
    for (plain, fitted) in zip(white.radii, adaptive.radii) {
      if plain.share.isAbove(fitted.share) {
        return [
          "The adaptive attacks break at \(plain.radius) what the plain white-box attack does not: "
            + "\(spell(fitted.share)) against \(spell(plain.share)). That is a sign of masked "
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
      pairs.map { "\($0.radius): from \(spell($0.share)) to \(spell($1.share))" }
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

  private func spell(_ share: ProportionRecord) -> String {
    String(format: "%.0f %% [%.0f, %.0f]", 100 * share.value, 100 * share.low, 100 * share.high)
  }
}

extension ProportionRecord {
  /// Whether the whole interval lies above the whole interval of another share.
  func isAbove(_ other: ProportionRecord) -> Bool { low > other.high }
}

extension RadiusSummaryRecord {
  /// The share of samples still correct.
  fileprivate var share: ProportionRecord { .wilson(robust, of: total) }
}
