import Foundation
import HoldfastMedia

/// How a number becomes a colour, with steps that look equally large.
struct ColorMap {
  private let anchors: [(red: Double, green: Double, blue: Double)]

  private init(_ colors: [UInt32]) {
    anchors = colors.map {
      (Double($0 >> 16 & 255), Double($0 >> 8 & 255), Double($0 & 255))
    }
  }

  /// For loudness and depth: viridis of [matplotlib](https://bids.github.io/colormap/).
  static let viridis = ColorMap([
    0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725,
  ])

  /// For heat: inferno of the same.
  static let inferno = ColorMap([
    0x000004, 0x210c4a, 0x57106e, 0x8a226a, 0xbc3754, 0xe45a31, 0xf98e09, 0xf9cb35, 0xfcffa4,
  ])

  /// For negative and positive values: RdBu of [ColorBrewer](https://colorbrewer2.org), with no
  /// change in the middle.
  static let diverging = ColorMap([
    0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b,
  ])

  /// The colour of a number from 0 to 1; those outside are taken for the nearest.
  func callAsFunction(_ value: Double) -> (UInt8, UInt8, UInt8) {
    let place = min(max(value.isNaN ? 0 : value, 0), 1) * Double(anchors.count - 1)
    let index = min(Int(place), anchors.count - 2)
    let share = place - Double(index)
    let (low, high) = (anchors[index], anchors[index + 1])
    func mix(_ a: Double, _ b: Double) -> UInt8 { UInt8((a + (b - a) * share).rounded()) }
    return (mix(low.red, high.red), mix(low.green, high.green), mix(low.blue, high.blue))
  }
}
