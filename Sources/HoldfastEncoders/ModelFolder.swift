import Foundation
import HoldfastText

/// The folder of a model: the files beside its weights.
struct ModelFolder {
  /// The folder.
  let url: URL

  /// The folder at `path`, or the one that a file lies in.
  init(holding path: String) {
    var isFolder: ObjCBool = false
    let url = URL(fileURLWithPath: path)
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    self.url = exists && isFolder.boolValue ? url : url.deletingLastPathComponent()
  }

  /// The tokeniser of a text tower, nil if the folder has no tokeniser files.
  ///
  /// - Throws: `TextError` for damaged files, or if there are none and one `isRequired`;
  ///   ``EncoderError`` for one with more ids than the tower.
  func tokenizer(
    for text: CLIPConfiguration.Text, isRequired: Bool
  ) throws -> CLIPTokenizer? {
    let names = ["tokenizer.json", "vocab.json", "bpe_simple_vocab_16e6.txt"]
    guard isRequired || names.contains(where: exists) else { return nil }
    let tokenizer = try CLIPTokenizer(folder: url)
    guard tokenizer.vocabularySize <= text.vocabulary else {
      throw EncoderError(
        what: "the tokeniser has \(tokenizer.vocabularySize) ids, the text tower "
          + "\(text.vocabulary)", where: url.path, hint: "they are of different models")
    }
    return tokenizer
  }

  /// Whether a file is there.
  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path)
  }

  /// The bytes of a file and its path; nil if there is no such file.
  func file(_ name: String) throws -> (json: [UInt8], file: String)? {
    guard exists(name) else { return nil }
    let path = url.appendingPathComponent(name)
    return (Array(try Data(contentsOf: path)), path.path)
  }
}
