import Testing

@testable import HoldfastScenes

@Suite("Nearest neighbour on pixels")
struct NearestNeighbourTests {
  @Test("It finds the nearest, and the first of equals")
  func small() throws {
    let accuracy = try nearestNeighbourAccuracy(
      train: [[0, 0], [255, 255], [0, 0]], trainLabels: [1, 2, 3],
      test: [[10, 0], [200, 250], [0, 0], [255, 0]], testLabels: [1, 2, 3, 1])
    #expect(accuracy == 0.75)
  }

  @Test("Large images do not overflow")
  func large() throws {
    let black = [UInt8](repeating: 0, count: 200_000)
    let white = [UInt8](repeating: 255, count: 200_000)
    let accuracy = try nearestNeighbourAccuracy(
      train: [white, black], trainLabels: [0, 1], test: [black, white], testLabels: [1, 0])
    #expect(accuracy == 1)
  }

  @Test("On held-out scenes it does badly")
  func scenes() throws {
    let generator = SceneGenerator(seed: 0)
    let train = (0..<400).map { generator.scene(.train, $0) }
    let test = (0..<100).map { generator.scene(.evaluation, $0) }
    let accuracy = try nearestNeighbourAccuracy(
      train: train.map { try SceneDrawing.render($0, size: 16).rgb },
      trainLabels: train.map(\.label),
      test: test.map { try SceneDrawing.render($0, size: 16).rgb }, testLabels: test.map(\.label))
    #expect(accuracy < 0.4)
  }

  @Test("Bad input is an error with a hint")
  func badInput() {
    func error(
      _ train: [[UInt8]], _ trainLabels: [Int], _ test: [[UInt8]], _ testLabels: [Int]
    ) -> SceneError? {
      #expect(throws: SceneError.self) {
        try nearestNeighbourAccuracy(
          train: train, trainLabels: trainLabels, test: test, testLabels: testLabels)
      }
    }
    #expect(error([], [], [[1]], [0])?.what == "there are no images to compare")
    #expect(error([[1]], [0], [], [])?.what == "there are no images to compare")
    #expect(error([[1]], [], [[1]], [0])?.what == "the numbers of images and labels differ")
    #expect(error([[1]], [0], [[1, 2]], [0])?.what == "the images differ in size")
    #expect(error([[1], [1, 2]], [0, 0], [[1]], [0])?.what == "the images differ in size")
  }
}
