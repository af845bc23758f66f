import Foundation
public import HoldfastCore
public import HoldfastMedia
import HoldfastTensor

/// How inputs are varied from step to step while learning.
///
/// What is varied how is a function of the seed, the step and the sample's id.
public enum Augmentation: Hashable, Sendable {
  /// Inputs stay as they are.
  case none
  /// A random part of a picture, resized to the model's size, and mirrored half of the time.
  ///
  /// `scale` is the least share of the picture's area that the part has; the most is all of it. The
  /// proportions are between 3:4 and 4:3. Without `flip` nothing is mirrored.
  ///
  /// Source: torchvision, `RandomResizedCrop.get_params`.
  case cropFlip(scale: Double, flip: Bool)

  /// Reads `none`, or `crop-flip` with its options: `crop-flip:scale=0.5,flip=false`.
  ///
  /// By default a part has at least nine tenths of the area, as in open_clip.
  public init(_ text: String) throws(UsageError) {
    var spelling = try Spelling(text)
    switch spelling.name {
    case "none":
      self = .none
      try spelling.finish(known: [])
    case "crop-flip":
      let scale = try spelling.takeNumber("scale", "a share above 0 and up to 1") {
        $0 > 0 && $0 <= 1
      }
      self = .cropFlip(
        scale: scale ?? 0.9, flip: try spelling.takeFlag("flip", default: true))
      try spelling.finish(known: ["scale", "flip"])
    default:
      throw UsageError(
        "unknown augmentation `\(spelling.name)`",
        hint: "use none, or crop-flip:scale=0.9,flip=true")
    }
  }

  /// Refuses inputs that cannot be varied this way.
  public func check(_ preparation: any Preparation) throws(UsageError) {
    guard self != .none, !(preparation is any PicturePreparation) else { return }
    throw UsageError(
      "the augmentation `\(self)` varies pictures, and the inputs here are none",
      hint: "leave it out, or write none")
  }

  /// Prepares an input as it is seen at a step.
  func prepare(
    _ source: MediaSource, by preparation: any Preparation, at step: Int, id: String, seed: UInt64
  ) throws -> PreparedInput {
    guard case .cropFlip(let scale, let flip) = self,
      let preparation = preparation as? any PicturePreparation
    else { return try preparation.prepare(source) }
    var generator = Generator(seed: seed, stream: id).split("augmentation", step)
    return try preparation.prepare(source) { size in
      let region = Self.region(of: size, scale: scale, &generator)
      return PictureView(region, isMirrored: flip && generator.integer(below: 2) == 1)
    }
  }

  /// A part of a picture, of random area, proportions and place.
  static func region(
    of size: ImageSize, scale: Double, _ generator: inout Generator
  ) -> ImageRegion {
    let (least, most) = (3.0 / 4, 4.0 / 3)
    let area = Double(size.width * size.height)
    for _ in 0..<10 {
      let target = area * generator.number(in: scale...1)
      let ratio = exp(generator.number(in: log(least)...log(most)))
      let width = Int((target * ratio).squareRoot().rounded(.toNearestOrEven))
      let height = Int((target / ratio).squareRoot().rounded(.toNearestOrEven))
      guard (1...size.width).contains(width), (1...size.height).contains(height) else { continue }
      let y = generator.integer(below: size.height - height + 1)
      let x = generator.integer(below: size.width - width + 1)
      return ImageRegion(x: x, y: y, width: width, height: height)
    }
    // No part has fitted: the largest in the centre that has the proportions.
    let ratio = min(max(Double(size.width) / Double(size.height), least), most)
    let width = min(size.width, Int((Double(size.height) * ratio).rounded(.toNearestOrEven)))
    let height = min(size.height, Int((Double(size.width) / ratio).rounded(.toNearestOrEven)))
    return ImageRegion(
      x: (size.width - width) / 2, y: (size.height - height) / 2, width: width, height: height)
  }
}

extension Augmentation: CustomStringConvertible {
  /// The spelling, which is read back to the same value.
  public var description: String {
    switch self {
    case .none: "none"
    case .cropFlip(let scale, let flip): "crop-flip:scale=\(scale),flip=\(flip)"
    }
  }
}

extension Augmentation: Codable {
  /// Reads a spelling.
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the spelling.
  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Generator {
  /// A number between the two bounds.
  fileprivate mutating func number(in range: ClosedRange<Double>) -> Double {
    let unit = Double(integer(below: 1 << 53)) * 0x1p-53
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }
}
