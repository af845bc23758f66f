import Foundation

/// The names of a tokeniser's special tokens, from `tokenizer_config.json` or
/// `special_tokens_map.json`, else CLIP's own.
struct SpecialTokens {
  struct Name {
    let content: String
    /// Whether the token is looked for in normalised text.
    let isNormalized: Bool
  }

  var start = Name(content: "<|startoftext|>", isNormalized: false)
  var end = Name(content: "<|endoftext|>", isNormalized: false)
  var unknown = Name(content: "<|endoftext|>", isNormalized: false)
  var padding = Name(content: "<|endoftext|>", isNormalized: false)

  var byRole: [(role: String, name: Name)] {
    [
      ("start-of-text", start), ("end-of-text", end), ("unknown", unknown), ("padding", padding),
    ]
  }

  /// CLIP's own names.
  init() {}

  /// The names that the files in a folder declare; a file that is absent declares nothing.
  init(folder: URL) throws(TextError) {
    for file in ["special_tokens_map.json", "tokenizer_config.json"] {
      let url = folder.appendingPathComponent(file)
      guard FileManager.default.fileExists(atPath: url.path) else { continue }
      let declared = try TextFile.json(Declared.self, url)
      if let name = declared.bos_token?.name { start = name }
      if let name = declared.eos_token?.name { end = name }
      if let name = declared.unk_token?.name { unknown = name }
      if let name = declared.pad_token?.name { padding = name }
    }
  }

  // swift-format-ignore: AlwaysUseLowerCamelCase
  private struct Declared: Decodable {
    let bos_token, eos_token, unk_token, pad_token: Entry?
  }

  /// A bare string, or an object with the string as `content`.
  private struct Entry: Decodable {
    let name: Name

    private enum Key: CodingKey { case content, normalized }

    init(from decoder: any Decoder) throws {
      if let content = try? decoder.singleValueContainer().decode(String.self) {
        name = Name(content: content, isNormalized: false)
        return
      }
      let object = try decoder.container(keyedBy: Key.self)
      name = Name(
        content: try object.decode(String.self, forKey: .content),
        isNormalized: try object.decodeIfPresent(Bool.self, forKey: .normalized) ?? false)
    }
  }
}
