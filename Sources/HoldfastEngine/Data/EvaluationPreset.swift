import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastText

/// How a paper or tool evaluates a model on pictures: resize, crop, prompts, sample and seed, all
/// of them or none.
///
/// Figures of two presets do not compare, so a preset is part of a run's plan and of every table.
/// Specs: models and data, section 3.4.
package struct EvaluationPreset: Equatable {
  /// The paper or tool that the preset follows.
  package enum Source: String, CaseIterable {
    /// CLIP_benchmark: the model's own preparation, the list of templates that comes with the set.
    case clipBenchmark = "clip-benchmark"
    /// TeCoA's and TTC's code: the short side to 256 by bilinear, a crop of 224, one prompt per
    /// set.
    case ttc
    /// CSR's code: squashed to 224 by bicubic, one prompt, 1,000 samples of seed 42.
    case csr
  }

  let source: Source
  /// For TTC, the data set whose prompt is used; nil for the prompt of most.
  let set: String?

  /// Reads `clip-benchmark`, `ttc`, `ttc:pets` or `csr`.
  init(_ text: String) throws(UsageError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    let names = Source.allCases.map(\.rawValue)
    guard let source = Source(rawValue: parts[0]) else {
      throw UsageError(
        "unknown preset `\(text)`",
        hint: nearest(parts[0], among: names).first.map { "did you mean `\($0)`?" }
          ?? "the presets are \(names.joined(separator: ", "))")
    }
    let set = parts.count > 1 ? parts[1] : nil
    if let set, source != .ttc || Self.ttcPrompts[set] == nil {
      throw UsageError(
        "the preset \(source.rawValue) has no prompt of its own for `\(set)`",
        hint: source == .ttc
          ? "it has one for \(Self.ttcPrompts.keys.sorted().joined(separator: ", ")); leave the set "
            + "out for the others"
          : "write \(source.rawValue) alone")
    }
    self.source = source
    self.set = set
  }

  /// The name as it is written.
  var name: String { self.set.map { "\(source.rawValue):\($0)" } ?? source.rawValue }

  /// The seed of sample and noise.
  var seed: UInt64 { source == .csr ? 42 : 0 }

  /// The samples that are taken; nil for all.
  var subsample: Subsample? { source == .csr ? Subsample(count: 1000, seed: 42, rule: .csr) : nil }

  /// The data sets for which TTC's prompt differs from that of most.
  private static let ttcPrompts = [
    "caltech101": "A photo of a {}.", "caltech256": "A photo of a {}.",
    "cars": "A photo of a {}.", "country211": "A photo I took in {}.",
    "dtd": "A surface with a {} texture.", "eurosat": "A centered satellite photo of {}.",
    "fgvc": "A photo of a {}, a type of aircraft.",
    "flowers102": "This is a photo of a {}, a type of flower.",
    "food101": "A photo of {}, a type of food.",
    "pets": "This is a photo of a {}, a type of pet.",
  ]

  /// The prompts.
  ///
  /// - Throws: `UsageError` for a data set without templates, when the preset takes those of the
  ///   set.
  func templates(of set: any DataSet) throws -> PromptTemplates {
    switch source {
    case .clipBenchmark:
      guard let own = set.templates else {
        throw UsageError(
          "`\(set.path)` has no prompt templates; clip-benchmark takes them from the data set",
          hint: "give one of CLIP_benchmark's webdataset folders")
      }
      return try PromptTemplates(own)
    case .ttc:
      let prompt = self.set.flatMap { Self.ttcPrompts[$0] } ?? "This is a photo of a {}."
      return try PromptTemplates([prompt])
    case .csr: return try PromptTemplates(["a photo of a {}"])
    }
  }

  /// How pictures become the model's pixels.
  ///
  /// For a model of another size than 224, the preset's sizes are taken in proportion.
  /// - Throws: `UsageError` for other modalities.
  func preparation(of model: any Preparation) throws -> any Preparation {
    guard let pictures = model as? ImagePreprocessor, let size = pictures.outputSize,
      size.width == size.height
    else {
      throw UsageError(
        "the preset \(name) is for pictures, of a square size", hint: "leave --preset out")
    }
    let side = size.width
    switch source {
    case .clipBenchmark: return pictures
    case .ttc:
      return ImagePreprocessor(
        resize: .shortSide((side * 256 + 112) / 224), filter: .bilinear,
        crop: CenterCrop(size: size, rounding: .halfToEven), mean: pictures.mean,
        std: pictures.std)
    case .csr:
      return ImagePreprocessor(
        resize: .squash(size), filter: .bicubic, mean: pictures.mean, std: pictures.std)
    }
  }

  /// Refuses what a user gave besides, of what the preset fixes.
  func check(_ given: [(option: String, isGiven: Bool)]) throws(UsageError) {
    for (option, isGiven) in given where isGiven {
      throw UsageError(
        "\(option) cannot be combined with --preset \(name), which fixes it",
        hint: "leave one of them out")
    }
  }
}
