import Foundation
import HoldfastTestSupport
import Testing

@Suite("The examples")
struct ExampleTests {
  /// Where this test was built; none where a build is laid out otherwise.
  private static let products: URL? = {
    let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let module = folder.appending(path: "Modules/Holdfast.swiftmodule").path
    return FileManager.default.fileExists(atPath: module) ? folder : nil
  }()

  /// What tells the compiler where the modules of the library are, and those of C behind them.
  private static func modules(in products: URL) throws -> [String] {
    func folders(_ root: URL) throws -> [URL] {
      try FileManager.default.contentsOfDirectory(atPath: root.path)
        .map { root.appending(path: $0) }
    }
    func map(_ folder: URL) -> String? {
      let path = folder.appending(path: "module.modulemap").path
      return FileManager.default.fileExists(atPath: path) ? path : nil
    }
    let maps = try (folders(products) + folders(Page.root.appending(path: "Sources")))
      .compactMap(map)
    return ["-I", products.appending(path: "Modules").path]
      + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
  }

  /// Each is a package of its own, which would build all modules again.
  @Test("compile against the library as it is", .enabled(if: products != nil))
  func compile() throws {
    let modules = try Self.modules(in: #require(Self.products))
    let root = Page.root.appending(path: "Examples")
    let examples = try FileManager.default.contentsOfDirectory(atPath: root.path)
    #expect(!examples.isEmpty)
    for name in examples {
      let folder = root.appending(path: "\(name)/Sources/\(name)")
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { $0.hasSuffix(".swift") }.map { folder.appending(path: $0).path }
      let compiler = Process()
      let talk = Pipe()
      compiler.executableURL = URL(filePath: "/usr/bin/env")
      compiler.arguments =
        ["swiftc", "-typecheck", "-swift-version", "6", "-warnings-as-errors"] + modules + files
      compiler.standardError = talk
      try compiler.run()
      let said = talk.fileHandleForReading.readDataToEndOfFile()
      compiler.waitUntilExit()
      #expect(compiler.terminationStatus == 0, "\(name): \(String(decoding: said, as: UTF8.self))")
    }
  }
}
