import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("A model of one's own, attacked through the library")
struct OwnModelTests {
  @Test func theExampleOfTheDocumentationIsTheOneThatCompiles() throws {
    let here = URL(filePath: #filePath).deletingLastPathComponent()
    let code = try String(contentsOf: here.appending(path: "OwnModel.swift"), encoding: .utf8)
    let page = try String(
      contentsOf: here.appending(path: "../../Documentation/attacks.md"), encoding: .utf8)
    #expect(page.contains("```swift\n\(code)```"))
  }

  @Test func whatHasNoMarginFallsAndWhatHasEnoughStands() throws {
    var noise = Generator(seed: 1, stream: "own model")
    let images = try noise.uniform([4, 3, 32, 32])
    // A linear model of random weights has a large gradient everywhere: nothing stands.
    let weak = OwnModel(weight: try noise.normal([10, 3 * 32 * 32]))
    let labels = try weak.embed(images).argmax(1).array(of: Int.self)
    #expect(try robustAccuracy(of: weak, on: images, labels: labels) == 0)

    // Bright or dark: the logits differ by more than 8/255 of every pixel can change.
    let sides = [Float(1)] + [Float](repeating: -1, count: 9)
    let firm = OwnModel(
      weight: try Tensor(sides, [10, 1]).expanded([10, 3 * 32 * 32]).contiguous())
    let bright = try images * 0.2 + 0.8
    #expect(try robustAccuracy(of: firm, on: bright, labels: [0, 0, 0, 0]) == 1)
    // What is wrong to begin with counts as not robust.
    #expect(try robustAccuracy(of: firm, on: bright, labels: [0, 0, 1, 1]) == 0.5)
  }
}
