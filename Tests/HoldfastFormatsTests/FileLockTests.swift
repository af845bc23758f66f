import Foundation
import HoldfastFormats
import Testing

@Suite("Locks of files")
struct FileLockTests {
  @Test("are had by one, or shared by several, and end with their holder")
  func kinds() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var first = try FileLock.take(.exclusive, of: path)
    #expect(first != nil)
    #expect(try FileLock.take(.exclusive, of: path) == nil)
    #expect(try FileLock.take(.shared, of: path) == nil)
    #expect(FileLock.isTaken(path))
    withExtendedLifetime(first) {}
    first = nil
    #expect(!FileLock.isTaken(path))
    let one = try FileLock.take(.shared, of: path)
    let two = try FileLock.take(.shared, of: path)
    #expect(one != nil && two != nil)
    #expect(try FileLock.take(.exclusive, of: path) == nil)
    withExtendedLifetime((one, two)) {}
  }

  @Test("say where they cannot be had")
  func missing() {
    #expect(throws: FormatError.self) { try FileLock.take(.shared, of: "/no/such/folder/lock") }
    #expect(!FileLock.isTaken("/no/such/folder/lock"))
  }
}
