/// CLIP's normaliser as `transformers` builds it: form C, white space, lower case.
///
/// Unlike OpenAI's original it neither repairs mojibake nor unescapes HTML.
enum CLIPNormalizer {
  /// Form C, every run of white space as one space, every character in lower case by itself
  /// (a final Σ becomes σ, İ becomes i and a dot above).
  static func normalize(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for scalar in CanonicalComposition.shared.compose(scalars) {
      if CharacterClass(scalar) == .space {
        if result.last != " " { result.append(" ") }
      } else if scalar.isASCII {
        let isUpper = (0x41...0x5A).contains(scalar.value)
        result.append(isUpper ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }
}
