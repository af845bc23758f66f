import Foundation
import HoldfastTestSupport
import Testing

/// The house as the sources build it, beside the house as architecture.md says it is.
@Suite("The floors of the house")
struct ImportGraphTests {
  /// One Swift file of a target.
  struct Source: Sendable, CustomTestStringConvertible {
    let target: String
    let name: String
    let text: SwiftText

    var testDescription: String { "\(target)/\(name)" }
  }

  /// Every Swift file below Sources.
  static let sources: [Source] = {
    let root = Page.root.appending(path: "Sources")
    let paths =
      FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
      let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
      return (try? String(contentsOf: root.appending(path: path), encoding: .utf8)).map {
        Source(target: parts[0], name: parts[1], text: SwiftText(text: $0))
      }
    }
  }()

  /// The floor of each target, from the table of architecture.md.
  static let floors: [String: Int] = {
    let page = Page.all.first { $0.path == "Documentation/architecture.md" }
    var floors: [String: Int] = [:]
    for line in page?.text.split(separator: "\n") ?? [] {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 3, let floor = Int(cells[0]) else { continue }
      for name in cells[1].matches(of: /`([\w-]+)`/) { floors[String(name.1)] = floor }
    }
    return floors
  }()

  @Test("are those of architecture.md, which names every target")
  func names() throws {
    let root = Page.root.appending(path: "Sources")
    let targets = try FileManager.default.contentsOfDirectory(atPath: root.path)
      .filter { !$0.hasPrefix(".") }
    #expect(targets.count > 20)
    for target in targets {
      #expect(Self.floors[target] != nil, "architecture.md has no floor for \(target)")
    }
    for name in Self.floors.keys {
      #expect(targets.contains(name), "architecture.md names \(name), which is no target")
    }
  }

  @Test("are climbed downward only", arguments: sources)
  func downward(source: Source) {
    guard let own = Self.floors[source.target] else { return }
    for name in source.text.imports {
      guard let other = Self.floors[name] else { continue }
      #expect(other < own, "\(source.target)/\(source.name) on floor \(own) imports \(name)")
    }
  }

  @Test("know arguments and the terminal in the commands alone", arguments: sources)
  func terminal(source: Source) {
    guard !["HoldfastCommands", "holdfast", "holdfast-fuzz"].contains(source.target) else {
      return
    }
    #expect(!source.text.imports.contains("ArgumentParser"))
    #expect(source.text.talk.isEmpty, "\(source.target)/\(source.name)")
  }
}
