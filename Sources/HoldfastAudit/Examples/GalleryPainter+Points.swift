import Foundation
import HoldfastCore

extension GalleryPainter {
  /// The most points that are drawn.
  private static let pointCount = 1024

  /// Points from the front, from above and from the side; a change as lines from the unperturbed
  /// points along their shifts, which are lengthened by a factor.
  func points(_ values: [Double], _ name: String, _ sign: Sign) -> Panel {
    let isRows = input.shape[1] == 3
    let count = isRows ? input.shape[0] : input.shape[1]
    let drawn = min(count, Self.pointCount)
    func point(_ values: [Double], _ index: Int) -> [Double] {
      (0..<3).map { values[isRows ? 3 * index + $0 : $0 * count + index] }
    }
    var (starts, ends) = ((0..<drawn).map { point(values, $0) }, [[Double]]())
    if case .change(let factor, let before) = sign {
      ends = starts.map { change in change.map { factor * $0 } }
      starts = (0..<drawn).map { point(before, $0) }
      ends = zip(starts, ends).map { zip($0, $1).map(+) }
    }
    // The unit sphere fills most of a square.
    let views = [(0, 1), (0, 2), (2, 1)]
    var path = ""
    for (index, (across, up)) in views.enumerated() {
      func place(_ point: [Double]) -> (Double, Double) {
        (50 + 104 * Double(index) + 44 * point[across], 50 - 44 * point[up])
      }
      for (number, start) in starts.enumerated() {
        let (x, y) = place(start)
        path += String(format: "M%.1f %.1f", x, y)
        if ends.isEmpty {
          path += "h0"
        } else {
          let end = place(ends[number])
          path += String(format: "l%.1f %.1f", end.0 - x, end.1 - y)
        }
      }
    }
    let color = name == "clean" ? "#4a7fb5" : "#c8553d"
    let width = ends.isEmpty ? 1.3 : 0.6
    let frames = views.indices.map {
      "<rect x=\"\(1 + 104 * $0)\" y=\"1\" width=\"98\" height=\"98\" fill=\"none\" "
        + "stroke=\"#8888\" stroke-width=\"0.5\"/>"
    }.joined()
    let svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 308 100\">\(frames)"
      + "<path fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(width)\" "
      + "stroke-linecap=\"round\" d=\"\(path)\"/></svg>\n"
    let amount = drawn < count ? "\(drawn) of \(count) points" : "\(count) points"
    return Panel(
      pictures: [File(name: "\(name).svg", bytes: Array(svg.utf8))],
      note: "\(amount) from the front, from above, from the side")
  }
}
