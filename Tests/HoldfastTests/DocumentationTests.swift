import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("The documentation")
struct DocumentationTests {
  /// The text of every Swift file that the package and its examples compile.
  private static let sources: [String] = ["Sources", "Tests", "Examples"].flatMap { folder in
    let root = Page.root.appending(path: folder)
    let names =
      FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".swift") && !$0.contains(".build/") }.compactMap {
      try? String(contentsOf: root.appending(path: $0), encoding: .utf8)
    }
  }

  private func exists(_ path: String, from folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: path).standardizedFileURL.path)
  }

  @Test("has pages, and guides that the README links")
  func pages() throws {
    let readme = try #require(Page.all.first { $0.path == "README.md" })
    let guides = Page.all.filter { $0.path.hasPrefix("Documentation/guides/") }
    #expect(guides.count >= 3)
    for page in Page.all where page.path.hasPrefix("Documentation/") {
      #expect(readme.text.contains("(\(page.path))"), "README.md does not link \(page.path)")
    }
  }

  @Test("has a section for every attack")
  func attacks() throws {
    let page = try #require(Page.all.first { $0.path == "Documentation/attacks.md" })
    let headings = page.text.split(separator: "\n").filter { $0.hasPrefix("### ") }
      .flatMap { $0.dropFirst(4).components(separatedBy: ", ") }
    for entry in AttackTable.entries { #expect(headings.contains(entry.name), "\(entry.name)") }
  }

  @Test("links to what is there", arguments: Page.all)
  func links(page: Page) throws {
    for match in page.prose.matches(of: /\]\(([^()\s]+)\)/) {
      let link = String(match.output.1)
      guard !link.contains("://"), !link.hasPrefix("mailto:") else { continue }
      let parts = link.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
      if !parts[0].isEmpty {
        #expect(exists(parts[0], from: page.folder), "\(page.path) links to \(link)")
      }
      guard parts.count > 1 else { continue }
      let path =
        parts[0].isEmpty
        ? page.path
        : page.folder.appending(path: parts[0])
          .standardizedFileURL.path
      let target = try #require(
        Page.all.first { path.hasSuffix($0.path) }, "\(page.path) links to \(link)")
      #expect(target.anchors.contains(parts[1]), "\(page.path) links to \(link)")
    }
  }

  @Test("names files of the project that are there", arguments: Page.all)
  func files(page: Page) {
    let pattern = /(?:Sources|Tests|Tools|Documentation|scripts|Benchmarks|\.ci)\/[\w.\/+-]*\w/
    for code in page.codes {
      guard let path = code.firstMatch(of: pattern), path.range.lowerBound == code.startIndex
      else { continue }
      #expect(exists(String(path.output), from: Page.root), "\(page.path) names `\(code)`")
    }
  }

  @Test("names targets of the Makefile that are there", arguments: Page.all)
  func targets(page: Page) throws {
    let makefile = try String(contentsOf: Page.root.appending(path: "Makefile"), encoding: .utf8)
    let lines = page.codes + page.blocks.flatMap { $0.text.components(separatedBy: "\n") }
    for line in lines {
      guard let call = line.firstMatch(of: /^make ([a-z]+)/) else { continue }
      #expect(
        makefile.contains("\n\(call.output.1):"), "\(page.path) names `\(call.output.0)`")
    }
  }

  @Test("shows no Swift but what is compiled", arguments: Page.all + Page.catalogues)
  func code(page: Page) {
    for block in page.blocks where block.language == "swift" {
      // As it stands, or with the indentation of what surrounds it.
      let forms = [0, 2, 4].map { width in
        let space = String(repeating: " ", count: width)
        return block.text.dropLast().components(separatedBy: "\n")
          .map { $0.isEmpty ? "" : space + $0 }.joined(separator: "\n") + "\n"
      }
      #expect(
        Self.sources.contains { source in forms.contains { source.contains($0) } },
        "\(page.path) shows Swift that no source holds:\n\(block.text)")
    }
  }
}
