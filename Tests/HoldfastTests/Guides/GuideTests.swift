import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("The guides' examples, on the built-in model")
struct GuideTests {
  /// The folder of the built-in model.
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Sources/HoldfastEngine/Models/tiny-bind").standardizedFileURL.path

  /// How many scenes: the guides' figures are those of 60, which are printed.
  private static let count =
    ProcessInfo.processInfo.environment["HOLDFAST_GUIDE_SAMPLES"].flatMap(Int.init) ?? 20

  /// The built-in model with its first evaluation scenes.
  private func builtIn() throws -> (subject: Subject, samples: [PreparedSample]) {
    let (subject, preparation) = try subject(at: Self.folder, classes: SceneGenerator.classNames)
    let scenes = SceneSet(
      generator: SceneGenerator(seed: 0), split: .evaluation, rendering: SceneRendering(.image),
      samples: Self.count)
    return (subject, try samples(of: scenes, preparation, count: Self.count))
  }

  private func show(_ what: String) {
    if Self.count == 60 { print(what) }
  }

  @Test("the attack fools, with either objective, and Auto-PGD leaves no more standing")
  func attack() throws {
    let (subject, samples) = try builtIn()
    func standing(_ recipe: AttackRecipe, _ name: String) throws -> (clean: Int, robust: Int) {
      let found = try HoldfastTests.standing(
        recipe, on: samples, of: subject, at: Radius(2.0 / 255))
      show("\(name): \(found.robust) of \(found.clean)")
      return found
    }
    let own = try standing(
      AttackRecipe(name: "ni-fgsm", attack: NesterovFGSM(), objective: CrossEntropy()), "ni-fgsm")
    let blind = try standing(
      AttackRecipe(name: "ni-fgsm", attack: NesterovFGSM(), objective: PredictiveEntropy()),
      "ni-fgsm on entropy")
    let momentum = try standing(AttackTable.recipe("mi-fgsm"), "mi-fgsm")
    let strong = try standing(AttackTable.recipe("apgd-ce"), "apgd-ce")
    #expect(own.robust < own.clean)
    #expect(blind.robust < blind.clean)
    #expect(momentum.robust < momentum.clean)
    #expect(strong.robust <= min(own.robust, blind.robust))
  }

  @Test("the defence looks strong where its gradient is hidden, and is not")
  func defense() throws {
    let (subject, samples) = try builtIn()
    func standing(_ gradient: DepthReduction.Gradient) throws -> [String: Int] {
      let found = try HoldfastTests.standing(
        DepthReduction(levels: 8, gradient: gradient), around: subject, on: samples,
        at: Radius(4.0 / 255))
      let figures = found.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      show("\(gradient): \(figures.joined(separator: ", "))")
      return found
    }
    let hidden = try standing(.hidden)
    let clean = try #require(hidden["clean"])
    #expect(hidden["white-box"] == clean)
    #expect(hidden["worst case"] ?? 0 < clean / 2)
    let honest = try standing(.identity)
    #expect(honest["white-box"] ?? 0 < clean / 2)
    #expect(honest["adaptive"] == hidden["adaptive"])
  }

  @Test("the first tensors have the gradient that is said")
  func tensors() throws {
    #expect(try slopeOfSquares().array(of: Double.self) == [2, 4, 6, 8])
  }

  @Test("the bundle comes back as it was written")
  func bundle() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "depth").path
      let read = try HoldfastTests.bundle(
        DepthReduction(levels: 6), around: Self.folder, in: path)
      let defense = try #require(read.layers[0].defense as? DepthReduction)
      #expect(defense.levels == 6)
      #expect(defense.gradient == .identity)
      #expect(throws: FormatError.self) { try DefenseBundle(at: path) }
      let encoder = try #require(try loadModel(at: Self.folder)[.image]).encoder
      let bare = Subject(encoder: encoder, head: nil)
      try checkEncoderContract(
        read.apply(to: bare, in: DefenseContext(model: bare)).encoder)
    }
  }
}
