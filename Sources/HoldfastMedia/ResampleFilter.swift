import Foundation

/// How pixels are weighed when an image changes size: Pillow's filters, under Pillow's definitions.
///
/// When an image shrinks the filter is stretched by the same factor (antialiasing).
public enum ResampleFilter: String, Hashable, Sendable, Codable, CaseIterable {
  /// The one source pixel under the centre of the target pixel.
  case nearest
  /// Equal weights over one source pixel's width.
  case box
  /// A triangle over two pixels.
  case bilinear
  /// A raised cosine over two.
  case hamming
  /// Cubic convolution with a = -0.5 over four (R. Keys, 1981).
  case bicubic
  /// A windowed sinc over six.
  case lanczos

  /// The filter that Pillow, and so a Hugging Face `preprocessor_config.json`, gives this number.
  public init?(pillowCode code: Int) {
    switch code {
    case 0: self = .nearest
    case 1: self = .lanczos
    case 2: self = .bilinear
    case 3: self = .bicubic
    case 4: self = .box
    case 5: self = .hamming
    default: return nil
    }
  }

  /// How far from its centre the filter reaches, in source pixels.
  var support: Double {
    switch self {
    case .nearest, .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The weight at a distance from the centre; not normalised.
  func weight(at distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .nearest, .box:
      return distance > -0.5 && distance <= 0.5 ? 1 : 0
    case .bilinear:
      return x < 1 ? 1 - x : 0
    case .hamming:
      if x == 0 { return 1 }
      // Pillow writes these two in single precision.
      return x < 1 ? sinc(x) * (Double(Float(0.54)) + Double(Float(0.46)) * cos(x * .pi)) : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    case .lanczos:
      return x < 3 ? sinc(x) * sinc(x / 3) : 0
    }
  }

  private func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(x * .pi) / (x * .pi)
  }
}
