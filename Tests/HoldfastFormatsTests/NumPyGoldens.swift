import Foundation
import Testing

@testable import HoldfastFormats

/// Files made by `Tools/goldens/numpy_files.py`, and what numpy reads from them.
struct NumPyGoldens: Decodable {
  struct File: Decodable {
    let file: Data
    let shape: [Int]
    let values: [Double]
  }

  struct Records: Decodable {
    let file: Data
    let columns: [String: [Int]]
  }

  let files: [String: File]
  let records: [String: Records]
  let refused: [String: Data]
  let archives: [String: Data]
  let written: [String: Data]

  static func read() throws -> NumPyGoldens {
    try JSONDecoder().decode(NumPyGoldens.self, from: Data(Goldens.bytes("numpy.json")))
  }
}

/// Opens bytes as the file `damaged.npy`.
func npy(_ bytes: some Collection<UInt8>) throws -> NPYFile {
  try NPYFile(in: MappedFile(copying: bytes, named: "damaged.npy"))
}

/// Opens bytes as the file `damaged.npz`.
func npz(_ bytes: some Collection<UInt8>, arrayLimit: Int = 1 << 30) throws -> NPZFile {
  try NPZFile(in: MappedFile(copying: bytes, named: "damaged.npz"), arrayLimit: arrayLimit)
}

/// An npy file, version 1.0, with a header of one's own.
func npy(header: String, content: [UInt8] = []) -> [UInt8] {
  let text = Array(header.utf8)
  return NPYHeader.magic + [1, 0] + little(UInt16(text.count)) + text + content
}
