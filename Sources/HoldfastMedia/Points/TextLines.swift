/// The lines of a text file that hold something, and the numbers in them.
///
/// What follows a `#` is a comment. Blanks, tabs and carriage returns separate the words; so do
/// commas, if asked for.
struct TextLines {
  private let bytes: [UInt8]
  private let name: String
  private let takesCommas: Bool
  private var position: Int

  /// The number of the line that was read last, from 1.
  private(set) var number = 0

  init(_ bytes: [UInt8], name: String, from position: Int = 0, takesCommas: Bool = false) {
    self.bytes = bytes
    self.name = name
    self.position = position
    self.takesCommas = takesCommas
  }

  /// Bytes that were not read yet.
  var remaining: Int { bytes.count - position }

  /// The words of the next line that holds any; nil at the end.
  mutating func next() -> [ArraySlice<UInt8>]? {
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let line = bytes[position..<end].prefix { $0 != UInt8(ascii: "#") }
      position = min(end + 1, bytes.count)
      number += 1
      let words = line.split { byte in
        byte == 0x20 || byte == 0x09 || byte == 0x0D || takesCommas && byte == UInt8(ascii: ",")
      }
      if !words.isEmpty { return words }
    }
    return nil
  }

  /// A word as a float, the nearest one.
  func float(_ word: ArraySlice<UInt8>) throws(MediaError) -> Float {
    // Programs write far shorter numbers; a longer word is not one.
    guard word.count <= 64, let value = Float(String(decoding: word, as: UTF8.self)) else {
      throw error("\(shown(word)) is not a number")
    }
    return value
  }

  /// A word as a whole number.
  func integer(_ word: ArraySlice<UInt8>) throws(MediaError) -> Int {
    guard word.count <= 64, let value = Int(String(decoding: word, as: UTF8.self)) else {
      throw error("\(shown(word)) is not a whole number")
    }
    return value
  }

  /// An error about the line that was read last.
  func error(_ what: String, hint: String? = nil) -> MediaError {
    MediaError("line \(number): \(what)", file: name, hint: hint)
  }

  /// A word out of a file we do not trust, fit to be printed.
  func shown(_ word: ArraySlice<UInt8>) -> String {
    let text = word.prefix(40).map { byte in
      (0x21...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : "?"
    }
    return "`\(text.joined())\(word.count > 40 ? "…" : "")`"
  }
}
