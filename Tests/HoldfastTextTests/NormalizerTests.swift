import Foundation
import Testing

@testable import HoldfastText

@Suite struct NormalizerTests {
  private func compose(_ text: String) -> [UInt32] {
    CanonicalComposition.shared.compose(Array(text.unicodeScalars)).map(\.value)
  }

  @Test func composes() {
    #expect(compose("e\u{301}") == [0xE9])
    #expect(compose("s\u{307}\u{323}") == [0x1E69])
    #expect(compose("\u{1112}\u{1161}\u{11AB}") == [0xD55C])
    #expect(compose("\u{AC00}\u{11A8}") == [0xAC01])
    #expect(compose("\u{11099}\u{110BA}") == [0x1109A])
    #expect(compose("\u{2126}\u{212B}") == [0x3A9, 0xC5])
  }

  @Test func leavesExcludedCompositesApart() {
    #expect(compose("\u{958}") == [0x915, 0x93C])
    #expect(compose("\u{F900}") == [0x8C48])
    #expect(compose("\u{1D15E}") == [0x1D157, 0x1D165])
  }

  @Test func keepsTheUpperBitsOfACharacter() {
    #expect(compose("\u{10041}\u{334}\u{301}") == [0x10041, 0x334, 0x301])
  }

  @Test func ordersMarksByClassAndKeepsTheOrderOfEquals() {
    #expect(compose("q\u{301}\u{300}\u{323}") == [0x71, 0x323, 0x301, 0x300])
  }

  @Test func isIdempotentOnEveryScalar() {
    for value in UInt32(0)...0x2FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let once = CanonicalComposition.shared.compose([scalar])
      #expect(CanonicalComposition.shared.compose(once) == once)
    }
  }

  @Test func lowersEachCharacterByItself() {
    let text = CLIPNormalizer.normalize(Array("ΌΣ İ \t\n ß".unicodeScalars))
    #expect(String(String.UnicodeScalarView(text)) == "όσ i\u{307} ß")
  }

  @Test func splitsWords() {
    func words(_ text: String) -> [String] {
      WordSplitter(Array(text.unicodeScalars)).map { String(String.UnicodeScalarView($0)) }
    }
    #expect(words("it's 42!?") == ["it", "'s", "4", "2", "!?"])
    #expect(words("!'s") == ["!'", "s"])
    #expect(words("<|endoftext|>!") == ["<|", "endoftext", "|>", "!"])
    #expect(words("<|endoftext|") == ["<|", "endoftext", "|"])
    #expect(words("<|") == ["<|"])
    #expect(words("'") == ["'"])
    #expect(words("  ") == [])
  }

  @Test func heapHandsOutInOrder() {
    var random = SeededRandom(state: 5)
    let numbers = (0..<500).map { _ in Int.random(in: 0..<100, using: &random) }
    var heap = MinHeap(Array(numbers.prefix(250)))
    for number in numbers.dropFirst(250) { heap.insert(number) }
    var popped: [Int] = []
    while let least = heap.popMin() { popped.append(least) }
    #expect(popped == numbers.sorted())
  }
}
