import HoldfastErrors
import Testing

@testable import HoldfastScenes

@Suite("Scene drawing")
struct SceneDrawingTests {
  let generator = SceneGenerator(seed: 0)

  /// FNV-1a of the bytes, 64 bits.
  func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  @Test("Pictures are the same, byte for byte, as they have always been")
  func golden() throws {
    var bytes: [UInt8] = []
    for index in 0..<40 {
      bytes += try SceneDrawing.render(generator.scene(.train, index), size: 48).rgb
    }
    #expect(hash(bytes) == 12_423_110_893_044_573_458)
    let small = try SceneDrawing.render(generator.scene(.evaluation, 7), size: 32)
    #expect(hash(small.rgb) == 12_357_224_196_266_926_040)
  }

  @Test("The picture has the size asked for, and a scene drawn twice is the same")
  func sizes() throws {
    let scene = generator.scene(.train, 5)
    for size in [16, 33, 48, 64, 224] {
      let image = try SceneDrawing.render(scene, size: size)
      #expect(image.width == size && image.height == size)
      #expect(image.rgb.count == size * size * 3)
      #expect(try SceneDrawing.render(scene, size: size) == image)
    }
  }

  @Test("A size out of range is an error with a hint", arguments: [0, -1, 15, 1025, Int.max])
  func wrongSize(size: Int) {
    let error = #expect(throws: SceneError.self) {
      try SceneDrawing.render(generator.scene(.train, 0), size: size)
    }
    #expect(error?.description.contains("hint: choose a size from 16 to 1024") == true)
  }

  @Test("A description made by hand is drawn, however odd", arguments: [Int.min, -720, 0, Int.max])
  func oddTilt(tilt: Int) throws {
    for shape in SceneShape.allCases {
      let scene = SceneDescription(
        shape: shape, color: .red, texture: .dotted, tilt: tilt, backgroundColor: .red)
      #expect(try SceneDrawing.render(scene, size: 16).rgb.count == 768)
    }
  }

  @Test("Pictures use the whole range of bytes and are neither flat nor saturated")
  func range() throws {
    var counts = [Int](repeating: 0, count: 256)
    for index in 0..<200 {
      let rgb = try SceneDrawing.render(generator.scene(.train, index)).rgb
      #expect(Set(rgb).count > 40)
      for byte in rgb { counts[Int(byte)] += 1 }
    }
    #expect(counts.allSatisfy { $0 > 0 })
    #expect(counts[0] + counts[255] < counts.reduce(0, +) / 4)
  }

  @Test("Scenes that differ in their seed alone differ in their pixels")
  func seeds() throws {
    var scene = generator.scene(.train, 11)
    let first = try SceneDrawing.render(scene)
    scene.seed += 1
    #expect(try SceneDrawing.render(scene) != first)
  }

  @Test("Each visible attribute changes the pixels, for any other reason left equal")
  func attributes() throws {
    let scene = SceneDescription(
      shape: .square, color: .red, texture: .solid, backgroundColor: .white, seed: 4)
    let drawn = try SceneDrawing.render(scene)
    let changes: [(inout SceneDescription) -> Void] = [
      { $0.shape = .circle }, { $0.color = .green }, { $0.texture = .striped },
      { $0.position = .top }, { $0.size = .small }, { $0.tilt = 15 }, { $0.background = .lined },
      { $0.backgroundColor = .yellow },
    ]
    for change in changes {
      var changed = scene
      change(&changed)
      #expect(try SceneDrawing.render(changed) != drawn)
    }
  }

  @Test("The shape is where the description says, in its colour")
  func place() throws {
    let size = 48
    for position in ScenePosition.allCases {
      let scene = SceneDescription(
        shape: .square, color: .red, texture: .solid, position: position,
        backgroundColor: .blue, seed: 21)
      let image = try SceneDrawing.render(scene, size: size)
      let x = size / 2 + position.column * size / 5
      let y = size / 2 + position.row * size / 5
      let pixel = image.rgb[(y * size + x) * 3..<(y * size + x) * 3 + 3].map(Int.init)
      #expect(pixel[0] > pixel[2] + 60, "\(position)")
    }
  }

  @Test("Every figure lies within the picture's reach and no two are alike")
  func outlines() {
    var silhouettes: Set<[Bool]> = []
    for shape in SceneShape.allCases {
      let silhouette = (0..<48 * 48).map { index in
        let point = Point(Double(index % 48) / 16 - 1.47, Double(index / 48) / 16 - 1.47)
        let inside = shape.outline.signedDistance(from: point) < 0
        if inside { #expect(point.distance(to: Point(0, 0)) < 1.3, "\(shape)") }
        return inside
      }
      let area = Double(silhouette.count { $0 }) / 256
      #expect((0.6...2.6).contains(area), "\(shape) has area \(area)")
      silhouettes.insert(silhouette)
    }
    #expect(silhouettes.count == SceneShape.allCases.count)
  }

  @Test("Sine and cosine without the C library")
  func trigonometry() {
    for (degrees, sine, cosine) in [
      (0.0, 0.0, 1.0), (30, 0.5, 0.866_025_404), (-90, -1, 0), (180, 0, -1), (360, 0, 1),
      (-405, -0.707_106_781, 0.707_106_781),
    ] {
      let result = sineAndCosine(degrees: degrees)
      #expect(abs(result.sine - sine) < 1e-6)
      #expect(abs(result.cosine - cosine) < 1e-6)
    }
  }
}
