import Foundation
import Testing

@testable import HoldfastFormats

@Suite("npy files")
struct NPYTests {
  let goldens: NumPyGoldens

  init() throws { goldens = try NumPyGoldens.read() }

  @Test("give numpy's values, whatever the type, the order and the version")
  func values() throws {
    #expect(goldens.files.count == 19)
    for (name, golden) in goldens.files {
      let file = try npy(golden.file)
      #expect(file.shape == golden.shape, "\(name)")
      #expect(file.count == golden.values.count && !file.isRecord, "\(name)")
      #expect(try file.floats() == golden.values.map { Float($0) }, "\(name)")
      if golden.values.allSatisfy({ $0 == $0.rounded() }) {
        #expect(try file.integers() == golden.values.map { Int($0) }, "\(name)")
      }
    }
  }

  @Test("with records give columns by name, packed or padded")
  func records() throws {
    for (name, golden) in goldens.records {
      let file = try npy(golden.file)
      #expect(file.isRecord && file.fields.map(\.name).sorted() == ["p", "t", "x", "y"])
      for (column, values) in golden.columns {
        #expect(try file.integers(column) == values, "\(name), \(column)")
        #expect(try file.floats(column) == values.map { Float($0) }, "\(name), \(column)")
      }
      expectFormatError("has no column 'polarity'") { _ = try file.integers("polarity") }
      expectFormatError("its columns are 'x', 'y', 't', 'p'") { _ = try file.floats() }
    }
    let plain = try npy(#require(goldens.files["row"]).file)
    expectFormatError("has no columns") { _ = try plain.floats("x") }
  }

  @Test("of types that are not read are refused by name")
  func refused() throws {
    #expect(goldens.refused.count == 7)
    for (message, bytes) in goldens.refused {
      expectFormatError(message) { _ = try npy(bytes) }
      expectFormatError("`damaged.npy`") { _ = try npy(bytes) }
    }
  }

  @Test("are written byte for byte as numpy writes them")
  func written() throws {
    let arrays: [String: NPYArray] = [
      "f4": NPYArray((0..<6).map { Float($0) }, shape: [2, 3]),
      "f8": NPYArray([0.0, 1, 2] as [Double], shape: [3]),
      "i8": NPYArray([-7 as Int64], shape: []),
      "u1": NPYArray([0, 1, 2, 3] as [UInt8], shape: [1, 2, 2]),
      "i4": NPYArray((0..<100).map { Int32($0) }, shape: [100, 1]),
      "b1": NPYArray([true, false], shape: [2]),
    ]
    let scratch = try Scratch()
    #expect(arrays.keys.sorted() == goldens.written.keys.sorted())
    for (name, array) in arrays {
      let path = scratch.path + name + ".npy"
      try writeNPY(array, to: path)
      #expect(try Data(contentsOf: URL(filePath: path)) == goldens.written[name], "\(name)")
      #expect(try NPYFile(path).shape == array.shape)
    }
    expectFormatError("does not hold 4 bytes") {
      try writeNPY(NPYArray([1 as Float], shape: [2]), to: scratch.path + "a.npy")
    }
    #expect(try scratch.contents.count == arrays.count)
  }

  @Test(
    "with a header that is not one are refused",
    arguments: [
      "", "{", "{}", "[]", "1", "{'descr': '<f4'}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': [1]}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 1)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 8)}",
      "{'descr': 'f4', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '=f4', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '|f4', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': [], 'fortran_order': False, 'shape': (1,)}",
      "{'descr': [('', '|V4')], 'fortran_order': False, 'shape': (9,)}",
      "{'descr': [('a', '<u2'), ('a', '<u2')], 'fortran_order': False, 'shape': (1,)}",
      "{'descr': [('a',)], 'fortran_order': False, 'shape': (1,)}",
      "{'descr': [('', '|V9999')], 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os')}",
      "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (1,)}",
      "((((((((((((((1))))))))))))))",
    ])
  func headers(header: String) throws {
    expectFormatError("`damaged.npy`") {
      _ = try npy(npy(header: header, content: [0, 0, 0, 0]))
    }
  }

  @Test("may have a header with other blanks, quotes and Python 2's long numbers")
  func lenience() throws {
    let header = "{ \"shape\" : ( 1L , ) ,\n'fortran_order':True,'descr':'<f4' }"
    #expect(try npy(npy(header: header, content: [0, 0, 128, 63])).floats() == [1])
    let absurd = "{'descr': '<f8', 'fortran_order': True, 'shape': (4611686018427387904, 0)}"
    #expect(try npy(npy(header: absurd)).floats().isEmpty)
  }

  @Test("do not lend what is no whole number of 64 bits")
  func integers() throws {
    func file(_ type: String, _ bytes: [UInt8]) throws -> NPYFile {
      let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (2,)}"
      return try npy(npy(header: header, content: bytes))
    }
    let zero = [UInt8](repeating: 0, count: 8)
    for value in [0.5, .nan, .infinity, 1e300] {
      let file = try file("<f8", zero + little(value.bitPattern))
      expectFormatError("no whole number of 64 bits at the place 1") { _ = try file.integers() }
    }
    let large = try file("<u8", little(UInt64.max) + zero)
    expectFormatError("at the place 0") { _ = try large.integers() }
    #expect(try large.floats() == [Float(UInt64.max), 0])
    #expect(try file("|b1", [7, 0]).integers() == [1, 0])
  }

  @Test("cut anywhere are an error")
  func truncation() throws {
    for (name, golden) in goldens.files where ["type-f4", "fortran", "version-2"].contains(name) {
      for length in 0..<golden.file.count {
        #expect(throws: FormatError.self, "\(name) of \(length) bytes") {
          try npy(golden.file.prefix(length))
        }
      }
      expectFormatError("bytes of elements, but the shape") { _ = try npy(golden.file + [0]) }
    }
  }

  @Test("with flipped bytes are an error or a value, never a trap")
  func flips() throws {
    var random = Seeded(state: 11)
    let sources = goldens.files.values.map(\.file) + goldens.records.values.map(\.file)
    let files = sources.sorted { $0.count < $1.count || $0.count == $1.count && $0.hashes($1) }
    var (read, refused) = (0, 0)
    for round in 0..<3000 {
      var bytes = Array(files[round % files.count])
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] =
          Bool.random(using: &random)
          ? .random(in: 0...255, using: &random)
          : Array("0123456789,()[]{}'<>|fiub LTF".utf8).randomElement(using: &random) ?? 0
      }
      do {
        let file = try npy(bytes)
        for field in file.fields {
          #expect(try file.floats(field.name).count == file.count)
          _ = try? file.integers(field.name)
        }
        read += 1
      } catch let error as FormatError {
        #expect(error.file == "damaged.npy")
        refused += 1
      }
    }
    #expect(read > 300 && refused > 300, "\(read) read, \(refused) refused")
  }
}

extension Data {
  /// An order of files of equal length.
  fileprivate func hashes(_ other: Data) -> Bool { lexicographicallyPrecedes(other) }
}
