import Foundation
import HoldfastFormats
import Testing

@testable import HoldfastMedia

@Suite("Points as a model takes them")
struct PointPreprocessorTests {
  static let square = [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0] as [Float]

  @Test("Farthest-point sampling and normalisation give the formula's points")
  func goldens() throws {
    for (name, golden) in try PointEventGoldens.read().clouds {
      let cloud = try PointCloud(coordinates: golden.points)
      #expect(cloud.farthestIndices(golden.farthest.count) == golden.farthest, "\(name)")
      let worst = zip(try cloud.normalized().coordinates, golden.normalized)
        .map { abs(Double($0) - $1) }.max()
      #expect(try #require(worst) < 1e-7, "\(name)")
    }
  }

  @Test("Of points at one place each is chosen once, the first first")
  func duplicates() throws {
    let cloud = try PointCloud(coordinates: [0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0])
    #expect(cloud.farthestIndices(5) == [0, 2, 1, 3, 4])
    #expect(cloud.farthestIndices(9) == [0, 2, 1, 3, 4])
    #expect(cloud.farthestIndices(1) == [0])
    let far = try PointCloud(coordinates: [3e38, 0, 0, -3e38, 0, 0, 0, 3e38, 0])
    #expect(far.farthestIndices(3) == [0, 1, 2])
    #expect(try far.normalized().coordinates.allSatisfy(\.isFinite))
  }

  @Test("Fewer points are repeated in their order, as many are kept as they are")
  func repetition() throws {
    let cloud = try PointCloud(coordinates: [1, 2, 3, 4, 5, 6])
    #expect(cloud.resized(to: 5).coordinates == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3])
    #expect(cloud.resized(to: 2) == cloud)
    #expect(cloud.resized(to: 1).coordinates == [1, 2, 3])
  }

  @Test("Prepared points have mean 0 and largest norm 1")
  func prepared() throws {
    let text = (0..<50).map { "\($0 * 7 % 13) \($0) \($0 * $0 % 31)\n" }.joined()
    for count in [1, 7, 50, 64] where count > 1 {
      let input = try PointPreprocessor(count: count)
        .prepare(.bytes(Array(text.utf8), name: "a.txt"))
      #expect(input.shape == [count, 3])
      let points = (0..<count).map { input.values[3 * $0..<3 * $0 + 3].map { Double($0) } }
      for axis in 0..<3 {
        #expect(abs(points.reduce(0) { $0 + $1[axis] } / Double(count)) < 1e-6)
      }
      let norm = points.map { ($0[0] * $0[0] + $0[1] * $0[1] + $0[2] * $0[2]).squareRoot() }.max()
      #expect(abs(try #require(norm) - 1) < 1e-6)
    }
    #expect(PointPreprocessor().outputShape == [8192, 3])
  }

  @Test("Points of a surface are on it, in proportion to area, and the seed decides which")
  func sampling() throws {
    // A small triangle at z = 0, one of three times its area at z = 1, and one of no area.
    let mesh = try TriangleMesh(
      vertices: PointCloud(coordinates: [
        0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 3, 0, 1, 0, 1, 1, 9, 9, 9,
      ]), corners: [6, 6, 0, 0, 1, 2, 3, 4, 5])
    let cloud = try mesh.sampled(4000, seed: 5)
    #expect(cloud.count == 4000)
    var (above, centre) = (0, 0.0)
    for index in 0..<cloud.count {
      let point = cloud[index]
      let onLower = point.z == 0 && point.x >= 0 && point.y >= 0 && point.x + point.y <= 1.00001
      let onUpper =
        abs(point.z - 1) < 1e-6 && point.x >= 0 && point.y >= 0
        && point.x / 3 + point.y <= 1.00001
      #expect(onLower || onUpper, "\(point)")
      if onUpper {
        above += 1
        centre += Double(point.x)
      }
    }
    // 3/4 of the points with a deviation of 0.007, and the centre of a triangle is the mean of its
    // corners, with one of 0.013.
    #expect(abs(Double(above) / 4000 - 0.75) < 0.03)
    #expect(abs(centre / Double(above) - 1) < 0.06)
    #expect(try mesh.sampled(4000, seed: 5) == cloud)
    #expect(try mesh.sampled(4000, seed: 6) != cloud)
  }

