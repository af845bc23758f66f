import Foundation
import HoldfastFormats
import Testing

@Suite("JSON lines")
struct JSONLinesTests {
  private struct Record: Codable, Equatable {
    var id: Int
    var name = "a/b"
  }

  @Test("come back as they were written")
  func roundTrip() throws {
    let scratch = try Scratch()
    let path = scratch.path + "samples.jsonl"
    let records = (0..<20).map { Record(id: $0) }
    do {
      let writer = try JSONLinesWriter(appendingTo: path, durability: .system)
      for record in records.prefix(10) { try writer.append(record) }
      try writer.synchronize()
    }
    do {
      let writer = try JSONLinesWriter(appendingTo: path)
      for record in records.suffix(10) { try writer.append(record) }
    }
    let reader = try JSONLinesReader(path)
    #expect(try reader.rest(of: Record.self) == records)
    #expect(!reader.droppedTornLine)
    #expect(
      try String(contentsOfFile: path, encoding: .utf8).hasPrefix("{\"id\":0,\"name\":\"a/b\"}\n"))
  }

  @Test("lose at most the line that was being written")
  func torn() throws {
    let scratch = try Scratch()
    let whole = Array("{\"id\":1,\"name\":\"x\"}\n{\"id\":22,\"name\":\"y\"}\n".utf8)
    for length in 0...whole.count {
      let path = try scratch.write(whole[..<length], to: "\(length).jsonl")
      let complete = whole[..<length].count { $0 == UInt8(ascii: "\n") }
      let reader = try JSONLinesReader(path)
      #expect(try reader.rest(of: Record.self).count == complete)
      #expect(reader.droppedTornLine == (length > 0 && whole[length - 1] != UInt8(ascii: "\n")))
      // What is appended afterwards does not stick to the torn line.
      try JSONLinesWriter(appendingTo: path).append(Record(id: 3))
      #expect(try JSONLinesReader(path).rest(of: Record.self).count == complete + 1)
    }
  }

  @Test("made by others may lack the last newline")
  func unterminated() throws {
    let scratch = try Scratch()
    let path = try scratch.write(
      Array("{\"id\":1,\"name\":\"\"}\r\n\n{\"id\":2,\"name\":\"\"}".utf8), to: "x")
    #expect(try JSONLinesReader(path, lastLine: .kept).rest(of: Record.self).map(\.id) == [1, 2])
  }

  @Test("have one writer at a time")
  func locking() throws {
    let scratch = try Scratch()
    let first = try JSONLinesWriter(appendingTo: scratch.path + "x.jsonl")
    expectFormatError("another process") {
      _ = try JSONLinesWriter(appendingTo: scratch.path + "x.jsonl")
    }
    try first.append(line: Array("{}".utf8))
    expectFormatError("one line at a time") { try first.append(line: Array("{\n}".utf8)) }
  }

  @Test("name the line that is wrong")
  func malformed() throws {
    let scratch = try Scratch()
    let cases = [
      "{\"id\":\"one\",\"name\":\"\"}": "line 2 that cannot be read as Record: id:",
      "{\"id\":1}": "the key 'name' is missing", "{": "not valid JSON",
      String(repeating: "x", count: 200): "longer than 100 bytes",
    ]
    for (line, message) in cases {
      let text = "{\"id\":1,\"name\":\"\"}\n\(line)\n"
      let reader = try JSONLinesReader(scratch.write(Array(text.utf8), to: "x"), lineLimit: 100)
      expectFormatError(message) { _ = try reader.rest(of: Record.self) }
    }
  }

  @Test("a link is refused, and so is a file that does not end in a line of JSON")
  func foreign() throws {
    let scratch = try Scratch()
    try scratch.write(Array("{\"id\":1}\nno JSON".utf8), to: "victim")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "link", withDestinationPath: scratch.path + "victim")
    for (name, words) in [("link", "symbolic link"), ("victim", "nothing is cut off")] {
      expectFormatError(words) { _ = try JSONLinesWriter(appendingTo: scratch.path + name) }
    }
    expectFormatError("symbolic link") {
      _ = try JSONLinesReader(scratch.path + "link", followsLinks: false)
    }
    expectFormatError("symbolic link") { _ = try OwnFile.contents(of: scratch.path + "link") }
    expectFormatError("symbolic link") {
      _ = try FileLock.take(.exclusive, of: scratch.path + "link")
    }
    let content = try OwnFile.contents(of: scratch.path + "victim")
    #expect(content == Data("{\"id\":1}\nno JSON".utf8))
    #expect(try OwnFile.contents(of: scratch.path + "none") == nil)
  }
}
