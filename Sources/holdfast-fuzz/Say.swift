import Foundation

/// Writes a line to standard output at once, as the next file may end the process.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}
