import Testing

@Suite("The text of a Swift file")
struct SwiftTextTests {
  @Test(
    "tells what is imported, however it is written",
    arguments: [
      "import Module", "  import Module", "public import Module", "package import Module",
      "private import Module", "@testable import Module", "@_exported import Module",
      "@testable @_exported import Module", "@_spi(Inner) public import Module",
      "@preconcurrency\timport  Module", "import struct Module.Name", "import func Module.name",
      "import enum Module.Outer.Inner", "public import class Module.Name",
      "import Module.Submodule", "import Module // for its names", "import Other; import Module",
    ])
  func imported(line: String) {
    #expect(SwiftText(text: "import First\n\(line)\nlet x = 1").imports.contains("Module"))
  }

  @Test(
    "takes nothing else for an import",
    arguments: ["// import Module", "/// import Module", "let importModule = 1", "f(importing)"])
  func notImported(line: String) {
    #expect(SwiftText(text: line).imports.isEmpty)
  }

  @Test(
    "tells where it speaks to a terminal",
    arguments: [
      "fputs(text, stderr)", "fflush(stdout)", "print(text)", "  { print(text) }",
      "if x { print(\"a\") }", "_ = readLine()", "isatty(1)", "write(STDERR_FILENO, p, n)",
      "FileHandle.standardError.write(data)", "let a = 1; print(a)", "debugPrint(x)", "dump(x)",
      "Swift.print(x)",
    ])
  func talk(line: String) {
    #expect(SwiftText(text: line).talk.count == 1)
  }

  @Test(
    "takes nothing else for talk",
    arguments: [
      "// print(text)", "/// fputs(text, stderr)", "painter.print(text)", "fingerprint(x)",
      "let stdoutFile = 1", "dumped(x)",
    ])
  func noTalk(line: String) {
    #expect(SwiftText(text: line).talk.isEmpty)
  }
}
