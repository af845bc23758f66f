import Foundation

/// The lines of a list that comes with a data set, numbered from 1, without blank ones.
///
/// - Throws: ``DataError`` when the file is missing, or is not UTF-8 text.
func listLines(
  of file: String, hint: String = "download the whole data set"
) throws(DataError) -> [(number: Int, text: String)] {
  guard FileManager.default.fileExists(atPath: file), !isFolder(file) else {
    throw DataError("is missing; it lists what the data set holds", in: file, hint: hint)
  }
  guard let data = FileManager.default.contents(atPath: file),
    let text = String(validating: data, as: UTF8.self)
  else {
    throw DataError(
      "cannot be read as UTF-8 text", in: file, hint: "check its permissions and its encoding")
  }
  return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
    .map { ($0 + 1, $1.trimmingCharacters(in: CharacterSet(charactersIn: " \t\u{FEFF}"))) }
    .filter { !$0.1.isEmpty }
}

/// The first of some files or folders that is there, below a folder.
func firstPresent(_ names: [String], in folder: String) -> String? {
  names.map { $0.isEmpty ? folder : "\(folder)/\($0)" }
    .first { FileManager.default.fileExists(atPath: $0) }
}

/// Refuses a sample that a list names twice, and one whose file is not there.
func checkListed(_ items: [DataItem], by list: String) throws(DataError) {
  var seen: Set<String> = []
  for item in items {
    guard seen.insert(item.id).inserted else {
      throw DataError("lists `\(item.id)` twice", in: list, hint: "keep one of the two")
    }
    guard FileManager.default.fileExists(atPath: item.file) else {
      throw DataError(
        "is not there, though `\(list)` lists it", in: item.file,
        hint: "download the whole data set, or take it off the list")
    }
  }
}

/// Words of a name written without blanks: `Apply Eye Makeup` of `ApplyEyeMakeup`.
func spaced(_ name: String) -> String {
  var words = ""
  for character in name {
    if character.isUppercase, let last = words.last, last.isLowercase { words.append(" ") }
    words.append(character == "_" ? " " : character)
  }
  return words
}
