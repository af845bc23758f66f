import Foundation
import HoldfastReport
import Testing

@Suite("A command line to paste")
struct ShellLineTests {
  static let words = [
    "plain-1.0/a=b,c", "", "two words", "it's", "a\\b", "line\nfeed", "\u{1B}[31mred\u{1B}[0m",
    "tab\tand 'quote' and \\", "\r", "\u{7F}8", "bücher", "\u{202E}gnp.exe", "$HOME `id` \"x\"",
  ]

  @Test("is read by a shell as the same words")
  func same() throws {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = ["-c", "printf '%s\\0' \(shellLine(Self.words))"]
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    shell.waitUntilExit()
    let read = output.split(separator: 0, omittingEmptySubsequences: false).dropLast()
    #expect(read.map { Array($0) } == Self.words.map { Array($0.utf8) })
  }

  @Test("holds nothing that a terminal would obey")
  func printable() {
    let line = shellLine(Self.words)
    #expect(line.printable() == line)
    #expect(shellLine(["a\n\u{1B}"]) == "$'a\\n\\033'")
    #expect(shellLine(["cd", "a b", "it's"]) == "cd 'a b' 'it'\\''s'")
  }
}
