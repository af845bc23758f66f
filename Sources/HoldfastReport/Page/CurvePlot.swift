import Foundation
import HoldfastRecords
import HoldfastRuns

/// One curve: a share at each radius, from the unperturbed inputs on.
struct Curve {
  /// One point.
  struct Point {
    /// The radius as it was written; `0` for unperturbed inputs.
    let radius: String
    let value: Double
    let low: Double
    let high: Double
  }

  let name: Shown
  let points: [Point]
  /// Whether it is the headline, drawn stronger and with its interval as a band.
  let isHeadline: Bool

  init(
    _ name: Shown, clean: ProportionRecord, _ radii: [RadiusSummaryRecord], isHeadline: Bool = false
  ) {
    self.name = name
    self.isHeadline = isHeadline
    points =
      [Point(radius: "0", value: clean.value, low: clean.low, high: clean.high)]
      + radii.map {
        Point(
          radius: $0.radius, value: $0.robustAccuracy, low: $0.interval.first ?? 0,
          high: $0.interval.last ?? 0)
      }
  }

  init(_ name: Shown, _ shares: [(radius: String, share: ProportionRecord)]) {
    self.name = name
    isHeadline = false
    points = shares.map {
      Point(
        radius: $0.radius, value: $0.share.value, low: $0.share.low, high: $0.share.high)
    }
  }
}

/// Curves over the radius in one drawing, ready for the template `plot`.
///
/// A page holds it in two sizes, for wide and narrow screens, so that letters keep their size.
struct CurvePlot {
  struct Tick {
    let x: String
    let y: String
    let label: Shown
  }

  struct Mark {
    let x: String
    let y: String
    let low: String
    let high: String
    let label: Shown
  }

  struct Line {
    let style: String
    let path: String
    let band: String?
    let marks: [Mark]
  }

  let kind: String
  let width: Int
  let height: Int
  let left: String
  let right: String
  let bottom: String
  let label: Shown
  let columns: [Tick]
  let rows: [Tick]
  let lines: [Line]

  /// The two sizes of a plot.
  ///
  /// - Parameter label: what it shows, for those who do not see it.
  static func both(_ curves: [Curve], label: Shown) -> [CurvePlot] {
    // Labels that collide in one of them are spread in both.
    let isEven = places(radii(of: curves), across: 272).isEven
    return [
      CurvePlot(curves, kind: "wide", width: 760, height: 360, label: label, isEven: isEven),
      CurvePlot(curves, kind: "narrow", width: 340, height: 280, label: label, isEven: isEven),
    ]
  }

  /// The label below a plot: the radius, with its unit.
  static func axis(_ plan: PlanRecord, _ curves: [Curve]) -> Shown {
    let radii = radii(of: curves)
    let isEven = radii.count > 2 && places(radii, across: 272).isEven
    return Shown(
      "epsilon (\(plan.norm)) in units of the \(plan.attackSpace.unit)"
        + (isEven ? ", spaced evenly" : ""))
  }

  private init(
    _ curves: [Curve], kind: String, width: Int, height: Int, label: Shown, isEven: Bool
  ) {
    self.kind = kind
    self.width = width
    self.height = height
    self.label = label
    let (left, right, top, bottom) = (46.0, Double(width) - 22, 12.0, Double(height) - 30)
    let radii = Self.radii(of: curves)
    let places =
      isEven
      ? radii.indices.map { Double($0) / Double(max(1, radii.count - 1)) }
      : Self.places(radii, across: right - left).places
    func x(_ radius: String, _ shift: Double) -> Double {
      let place = radii.firstIndex(of: radius).map { places[$0] } ?? 0
      return left + place * (right - left) + (radius == "0" ? 0 : shift)
    }
    func y(_ share: Double) -> Double { bottom - (bottom - top) * min(max(share, 0), 1) }
    self.left = Self.coordinateText(left)
    self.right = Self.coordinateText(right)
    self.bottom = Self.coordinateText(bottom)
    columns = zip(radii, places).map { radius, place in
      Tick(
        x: Self.coordinateText(left + place * (right - left)), y: Self.coordinateText(bottom + 18),
        label: radius == "0" ? "clean" : Shown(radius))
    }
    rows = [0, 25, 50, 75, 100].map {
      Tick(
        x: Self.coordinateText(left - 8), y: Self.coordinateText(y($0 / 100)),
        label: Shown("\(Int($0)) %"))
    }
    lines = curves.enumerated().map { index, curve in
      // Intervals of several curves stand beside each other.
      let shift = (Double(index) - Double(curves.count - 1) / 2) * min(6, 30 / Double(curves.count))
      let marks = curve.points.map { point in
        Mark(
          x: Self.coordinateText(x(point.radius, shift)), y: Self.coordinateText(y(point.value)),
          low: Self.coordinateText(y(point.low)), high: Self.coordinateText(y(point.high)),
          label: Shown(
            "\(curve.name.text), \(point.radius == "0" ? "clean" : point.radius): "
              + "\(percent(point.value)) [\(bounds(point.low, point.high))]"))
      }
      let upper = marks.map { "\($0.x) \($0.high)" }
      let lower = marks.reversed().map { "\($0.x) \($0.low)" }
      return Line(
        style: curve.isHeadline ? "c0 strong" : "c\(1 + (index % 7))",
        path: "M" + marks.map { "\($0.x) \($0.y)" }.joined(separator: "L"),
        band: curve.isHeadline ? "M" + (upper + lower).joined(separator: "L") + "Z" : nil,
        marks: marks)
    }
  }

  /// The radii of all curves, ascending; clean first.
  private static func radii(of curves: [Curve]) -> [String] {
    var seen: [String] = []
    for radius in curves.flatMap(\.points).map(\.radius) where !seen.contains(radius) {
      seen.append(radius)
    }
    return seen.sorted { (radiusValue($0) ?? 0) < (radiusValue($1) ?? 0) }
  }

  /// The places of the radii from 0 to 1: in proportion, unless their labels would collide.
  private static func places(_ radii: [String], across: Double) -> (
    places: [Double], isEven: Bool
  ) {
    let values = radii.map { radiusValue($0) }
    let largest = values.compactMap { $0 }.max() ?? 0
    let even = radii.indices.map { Double($0) / Double(max(1, radii.count - 1)) }
    guard largest > 0, values.allSatisfy({ $0 != nil }) else { return (even, true) }
    let places = values.map { ($0 ?? 0) / largest }
    let isRoomy = zip(places.dropFirst(), places).allSatisfy { ($0 - $1) * across >= 40 }
    return isRoomy ? (places, false) : (even, true)
  }

  private static func coordinateText(_ value: Double) -> String { String(format: "%.1f", value) }
}
