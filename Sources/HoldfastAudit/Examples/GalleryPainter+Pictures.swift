import Foundation
import HoldfastCore
import HoldfastMedia

extension GalleryPainter {
  /// The longest side of a picture, and of a frame of a strip.
  private static let (pictureSide, frameSide, frameCount) = (256, 112, 6)

  /// Numbers as they are shown: inputs by the range, changes around a middle grey.
  func shown(_ value: Double, _ scale: Scale, _ sign: Sign) -> Double {
    switch sign {
    case .value: (value - scale.low) / scale.side
    case .change(let factor, _): 0.5 + factor * value / scale.side
    }
  }

  /// `(H, W)` from `start` on, shown, at most `side` pixels wide and high.
  ///
  /// A change is thinned out and not averaged, which would make it smaller than it is.
  private func plane(
    _ values: [Double], from start: Int, _ scale: Scale, _ sign: Sign, side: Int
  ) -> Plane {
    let (height, width) = (input.shape[input.shape.count - 2], input.shape[input.shape.count - 1])
    let part = values[start..<start + height * width].map { shown($0, scale, sign) }
    let factor = (max(width, height) + side - 1) / side
    return Plane(width: width, height: height, part).shrunk(by: factor, toMean: sign.isValue)
  }

  func picture(
    _ values: [Double], _ name: String, _ scale: Scale, _ sign: Sign
  ) throws -> Panel {
    let area = input.shape.suffix(2).reduce(1, *)
    let planes = (0..<3).map {
      plane(values, from: $0 * area, scale, sign, side: Self.pictureSide)
    }
    let raster = Raster(red: planes[0], green: planes[1], blue: planes[2])
    return Panel(pictures: [File(name: "\(name).png", bytes: try raster.png())])
  }

  func heat(
    _ values: [Double], _ name: String, _ palette: Palette, _ scale: Scale, _ sign: Sign
  ) throws -> Panel {
    let shape = input.shape
    let width = max(1, shape.last ?? 1)
    // Inputs of another form are shown as rows of their last axis, as many as fit.
    let height = shape.count >= 2 ? shape[shape.count - 2] : max(1, values.count / width)
    let area = height * width
    let channels = shape.count == 3 ? max(1, values.count / area) : 1
    let mean = (0..<area).map { place in
      (0..<channels).reduce(0) { $0 + values[$1 * area + place] } / Double(channels)
    }
    let factor = (max(width, height) + Self.pictureSide - 1) / Self.pictureSide
    let plane = Plane(width: width, height: height, mean.map { shown($0, scale, sign) })
      .shrunk(by: factor, toMean: sign.isValue)
    let raster = Raster(plane, sign.isValue ? palette.map : .diverging)
    var panel = Panel(pictures: [File(name: "\(name).png", bytes: try raster.png())])
    if channels > 1 { panel.note = "the mean of its \(channels) channels" }
    return panel
  }

  func clip(
    _ values: [Double], _ name: String, _ scale: Scale, _ sign: Sign
  ) throws -> Panel {
    let shape = input.shape
    let frames = shape[shape.count - 3]
    let area = shape.suffix(2).reduce(1, *)
    let count = min(frames, Self.frameCount)
    let chosen = (0..<count).map { count == 1 ? 0 : $0 * (frames - 1) / (count - 1) }
    let rasters = chosen.map { frame in
      let planes = (0..<3).map { channel in
        plane(
          values, from: (channel * frames + frame) * area, scale, sign, side: Self.frameSide)
      }
      return Raster(red: planes[0], green: planes[1], blue: planes[2])
    }
    var panel = Panel(
      pictures: [File(name: "\(name).png", bytes: try Raster(strip: rasters).png())])
    let views = shape.dropLast(4).reduce(1, *)
    if count < frames || views > 1 {
      panel.note =
        "\(count) of \(frames) frames" + (views > 1 ? " of the first of \(views) views" : "")
    }
    return panel
  }
}

extension GalleryPainter.Sign {
  /// Whether these are values of an input.
  var isValue: Bool {
    if case .value = self { true } else { false }
  }
}
