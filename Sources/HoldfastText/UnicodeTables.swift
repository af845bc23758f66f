/// The character classes of the reference tokeniser, from the platform's own Unicode tables.
///
/// A character that is newer than the reference's tables counts as unassigned there, so it must
/// here: the word splitter of `tokenizers` knows Unicode 16, its normaliser Unicode 9. Both were
/// found by comparing every scalar with version 0.23.
enum CharacterClass {
  case letter, number, space, other

  init(_ scalar: Unicode.Scalar) {
    if scalar.isASCII {
      switch scalar.value {
      case 0x41...0x5A, 0x61...0x7A: self = .letter
      case 0x30...0x39: self = .number
      case 0x09...0x0D, 0x20: self = .space
      default: self = .other
      }
      return
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = scalar.isKnown(toUnicode: 16) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      self = scalar.isKnown(toUnicode: 16) ? .number : .other
    default:
      self = properties.isWhitespace ? .space : .other
    }
  }
}

extension Unicode.Scalar {
  /// Whether this scalar was assigned in the given major version of Unicode.
  func isKnown(toUnicode version: Int) -> Bool {
    guard let age = properties.age else { return false }
    return age.major < version || (age.major == version && age.minor == 0)
  }
}
