import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("The guides' examples, on the built-in model")
struct GuideTests {
  /// The folder of the built-in model.
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Sources/HoldfastCommands/Models/tiny-bind").standardizedFileURL.path

  /// The built-in model, and the scenes that the guides are about.
  private func builtIn(_ count: Int) throws -> (subject: Subject, samples: [PreparedSample]) {
    let scenes = SceneSet(
      generator: SceneGenerator(seed: 0), split: .evaluation, size: 224, samples: count)
    let (subject, preparation) = try subject(
      at: Self.folder, classes: SceneGenerator.classNames)
    return (subject, try samples(of: scenes, preparation, count: count))
  }

  @Test("the attack is stronger than none, and no stronger than Auto-PGD by much")
  func attack() throws {
    let (subject, samples) = try builtIn(60)
    func robust(_ recipe: AttackRecipe) throws -> (clean: Int, robust: Int) {
      let found = try standing(recipe, on: samples, of: subject, at: Radius(1.0 / 255))
      print("\(recipe.name), \(recipe.objective): \(found)")
      return found
    }
    let own = try robust(
      AttackRecipe(name: "ni-fgsm", attack: NesterovFGSM(), objective: CrossEntropy()))
    let blind = try robust(
      AttackRecipe(name: "ni-fgsm", attack: NesterovFGSM(), objective: PredictiveEntropy()))
    let momentum = try robust(AttackTable.recipe("mi-fgsm"))
    let strong = try robust(AttackTable.recipe("apgd-ce"))
    #expect(own.robust < own.clean)
    #expect(blind.robust < blind.clean)
    #expect(momentum.clean == own.clean)
    #expect(strong.robust <= own.robust)
  }

  @Test("the defence looks strong where its gradient is hidden, and is not")
  func defense() throws {
    let (subject, samples) = try builtIn(60)
    for levels in [4, 8, 16] {
      for gradient in [DepthReduction.Gradient.hidden, .identity] {
        let found = try standing(
          DepthReduction(levels: levels, gradient: gradient), around: subject, on: samples,
          at: Radius(4.0 / 255))
        print(levels, gradient, found.sorted { $0.key < $1.key })
      }
    }
  }

  @Test("the bundle comes back as it was written")
  func bundle() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "depth").path
      let read = try HoldfastTests.bundle(
        DepthReduction(levels: 6), around: Self.folder, in: path)
      let defense = try #require(read.defense as? DepthReduction)
      #expect(defense.levels == 6)
      #expect(defense.gradient == .identity)
      #expect(throws: FormatError.self) { try DefenseBundle(at: path) }
      let encoder = try #require(try loadModel(at: Self.folder)[.image]).encoder
      try checkEncoderContract(read.wrap(encoder))
    }
  }
}
