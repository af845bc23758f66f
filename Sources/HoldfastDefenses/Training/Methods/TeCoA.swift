import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// TeCoA: perturbed inputs are to be classified right under the texts of their classes.
///
/// The loss is the cross-entropy of s · cos(f(x̃), T), and the inner attack raises the same. It learns
/// the set of classes that it sees: others lose. Source: Mao et al.,
/// 2023; specs: defences, section 1.2.
public struct TeCoA: TrainingDefense {
  /// `tecoa`.
  public static let name = "tecoa"

  /// Whose settings are taken.
  public enum Recipe: String, Codable, Hashable, Sendable, CaseIterable {
    /// Those of FARE's repository, which papers compare with: AdamW, ten steps at 4/255.
    case fare
    /// Those of the authors' code: SGD, two steps of 1/255 at 1/255.
    case original

    /// Its inner attack.
    var inner: InnerSearch {
      switch self {
      case .fare: InnerSearch(steps: 10, radius: .fourLevels)
      case .original: .twoSteps
      }
    }
  }

  /// The part of the tower that is trained; all of it by default.
  public var trains: TrainedPart
  /// The inner attack; that of the recipe by default.
  public var inner: InnerSearch
  /// Whose settings are taken.
  public var recipe: Recipe

  /// TeCoA by a recipe.
  public init(recipe: Recipe = .fare, trains: TrainedPart = .full, inner: InnerSearch? = nil) {
    self.recipe = recipe
    self.trains = trains
    self.inner = inner ?? recipe.inner
  }

  /// Labels.
  public var needs: Set<TrainingNeed> { [.labels] }

  /// One, against cross-entropy.
  public var stages: [TrainingStage] { [.crossEntropy(inner, studentPasses: 1)] }

  /// FARE's, or SGD at 1e-7, which is the default of the authors' code.
  public var optimization: Optimization { recipe == .fare ? .fare : .teCoA(1e-7) }

  /// 20,000 steps of 128, or ten epochs of 256.
  public var length: TrainingLength {
    recipe == .fare ? .fare : TrainingLength(batchSize: 256, .epochs(10))
  }

  /// The cross-entropy of perturbed inputs.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    [try step.crossEntropyTerm(.adversarial)]
  }
}

extension DefenseTable {
  /// The entry of TeCoA in the table of defences.
  static let tecoa = DefenseEntry(
    training: TeCoA(), summary: "perturbed inputs are classified right under texts",
    source: "Mao et al., 2023", options: ["recipe=fare|original"],
    make: { (spelling, plain) throws(UsageError) in
      let recipe =
        try spelling.take("recipe", "fare or original") { TeCoA.Recipe(rawValue: $0) }
        ?? plain.recipe
      return TeCoA(recipe: recipe, inner: try spelling.takeInner(recipe.inner))
    })
}
