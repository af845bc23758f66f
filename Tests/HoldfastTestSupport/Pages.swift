public import Foundation
public import Testing

/// A page of the project's own documentation.
public struct Page: Sendable, CustomTestStringConvertible {
  /// Its path from the root of the checkout.
  public let path: String
  /// Its text.
  public let text: String

  /// What stands between two fences: what the first one says, and the lines.
  public struct Block: Sendable {
    /// The language; empty where none is named.
    public let language: String
    /// The lines, each ended.
    public let text: String
  }

  /// The root of the checkout.
  public static let root = URL(filePath: #filePath)  // …/Tests/HoldfastTestSupport/Pages.swift
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// README, CONTRIBUTING, CHANGELOG, and all in Documentation.
  public static let all: [Page] = {
    let below = FileManager.default.enumerator(atPath: root.appending(path: "Documentation").path)
    let documentation = (below?.compactMap { $0 as? String } ?? []).map { "Documentation/\($0)" }
    let names = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] + documentation.sorted()
    return names.filter { $0.hasSuffix(".md") }.compactMap { name in
      (try? String(contentsOf: root.appending(path: name), encoding: .utf8))
        .map { Page(path: name, text: $0) }
    }
  }()

  /// The pages of the modules' references.
  public static let catalogues: [Page] = {
    let below = FileManager.default.enumerator(atPath: root.appending(path: "Sources").path)
    let names = (below?.compactMap { $0 as? String } ?? []).filter { $0.contains(".docc/") }
    return names.sorted().filter { $0.hasSuffix(".md") }.compactMap { name in
      (try? String(contentsOf: root.appending(path: "Sources/\(name)"), encoding: .utf8))
        .map { Page(path: "Sources/\(name)", text: $0) }
    }
  }()

  /// The path, in the names of tests.
  public var testDescription: String { path }

  /// The folder that relative links start from.
  public var folder: URL { Self.root.appending(path: path).deletingLastPathComponent() }

  /// What stands between fences.
  public var blocks: [Block] {
    var found: [Block] = []
    var open: (fence: String, language: String, lines: String)?
    for line in text.components(separatedBy: "\n") {
      let bare = line.trimmingCharacters(in: .whitespaces)
      if let block = open {
        if bare == block.fence {
          found.append(Block(language: block.language, text: block.lines))
          open = nil
        } else {
          open?.lines += line + "\n"
        }
      } else if bare.hasPrefix("```") {
        let fence = String(bare.prefix { $0 == "`" })
        open = (fence, String(bare.dropFirst(fence.count)), "")
      } else if line.hasPrefix("    ") {
        // An indented block, as far as commands go.
        found.append(Block(language: "", text: bare + "\n"))
      }
    }
    return found
  }

  /// The text outside of fences.
  public var prose: String {
    var isOpen = false
    return text.components(separatedBy: "\n").filter { line in
      let isFence = line.trimmingCharacters(in: .whitespaces).hasPrefix("```")
      if isFence { isOpen.toggle() }
      return !isFence && !isOpen
    }.joined(separator: "\n")
  }

  /// What stands between single backquotes.
  public var codes: [String] {
    prose.matches(of: /`([^`\n]+)`/).map { String($0.output.1) }
  }

  /// The places that its headings can be linked by, as GitHub makes them.
  public var anchors: Set<String> {
    Set(
      prose.components(separatedBy: "\n").filter { $0.hasPrefix("#") }.map { line in
        String(
          line.drop { $0 == "#" || $0 == " " }.lowercased()
            .compactMap { character in
              if character == " " { return "-" }
              return character.isLetter || character.isNumber || "-_".contains(character)
                ? character : nil
            })
      })
  }
}
