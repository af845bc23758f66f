import HoldfastMedia
import Testing

@Suite("Parts of pictures")
struct PictureViewTests {
  /// A picture of 12 by 9 pixels, all different.
  private func picture() throws -> Image {
    try Image(width: 12, height: 9, pixels: (0..<324).map { UInt8($0 * 97 % 251) })
  }

  private let region = ImageRegion(x: 2, y: 1, width: 6, height: 7)

  /// The part by itself, as a picture.
  private func part() throws -> Image {
    try MediaSource.medium(.image(picture())).image(region)
  }

  private func squashed(_ image: Image, _ size: Int) throws -> [Float] {
    try ImagePreprocessor.squash(size: size).prepare(image).planarFloats()
  }

  @Test("are cropped, then resized to the model's size as Pillow does")
  func resized() throws {
    let source = MediaSource.medium(.image(try picture()))
    for preprocessor in [ImagePreprocessor.clip(size: 5), .squash(size: 5)] {
      let input = try preprocessor.prepare(source) { size in
        #expect(size == ImageSize(width: 12, height: 9))
        return PictureView(region)
      }
      #expect(input.shape == [3, 5, 5])
      #expect(try input.values == squashed(part(), 5))
    }
  }

  @Test("are mirrored after that")
  func mirrored() throws {
    let source = MediaSource.medium(.image(try picture()))
    let plain = try squashed(part(), 5)
    let mirrored = stride(from: 0, to: plain.count, by: 5).flatMap {
      plain[$0..<$0 + 5].reversed()
    }
    let input = try ImagePreprocessor.clip(size: 5).prepare(source) { _ in
      PictureView(region, isMirrored: true)
    }
    #expect(input.values == mirrored && mirrored != plain)
  }

  @Test("keep the size that the preparation gives the whole, where it depends on the picture")
  func ownSize() throws {
    let source = MediaSource.medium(.image(try picture()))
    let input = try ImagePreprocessor(resize: .shortSide(18)).prepare(source) { _ in
      PictureView(region)
    }
    #expect(input.shape == [3, 18, 24])
  }

  @Test("are resized by LanguageBind's own arithmetic where that is the model's")
  func planes() throws {
    let source = MediaSource.medium(.image(try picture()))
    // Of a square part the whole is seen, so that both ways are the same.
    let square = ImageRegion(x: 3, y: 2, width: 6, height: 6)
    let planes = PlanePreprocessor(side: 4)
    let seen = try planes.prepare(source) { _ in PictureView(square) }
    let alone = try planes.prepare(.medium(.image(source.image(square))))
    #expect(seen == alone && seen.shape == [3, 4, 4])
    let mirrored = try planes.prepare(source) { _ in PictureView(square, isMirrored: true) }
    let turned = stride(from: 0, to: seen.values.count, by: 4).flatMap {
      seen.values[$0..<$0 + 4].reversed()
    }
    #expect(zip(mirrored.values, turned).allSatisfy { abs($0 - $1) < 1e-5 })
    let wide = try planes.prepare(source) { _ in PictureView(region) }
    #expect(wide.shape == [3, 4, 4])
  }

  @Test("outside of the picture are refused")
  func outside() throws {
    let source = MediaSource.medium(.image(try picture()))
    for region in [
      ImageRegion(x: 0, y: 0, width: 13, height: 9), ImageRegion(x: -1, y: 0, width: 2, height: 2),
      ImageRegion(x: 0, y: 8, width: 1, height: 2), ImageRegion(x: 0, y: 0, width: 0, height: 1),
    ] {
      #expect(throws: MediaError.self) {
        try ImagePreprocessor.clip(size: 5).prepare(source) { _ in PictureView(region) }
      }
    }
  }
}
