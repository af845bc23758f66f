import Holdfast

/// Presses of four kinds, as files of 128 pressures in hundredths of a kilopascal, a byte pair each.
struct TouchSet: DataSet {
  let samples: Int
  let layout = "touch"
  let path = "presses"
  let classNames: [String]? = ["tip", "edge", "palm", "slip"]
  var count: Int? { samples }
  let listing: String? = nil

  func makeCursor() throws -> any DataCursor { Cursor(set: self) }

  private struct Cursor: DataCursor {
    let set: TouchSet
    var place = 0

    mutating func next() throws -> DataItem? {
      guard place < set.samples else { return nil }
      defer { place += 1 }
      let label = place % 4
      return DataItem(
        id: "press \(place)", label: label, file: "press \(place)",
        content: .bytes(TouchSet.press(label, number: place), name: "press \(place)"))
    }
  }

  /// One press: each kind leaves its weight elsewhere, and every press trembles its own way.
  static func press(_ label: Int, number: Int) -> [UInt8] {
    (0..<128).flatMap { taxel -> [UInt8] in
      let (row, column) = (taxel % 64 / 8, taxel % 8)
      let rest = (taxel * 31 + number * 17) % 41
      let isPressed = [row < 3, column < 2, true, (row + column) % 4 == 0][label]
      let pressure = (isPressed ? 1100 : 250) + 5 * rest
      return [UInt8(pressure >> 8), UInt8(pressure & 255)]
    }
  }
}

/// From such a file to what the tower takes: kilopascals, `(2, 8, 8)`.
struct TouchPreparation: Preparation {
  var outputShape: [Int]? { [2, 8, 8] }

  func prepare(_ source: MediaSource) throws -> PreparedInput {
    guard case .bytes(let bytes, let name) = source, bytes.count == 256 else {
      throw MediaError("is no press of 128 taxels", file: "press")
    }
    let values = stride(from: 0, to: 256, by: 2).map {
      Float(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1])) / 100
    }
    guard values.allSatisfy({ $0 <= 20 }) else {
      throw MediaError("has a pressure above 20 kilopascals", file: name)
    }
    return try PreparedInput(values: values, shape: [2, 8, 8])
  }
}
