import Foundation
public import HoldfastCore
import HoldfastMedia

/// Makes of an input, and of what an attack did to it, what a person can look at or listen to.
///
/// Pictures stay pictures; heat and depth become heat maps; a clip is a strip of frames; a
/// spectrogram is shown as one, and a waveform is drawn, shown as a spectrogram and played; points
/// are seen from three sides. Inputs of any other modality become a heat map of their numbers.
public struct GalleryPainter {
  let modality: Modality
  let input: InputSpec
  /// The samples of a sound in a second; nil if the input is not a waveform.
  let rate: Int?

  /// A painter of a modality's inputs.
  public init(_ modality: Modality, _ input: InputSpec, rate: Int? = nil) {
    self.modality = modality
    self.input = input
    self.rate = rate
  }

  /// A file to be written.
  struct File {
    let name: String
    let bytes: [UInt8]
  }

  /// One thing to look at.
  struct Panel {
    var pictures: [File] = []
    var sound: File?
    var note: String?
  }

  /// The panels of one sample.
  struct Painting {
    var clean: Panel
    var perturbation: Panel?
    var adversarial: Panel?
    /// The factor by which the perturbation is amplified.
    var factor = 1.0
  }

  /// Paints an unperturbed input, and the adversarial input if there is one.
  ///
  /// - Parameters:
  ///   - clean: the values of the input, the last axis running fastest.
  ///   - adversarial: those of the adversarial input; nil when the sample stands.
  func paint(_ clean: [Float], _ adversarial: [Float]?) throws -> Painting {
    let form = form
    let before = clean.map(Double.init)
    let after = adversarial?.map(Double.init)
    let scale = scale(before, after)
    var painting = Painting(
      clean: try panel(before, "clean", form, scale, sign: .value))
    guard let after else { return painting }
    let change = zip(after, before).map { $0 - $1 }
    let largest = change.reduce(0) { max($0, abs($1)) }
    painting.factor = Self.round(form.room * scale.side / max(largest, 1e-12))
    painting.perturbation = try panel(
      change, "perturbation", form, scale, sign: .change(painting.factor, from: before))
    painting.adversarial = try panel(after, "adversarial", form, scale, sign: .value)
    return painting
  }

  /// What the values of a panel are.
  enum Sign {
    /// Values of an input.
    case value
    /// A perturbation, amplified by a factor.
    case change(Double, from: [Double])
  }

  /// The part of the values that is shown from the darkest to the brightest.
  struct Scale {
    let low: Double
    let side: Double
  }

  /// The largest of 1, 2, 5, 10, 20, … that is not above `factor`; never below 1.
  static func round(_ factor: Double) -> Double {
    guard factor > 1, factor.isFinite else { return 1 }
    let power = pow(10, floor(log10(factor)))
    let digit = [5.0, 2, 1].first { $0 * power <= factor * (1 + 1e-9) } ?? 1
    return min(digit * power, 1e6)
  }

  /// The legal range; the range of the values if there is no legal one, or it is far wider.
  private func scale(_ before: [Double], _ after: [Double]?) -> Scale {
    let all = before + (after ?? [])
    let (low, high) = (all.min() ?? 0, all.max() ?? 1)
    let isPixels = input.range == 0...1 || form == .waveform
    if isPixels, let range = input.range {
      return Scale(
        low: Double(range.lowerBound), side: Double(range.upperBound - range.lowerBound))
    }
    return Scale(low: low, side: max(high - low, 1e-6))
  }

  private func panel(
    _ values: [Double], _ name: String, _ form: Form, _ scale: Scale, sign: Sign
  ) throws -> Panel {
    switch form {
    case .picture: try picture(values, name, scale, sign)
    case .heat(let map): try heat(values, name, map, scale, sign)
    case .clip: try clip(values, name, scale, sign)
    case .spectrogram: try spectrogram(values, name, scale, sign)
    case .waveform: try waveform(values, name, sign)
    case .points: points(values, name, sign)
    case .traces: traces(values, name, scale, sign)
    }
  }
}

extension GalleryPainter {
  /// How inputs are shown.
  enum Form: Hashable {
    /// `(3, H, W)`, also of the first of several views.
    case picture
    /// `(C, H, W)`: the mean of the channels.
    case heat(Palette)
    /// `(3, T, H, W)`, also of the first of several views.
    case clip
    /// `(…, M, T)`: mel bins and time.
    case spectrogram
    /// `(n)`.
    case waveform
    /// `(N, 3)` or `(3, N)`.
    case points
    /// `(axes, n)`.
    case traces

    /// The share of the range that the largest change may take once it is amplified.
    var room: Double {
      switch self {
      case .picture, .heat, .clip, .spectrogram: 0.5
      case .waveform: 0.45
      case .points: 0.1
      case .traces: 0.5
      }
    }
  }

  /// The colours of a heat map.
  enum Palette: Hashable {
    case heat, depth

    var map: ColorMap { self == .heat ? .inferno : .viridis }
  }

  /// How inputs of this modality and shape are shown.
  var form: Form {
    let shape = input.shape
    switch modality {
    case .points where shape.count == 2 && shape.contains(3): return .points
    case .audio: return shape.count == 1 ? .waveform : .spectrogram
    case .video where shape.count >= 4 && shape[shape.count - 4] == 3: return .clip
    case .thermal where shape.count >= 2: return .heat(.heat)
    case .inertial where shape.count == 2: return .traces
    case .image, .event:
      if shape.count >= 3, shape[shape.count - 3] == 3 { return .picture }
    default: break
    }
    return .heat(.depth)
  }
}