  @Test("A mesh is prepared from many points of its surface")
  func mesh() throws {
    let text = "OFF\n4 1 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n4 0 1 2 3\n"
    let preprocessor = PointPreprocessor(count: 32, surfaceSamples: 500, seed: 1)
    let input = try preprocessor.prepare(.bytes(Array(text.utf8), name: "a.off"))
    #expect(input.shape == [32, 3])
    let points = (0..<32).map { index in Array(input.values[3 * index..<3 * index + 3]) }
    #expect(Set(points).count == 32)
    // Half the diagonal has norm 1, so the sides are about √2 long.
    for axis in 0..<2 {
      let places = points.map { $0[axis] }
      let side = try #require(places.max()) - #require(places.min())
      #expect(abs(side - Float(2).squareRoot()) < 0.15, "\(side)")
    }
    #expect(points.allSatisfy { $0[2] == 0 })
    let again = try preprocessor.prepare(.bytes(Array(text.utf8), name: "b.off"))
    #expect(again == input)
  }

  @Test("What cannot be prepared is an error that names the file")
  func errors() throws {
    func what(_ text: String, _ preprocessor: PointPreprocessor = .init(count: 4)) throws -> String
    {
      let error = try #require(throws: MediaError.self) {
        try preprocessor.prepare(.bytes(Array(text.utf8), name: "a.off"))
      }
      #expect(error.file == "a.off")
      return error.what
    }
    #expect(try what("1 2 3\n1 2 3\n") == "all points are at the same place")
    #expect(try what("0.1 0.1 0.1\n0.1 0.1 0.1\n0.1 0.1 0.1\n").contains("same place"))
    #expect(try what("OFF 3 1 0\n0 0 0\n1 1 1\n2 2 2\n3 0 1 2\n").contains("have no area"))
    #expect(try what("1 2 3\n4 5 6\n", .init(count: 0)).contains("cannot take 0 points"))
    #expect(
      try what("1 2 3\n4 5 6\n", .init(count: 4, surfaceSamples: .max)).contains("cannot take"))
    #expect(throws: MediaError.self) {
      try PointPreprocessor().prepare(.medium(.image(try pattern(2, 2))))
    }
    #expect(throws: MediaError.self) {
      try ImagePreprocessor.clip().prepare(
        .medium(.points(try PointCloud(coordinates: Self.square))))
    }
    let missing = try #require(throws: FormatError.self) {
      try PointPreprocessor().prepare(.file("/nowhere/a.off"))
    }
    #expect(missing.file == "/nowhere/a.off")
  }

  @Test("Clouds and meshes check what they are made from")
  func values() throws {
    let square = try PointCloud(coordinates: Self.square)
    #expect(square.count == 4)
    #expect(throws: MediaError.self) { try PointCloud(coordinates: []) }
    #expect(throws: MediaError.self) { try PointCloud(coordinates: [1, 2]) }
    #expect(throws: MediaError("point 0 has the coordinate nan, which is not a finite number")) {
      try PointCloud(coordinates: [1, .nan, 2])
    }
    #expect(throws: MediaError("the mesh has no faces")) {
      try TriangleMesh(vertices: square, corners: [])
    }
    #expect(throws: MediaError("triangle 1 has the vertex 4, and there are 4")) {
      try TriangleMesh(vertices: square, corners: [0, 1, 2, 1, 2, 4])
    }
    #expect(throws: MediaError.self) { try TriangleMesh(vertices: square, corners: [0, 1]) }
    let input = try PointPreprocessor(count: 4).prepare(.medium(.points(square)))
    let half = Float(0.5.squareRoot())
    #expect(
      input.values
        == Self.square.enumerated().map { $0.offset % 3 == 2 ? 0 : $0.element == 0 ? -half : half })
    let coded = try JSONEncoder().encode(PointPreprocessor(count: 5, seed: 9))
    #expect(
      try JSONDecoder().decode(PointPreprocessor.self, from: coded)
        == PointPreprocessor(count: 5, seed: 9))
  }
}
