import Foundation

/// Unicode normalisation form C (Unicode Standard Annex 15) with the tables of Unicode 9.
///
/// Those are the tables of the reference tokeniser. Foundation's own composition is not used:
/// on Linux it composes characters beyond the basic plane as if their upper bits were not there
/// (U+10041 and an acute accent become Á). What it knows about one character alone is right, and
/// the tables here are built from that.
struct CanonicalComposition: Sendable {
  static let shared = CanonicalComposition()

  private var decompositions: [Unicode.Scalar: [Unicode.Scalar]] = [:]
  private var composites: [Pair: Unicode.Scalar] = [:]

  private struct Pair: Hashable {
    let first, second: Unicode.Scalar
  }

  /// Every block that holds a canonical decomposition, Hangul aside.
  private static let blocks: [ClosedRange<UInt32>] = [
    0x00C0...0x06D3, 0x0929...0x1026, 0x1B06...0x1B43, 0x1E00...0x232A, 0x2ADC...0x2ADC,
    0x304C...0x30FE, 0xF900...0xFB4E, 0x1109A...0x115BB, 0x1D15E...0x1D1C0, 0x2F800...0x2FA1D,
  ]

  private init() {
    var whole: [[Unicode.Scalar]: Unicode.Scalar] = [:]
    for scalar in Self.blocks.joined().compactMap(Unicode.Scalar.init)
    where scalar.isKnown(toUnicode: 9) {
      let string = String(Character(scalar))
      let parts = Array(string.decomposedStringWithCanonicalMapping.unicodeScalars)
      guard parts != [scalar] else { continue }
      decompositions[scalar] = parts
      let isComposite = string.precomposedStringWithCanonicalMapping.unicodeScalars.first == scalar
      if isComposite { whole[parts] = scalar }
    }
    // A composite is its decomposition without the last part, composed, and that last part.
    for (parts, composite) in whole {
      guard let last = parts.last else { continue }
      let rest = Array(parts.dropLast())
      guard let first = rest.count == 1 ? rest.first : whole[rest] else { continue }
      composites[Pair(first: first, second: last)] = composite
    }
  }

  /// The scalars in form C.
  func compose(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard scalars.contains(where: { $0.value >= 0x300 }) else { return scalars }
    return recompose(inCanonicalOrder(scalars.flatMap(decompose)))
  }

  private struct Mark {
    let scalar: Unicode.Scalar
    let combiningClass: UInt8

    init(_ scalar: Unicode.Scalar) {
      self.scalar = scalar
      let known = scalar.value >= 0x300 && scalar.isKnown(toUnicode: 9)
      combiningClass = known ? scalar.properties.canonicalCombiningClass.rawValue : 0
    }
  }

  private func decompose(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if scalar.value < 0xC0 { return [scalar] }
    return Hangul.decompose(scalar) ?? decompositions[scalar] ?? [scalar]
  }

  /// Sorts each run of combining marks by class, keeping the order of equals.
  private func inCanonicalOrder(_ scalars: [Unicode.Scalar]) -> [Mark] {
    var marks = scalars.map(Mark.init)
    var start = 0
    while start < marks.count {
      var end = start
      while end < marks.count, marks[end].combiningClass > 0 { end += 1 }
      if end - start > 1 {
        let run = marks[start..<end].enumerated().sorted { a, b in
          (a.element.combiningClass, a.offset) < (b.element.combiningClass, b.offset)
        }
        marks.replaceSubrange(start..<end, with: run.map(\.element))
      }
      start = end + 1
    }
    return marks
  }

  private func recompose(_ marks: [Mark]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(marks.count)
    var starter: Int?
    var lastClass: UInt8 = 0
    for mark in marks {
      if let starter {
        let adjacent = starter == result.count - 1
        if adjacent || lastClass < mark.combiningClass,
          let composite = composite(result[starter], mark.scalar)
        {
          result[starter] = composite
          continue
        }
      }
      if mark.combiningClass == 0 { starter = result.count }
      lastClass = mark.combiningClass
      result.append(mark.scalar)
    }
    return result
  }

  private func composite(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    Hangul.compose(first, second) ?? composites[Pair(first: first, second: second)]
  }
}

/// Korean syllables, which compose by arithmetic (Unicode Standard, section 3.12).
private enum Hangul {
  static let syllables: UInt32 = 0xAC00
  static let leads: UInt32 = 0x1100, vowels: UInt32 = 0x1161, tails: UInt32 = 0x11A7
  static let leadCount: UInt32 = 19, vowelCount: UInt32 = 21, tailCount: UInt32 = 28
  static let syllableCount = leadCount * vowelCount * tailCount

  static func decompose(_ scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
    guard scalar.value >= syllables, scalar.value < syllables + syllableCount else { return nil }
    let index = scalar.value - syllables
    let tail = index % tailCount
    let parts = [
      leads + index / (vowelCount * tailCount),
      vowels + index % (vowelCount * tailCount) / tailCount,
    ]
    return (tail == 0 ? parts : parts + [tails + tail]).compactMap(Unicode.Scalar.init)
  }

  static func compose(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    let (a, b) = (first.value, second.value)
    if (leads..<leads + leadCount).contains(a), (vowels..<vowels + vowelCount).contains(b) {
      let index = ((a - leads) * vowelCount + (b - vowels)) * tailCount
      return Unicode.Scalar(syllables + index)
    }
    guard (syllables..<syllables + syllableCount).contains(a), (a - syllables) % tailCount == 0,
      (tails + 1..<tails + tailCount).contains(b)
    else { return nil }
    return Unicode.Scalar(a + b - tails)
  }
}
