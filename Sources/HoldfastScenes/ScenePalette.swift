/// A colour as three numbers, nominally in [0, 1], in the encoding of the picture (sRGB).
struct RGB: Sendable {
  var red: Double
  var green: Double
  var blue: Double

  init(_ red: Double, _ green: Double, _ blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  static func + (a: RGB, b: RGB) -> RGB { RGB(a.red + b.red, a.green + b.green, a.blue + b.blue) }
  static func * (color: RGB, factor: Double) -> RGB {
    RGB(color.red * factor, color.green * factor, color.blue * factor)
  }

  /// This colour with `amount` of another over it: 0 leaves it as it is, 1 replaces it.
  func mixed(with other: RGB, _ amount: Double) -> RGB {
    self * (1 - amount) + other * amount
  }

  /// How far apart two colours look: the channels' differences, weighted by their part in luma.
  func contrast(to other: RGB) -> Double {
    let (r, g, b) = (red - other.red, green - other.green, blue - other.blue)
    return (0.299 * r * r + 0.587 * g * g + 0.114 * b * b).squareRoot()
  }
}

extension SceneColor {
  /// The named colour at its purest.
  var rgb: RGB {
    switch self {
    case .red: RGB(0.86, 0.12, 0.12)
    case .orange: RGB(1.00, 0.55, 0.05)
    case .yellow: RGB(0.97, 0.88, 0.15)
    case .green: RGB(0.12, 0.62, 0.20)
    case .cyan: RGB(0.15, 0.80, 0.85)
    case .blue: RGB(0.12, 0.25, 0.85)
    case .purple: RGB(0.50, 0.15, 0.65)
    case .pink: RGB(0.98, 0.52, 0.72)
    case .white: RGB(0.95, 0.95, 0.95)
    case .black: RGB(0.07, 0.07, 0.07)
    }
  }

  /// The second tone of a textured shape: the same colour, deeper; lighter for black.
  var secondTone: RGB {
    self == .black ? RGB(0.36, 0.36, 0.36) : rgb * 0.58
  }

  /// The background colours on which both tones of this colour stand out.
  var contrastingBackgrounds: [SceneColor] { Self.contrasting[index] }

  private static let contrasting = allCases.map { color in
    allCases.filter { background in
      min(color.rgb.contrast(to: background.rgb), color.secondTone.contrast(to: background.rgb))
        >= 0.28
    }
  }
}
