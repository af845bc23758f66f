/// The name of a repository on the Hugging Face hub, as in `hf:openai/clip-vit-large-patch14@main`.
public struct HubReference: Hashable, Sendable, CustomStringConvertible {
  /// What a repository holds.
  public enum Kind: String, Sendable, Hashable {
    /// A model repository.
    case model
    /// A data set repository.
    case dataset
  }

  /// What the repository holds.
  public let kind: Kind

  /// Organisation or user, and name; old repositories have a name alone.
  public let repository: String

  /// Branch, tag or commit.
  public let revision: String

  /// Parses `hf:org/name` or `hf:org/name@revision`; the revision defaults to `main`.
  ///
  /// - Throws: ``FormatError`` for names that the hub does not allow, above all those that would
  ///   lead out of the cache.
  public init(_ text: String, kind: Kind = .model) throws(FormatError) {
    let body = text.hasPrefix("hf:") ? text.dropFirst(3) : text[...]
    let parts = body.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    let revision = parts.count == 2 ? parts[1] : "main"
    let revisionParts = revision.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(names.count), names.allSatisfy(Self.isName),
      !parts[0].contains("--"), revisionParts.allSatisfy(Self.isName)
    else {
      throw FormatError(
        "\(quoted(text)) does not name a repository", in: "",
        hint: "write hf:organisation/name or hf:organisation/name@revision")
    }
    self.kind = kind
    repository = String(parts[0])
    self.revision = String(revision)
  }

  /// The reference as it is written on a command line.
  public var description: String { "hf:\(repository)@\(revision)" }

  /// The same without the default revision, `main`.
  public var short: String { revision == "main" ? "hf:\(repository)" : description }

  /// The folder of the repository inside a cache.
  var folder: String {
    "\(kind.rawValue)s--" + repository.replacing("/", with: "--")
  }

  /// The command that puts the repository into the cache.
  var downloadCommand: String {
    switch kind {
    case .model: "holdfast pull \(repository)\(revision == "main" ? "" : "@\(revision)")"
    case .dataset:
      "hf download \(repository) --repo-type dataset"
        + (revision == "main" ? "" : " --revision \(revision)")
    }
  }

  /// Letters, digits, '.', '_' and '-', at most 96 of them, and no walk up the tree.
  private static func isName(_ text: Substring) -> Bool {
    let allowed = text.utf8.allSatisfy { byte in
      byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || "._-".utf8.contains(byte)
    }
    return allowed && !text.isEmpty && text.utf8.count <= 96 && !text.contains("..")
      && text != "." && !text.hasPrefix("-")
  }
}
