import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastFormats
import HoldfastLayers
import HoldfastRecords
import HoldfastTensor

/// What a model card says about one tower: what it is, how it was made, what it can do.
///
/// A card is README.md of the model's folder; each tower has a section of its own between two
/// comments, which is replaced when the tower is made anew.
struct TowerCard {
  /// How a tower's samples are found among others, and others among them.
  struct Retrieval {
    /// The other side: `images`, `captions`.
    let partner: String
    let figures: SceneRetrieval
  }

  let recipe: TowerRecipe
  let tower: TinyBindTower
  /// The options that made it, but for the folder.
  let command: String
  let source: TowerData.Source
  let chosen: Trained<TinyBindTower>
  let seconds: Double
  let evaluation: ProportionRecord
  let baseline: ProportionRecord
  let baselineSamples: Int
  let retrievals: [Retrieval]
  /// Whether the tower began as that of images.
  let startsAsImage: Bool

  /// The section.
  var markdown: String {
    let plan = recipe.plan
    let input = tower.encoder.input
    let binding =
      source.isScenes
      ? " plus \(recipe.imageWeight) × a symmetric contrastive loss with the frozen embeddings of "
        + "the scenes' pictures and \(recipe.captionWeight) × one with those of their captions" : ""
    let start = startsAsImage ? ", starting from the image tower's weights" : ""
    let lines = [
      "## \(tower.modality.rawValue)", "",
      "Takes \(input.shape.map(String.init).joined(separator: " × ")) values; epsilon is in units "
        + "of the \(input.unit). \(tower.parameters.elementCount) parameters, stored as float16.",
      "", "    \(command)", "",
      "\(plan.steps) steps of \(plan.batchSize) samples of \(source.training)\(start), in "
        + "\(timeSpan(seconds)) on \(Torch.threadCount) thread(s) of "
        + "\(tower.encoder.device): cross-entropy over the frozen anchors of the prompts"
        + "\(binding); AdamW, learning rate \(plan.learningRate) with \(plan.warmup) steps of "
        + "warm-up and a cosine, weight decay \(plan.weightDecay). The state of step "
        + "\(chosen.step) did best on \(chosen.validation.total) validation samples: "
        + "\(percent(chosen.validation)). No training against attacks.",
      "", "| on \(source.evaluation) | accuracy (95 % interval) | samples |", "|---|---:|---:|",
      "| the tower, zero-shot | \(percent(evaluation)) | \(evaluation.total) |",
      "| the nearest of \(baselineSamples) training samples | \(percent(baseline)) | "
        + "\(baseline.total) |",
    ]
    return (lines + table).joined(separator: "\n") + "\n"
  }

  private var table: [String] {
    guard let first = retrievals.first else { return [] }
    let sense = tower.modality.rawValue
    func row(_ from: String, _ to: String, _ direction: SceneRetrieval.Direction) -> String {
      "| \(from) → \(to) | \(percent(direction.first)) | "
        + "\(percent(direction.firstTen)) |"
    }
    let chance = first.figures.chance
    return [
      "", "| retrieval among \(first.figures.scenes) evaluation scenes | R@1 | R@10 |",
      "|---|---:|---:|",
    ]
      + retrievals.flatMap {
        [row(sense, $0.partner, $0.figures.there), row($0.partner, sense, $0.figures.back)]
      } + [
        String(format: "| chance | %.1f %% | %.1f %% |", 100 * chance.first, 100 * chance.firstTen)
      ]
  }

  /// Puts the section into the card of a folder: in place of an earlier one of the same modality,
  /// or at the end.
  func write(to folder: String) throws {
    let path = "\(folder)/README.md"
    let card = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    try AtomicFile.write(
      Self.inserting(markdown, of: tower.modality, into: card ?? ""), to: path)
  }

  /// A card with a section of a modality.
  static func inserting(_ section: String, of modality: Modality, into card: String) -> String {
    let (begin, end) = (
      "<!-- tower: \(modality.rawValue) -->\n", "<!-- end of \(modality.rawValue) -->\n"
    )
    let marked = "\(begin)\(section)\(end)"
    guard let start = card.range(of: begin), let stop = card.range(of: end),
      start.lowerBound < stop.lowerBound
    else {
      let gap = card.isEmpty ? "" : card.hasSuffix("\n") ? "\n" : "\n\n"
      return "\(card)\(gap)\(marked)"
    }
    return card.replacingCharacters(in: start.lowerBound..<stop.upperBound, with: marked)
  }
}
