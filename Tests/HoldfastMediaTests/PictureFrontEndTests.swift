import HoldfastMedia
import HoldfastTensor
import Testing

@Suite("The resize and crop of pictures as tensor code")
struct PictureFrontEndTests {
  private static let preprocessors: [ImagePreprocessor] =
    [.clip(size: 16), .squash(size: 12)]
    + ResampleFilter.allCases.map {
      ImagePreprocessor(resize: .squash(ImageSize(width: 19, height: 7)), filter: $0)
    } + [
      ImagePreprocessor(
        resize: .shortSide(9),
        crop: CenterCrop(size: ImageSize(width: 15, height: 14), rounding: .down, fill: 200)),
      ImagePreprocessor(resize: .none),
    ]

  /// Pillow rounds to 8 bits and clips after each axis, so the two differ by the two roundings, and
  /// by more where a filter with negative weights went past black or white in between.
  @Test("It makes what the preprocessor makes, but for 8-bit rounding", arguments: preprocessors)
  func agrees(_ preprocessor: ImagePreprocessor) throws {
    for (width, height) in [(32, 32), (21, 13), (10, 27)] {
      let image = try smooth(width, height)
      let frontEnd = try PictureFrontEnd(preprocessor, size: image.size)
      let expected = try preprocessor.prepare(image)
      #expect(frontEnd.outputSize == expected.size)
      let pixels = try Tensor(image.planarFloats(), [1, 3, height, width])
      let made = try frontEnd(pixels).array(of: Float.self)
      let worst = zip(made, expected.planarFloats()).map { abs($0 - $1) }.max() ?? 1
      #expect(worst <= 2.1 / 255, "\(preprocessor) of \(width)x\(height): \(worst * 255)")
    }
  }

  @Test("The gradient reaches the picture")
  func gradient() throws {
    let frontEnd = try PictureFrontEnd(.clip(size: 8), size: ImageSize(width: 14, height: 11))
    var generator = Generator(seed: 5, stream: "pictures")
    let x = try (generator.uniform([2, 3, 11, 14]) * 0.5 + 0.25).leaf()
    let slope = try HoldfastTensor.gradient(of: frontEnd(x).sum(), withRespectTo: x)
    // Each of the 2 · 3 · 64 target pixels is a mean of source pixels.
    #expect(abs(try slope.sum().item() - 384) < 1e-2)
  }

  @Test("Pictures of another size are refused")
  func sizes() throws {
    let frontEnd = try PictureFrontEnd(.clip(size: 8), size: ImageSize(width: 14, height: 11))
    #expect(throws: TorchError.self) { try frontEnd(.zeros([1, 3, 14, 11])) }
    let native = NativePictures(size: ImageSize(width: 14, height: 11))
    #expect(native.outputShape == [3, 11, 14])
    #expect(try native.prepare(.medium(.image(smooth(14, 11)))).shape == [3, 11, 14])
    #expect {
      try native.prepare(.medium(.image(smooth(11, 14))))
    } throws: {
      "\($0)".contains("11x14 pixels cannot be attacked beside those of 14x11")
    }
  }

  /// A picture without jumps, so that filters stay within black and white.
  private func smooth(_ width: Int, _ height: Int) throws -> Image {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<3 { pixels.append(UInt8(40 + 4 * x * 32 / width + 20 * c + y % 27)) }
      }
    }
    return try Image(width: width, height: height, pixels: pixels)
  }
}
