import Foundation
import HoldfastErrors
import HoldfastMedia
import Testing

@Suite("Files of points")
struct PointFileTests {
  let goldens: PointEventGoldens

  init() throws { goldens = try PointEventGoldens.read() }

  func decode(_ text: String) throws -> PointShape {
    try decodePoints(Array(text.utf8), name: "chair.off")
  }

  func mesh(_ text: String) throws -> TriangleMesh {
    guard case .mesh(let mesh) = try decode(text) else { throw MediaError("no mesh") }
    return mesh
  }

  func cloud(_ text: String) throws -> PointCloud {
    guard case .cloud(let cloud) = try decode(text) else { throw MediaError("no cloud") }
    return cloud
  }

  func error(_ text: String) throws -> String {
    let error = try #require(throws: MediaError.self) { try decode(text) }
    #expect(error.file == "chair.off" && error.description.hasPrefix("`chair.off`: "))
    return error.what
  }

  // MARK: OFF

  @Test(
    "OFF counts may follow the word, be on the next line, or stand among comments",
    arguments: [
      "OFF\n4 1 0\n", "OFF4 1 0\n", "OFF 4 1 0\r\n", "OFF\r\n\r\n4 1 0 \r\n",
      "OFF # made by hand\n# a comment\n\n  4\t1 0 # counts\n",
    ])
  func headers(header: String) throws {
    let mesh = try mesh(header + "0 0 0\n1 0 0 # a corner\n\n1 1e0 0\n0 1. -0.5\n4 0 1 2 3\n")
    #expect(mesh.vertices.coordinates == [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, -0.5])
    #expect(mesh.corners == [0, 1, 2, 0, 2, 3] && mesh.triangles == 2)
  }

  @Test("OFF polygons become fans, colours are passed over, and without faces there are points")
  func polygons() throws {
    let vertices = (0..<5).map { "\($0) \($0 * $0) 0\n" }.joined()
    let mesh = try mesh("OFF\n5 2 0\n\(vertices)5 0 1 2 3 4 255 0 0\n3 4 3 2 0.5 0.5 0.5 1\n")
    #expect(mesh.corners == [0, 1, 2, 0, 2, 3, 0, 3, 4, 4, 3, 2])
    #expect(try cloud("OFF\n2 0 0\n1 2 3\n4 5 6").coordinates == [1, 2, 3, 4, 5, 6])
  }

  @Test("OFF files that are wrong say where")
  func wrongOFF() throws {
    let square = "0 0 0\n1 0 0\n1 1 0\n0 1 0\n"
    for (text, message) in [
      ("OFF", "ends before its counts"), ("OFF\n# nothing\n", "ends before its counts"),
      ("OFF\n4 1\n", "line 2: the counts"), ("OFF\nx 1 0\n", "line 2: `x` is not a whole number"),
      ("OFF\n-1 0 0\n", "-1 vertices"), ("OFF\n0 0 0\n", "has no points"),
      ("OFF\n9000000000000000000 1 0\n", "9000000000000000000 vertices"),
      ("OFF\n99999999999999999999 1 0\n", "is not a whole number"),
      ("OFF\n2 0 0\n1 2 3\n", "the file ends before vertex 1 of 2"),
      ("OFF\n2 0 0\n1 2 3\n1 2\n", "line 4: vertex 1 has 2 coordinates"),
      ("OFF\n2 0 0\n1 2 3\n1 2 3 4\n", "vertex 1 has 4 coordinates"),
      ("OFF\n2 0 0\n1 2 3\n1 2 z\n", "line 4: `z` is not a number"),
      ("OFF\n2 0 0\n1 2 3\n1 nan 3\n", "point 1 has the coordinate nan"),
      ("OFF\n2 0 0\n1 2 3\n1 2 1e99\n", "point 1 has the coordinate inf"),
      ("OFF\n4 2 0\n\(square)3 0 1 2\n", "the file ends before face 1 of 2"),
      ("OFF\n4 1 0\n\(square)3 0 1 4\n", "line 7: face 0 has the vertex 4, and there are 4"),
      ("OFF\n4 1 0\n\(square)3 0 1 -1\n", "face 0 has the vertex -1"),
      ("OFF\n4 1 0\n\(square)2 0 1\n", "announces 2 corners"),
      ("OFF\n4 1 0\n\(square)4 0 1 2\n", "announces 4 corners and has 3"),
      ("OFF\n4 1 0\n\(square)3 0 1 2\n3 0 1 2\n", "line 8: the file goes on"),
    ] {
      #expect(try error(text).contains(message), "\(text)")
    }
  }

  // MARK: PLY

  @Test("PLY files as text and in both orders of bytes hold the same")
  func ply() throws {
    #expect(goldens.ply.count == 3)
    for (kind, file) in goldens.ply {
      guard case .mesh(let mesh) = try decodePoints(Array(file), name: kind) else {
        Issue.record("\(kind) is no mesh")
        continue
      }
      #expect(mesh.vertices.coordinates == [0, 0, 0, 2, 0, 0, 2, 2, 0, 0, 2, 0, 1, 1, 1.5])
      #expect(mesh.corners == [0, 1, 4, 1, 2, 4, 2, 3, 4, 3, 0, 4, 0, 3, 2, 0, 2, 1], "\(kind)")
      for length in 0..<file.count - 1 {
        let error = try #require(throws: MediaError.self, "\(kind), \(length) bytes") {
          try decodePoints(Array(file.prefix(length)), name: kind)
        }
        #expect(error.file == kind)
      }
    }
  }

  @Test("PLY headers that are wrong say where")
  func wrongPLY() throws {
    let xyz = "property float x\nproperty float y\nproperty float z\n"
    let start = "ply\nformat ascii 1.0\n"
    let face = "element face 1\nproperty list uchar int vertex_index\n"
    for (text, message) in [
      ("ply", "no end of its header"), ("plyx\n", "the word `ply`"),
      ("ply\nend_header\n", "line 2: the format is not given"),
      ("ply\nformat ascii 2.0\nend_header\n", "line 2: this line"),
      ("ply\nformat text 1.0\nend_header\n", "line 2: this format"),
      ("\(start)property float x\nend_header\n", "line 3: this line"),
      ("\(start)element vertex\nend_header\n", "line 3: this line"),
      ("\(start)element vertex -1\nend_header\n", "not a whole number"),
      ("\(start)element vertex 1\nelement vertex 1\nend_header\n", "same name"),
      ("\(start)element vertex 1\nproperty half x\nend_header\n", "this property"),
      ("\(start)element vertex 1\nproperty list float int x\nend_header\n", "this property"),
      ("\(start)element vertex 1\nproperty int x\nproperty int x\nend_header\n", "same name"),
      ("\(start)element vertex 0\n\(xyz)end_header\n", "has no points"),
      ("\(start)end_header\n", "has no points"),
      ("\(start)element vertex 1\nproperty float x\nend_header\n1\n", "no x, y and z"),
      ("\(start)element vertex 99999999999\n\(xyz)end_header\n1 2 3\n", "99999999999 elements"),
      ("\(start)element nothing 9\nend_header\n", "9 elements"),
      ("\(start)element vertex 1\n\(xyz)end_header\n1 2 x\n", "is not a number"),
      ("\(start)element vertex 1\n\(xyz)end_header\n1 2", "ends within its elements"),
      ("\(start)element vertex 1\n\(xyz)end_header\n1 2 inf\n", "point 0 has the coordinate inf"),
      ("\(start)element vertex 1\n\(xyz)\(face)end_header\n1 2 3\n3 0 0 1\n", "the vertex 1"),
      ("\(start)element vertex 1\n\(xyz)\(face)end_header\n1 2 3\n3 0 0 -1\n", "the vertex -1"),
      ("\(start)element vertex 1\n\(xyz)\(face)end_header\n1 2 3\n2 0 0\n", "has 2 corners"),
      ("\(start)element vertex 1\n\(xyz)\(face)end_header\n1 2 3\n99 0 0\n", "a list of 99"),
      ("\(start)element vertex 1\n\(xyz)\(face)end_header\n1 2 3\n-2 0 0\n", "a list of -2"),
    ] {
      let what = try error(text)
      #expect(what.contains(message), "\(text): \(what)")
    }
  }

  // MARK: Text and arrays

  @Test("Text is parted by blanks or commas, and columns beyond the third are passed over")
  func text() throws {
    for text in [
      "1 2 3\n4 5 -6.5", "1,2,3\n4,5,-6.5\n", "1, 2, 3\r\n4,\t5, -6.5\r\n",
      "# x y z\n1 2 3\n\n4 5 -6.5",
      "1,2,3,0,0,1\n4,5,-6.5,1,0,0\n", "  +1 2e0 3 9\n4 5 -6.5 inf\n",
    ] {
      #expect(try cloud(text).coordinates == [1, 2, 3, 4, 5, -6.5], "\(text)")
    }
    for (text, message) in [
      ("1 2\n", "line 1: a point has three"), ("1 2 3\n4 5 6 7\n", "line 2: there are 4 columns"),
      ("1 2 3\n4 b 6\n", "line 2: `b` is not a number"), ("1 2 3\n4 nan 6", "line 2: `nan`"),
      ("1 2 -inf\n", "line 1: `-inf`"), ("# nothing\n", "has no points"), ("", "the file is empty"),
      ("x,y,z\n1,2,3\n", "not a file of points"), ("COFF\n1 0 0\n", "not a file of points"),
      ("1 2 \u{7}\u{7F}é\n", "`????` is not a number"),
    ] {
      #expect(try error(text).contains(message), "\(text)")
    }
  }

  @Test("Arrays of numpy and tensors of PyTorch hold the same points")
  func arrays() throws {
    #expect(goldens.arrays.count == 8)
    for (name, file) in goldens.arrays {
      guard case .cloud(let cloud) = try decodePoints(Array(file), name: name) else {
        Issue.record("\(name) is no cloud")
        continue
      }
      #expect(cloud.coordinates == goldens.array, "\(name)")
      for length in stride(from: 1, to: file.count - 1, by: 7) {
        let error = try #require(throws: MediaError.self) {
          try decodePoints(Array(file.prefix(length)), name: name)
        }
        #expect(error.file == name)
      }
    }
  }

  @Test("Arrays of other sizes are refused")
  func otherArrays() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }\n"
    var file: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
    file += Array(header.utf8) + [UInt8](repeating: 0, count: 24)
    let error = try #require(throws: MediaError.self) { try decodePoints(file, name: "a.npy") }
    #expect(error.what == "an array of sizes [3, 2] holds no points" && error.file == "a.npy")
  }

  // MARK: Damage

  @Test(
    "2,000 damaged files of a kind neither crash nor hang",
    arguments: ["off", "ply", "xyz", "array"])
  func damage(kind: String) throws {
    let vertices = (0..<12).map { "\(Double($0) / 7) \($0 * $0) -\($0)\n" }.joined()
    let files: [[UInt8]] =
      switch kind {
      case "off": [Array("OFF\n12 3 0\n\(vertices)3 0 1 2\n4 3 4 5 6\n3 9 10 11\n".utf8)]
      case "xyz": [Array(vertices.utf8)]
      case "ply": goldens.ply.sorted { $0.key < $1.key }.map { Array($0.value) }
      default: goldens.arrays.sorted { $0.key < $1.key }.map { Array($0.value) }
      }
    var generator = SeededGenerator(state: 77)
    let alphabet: [UInt8] =
      ["off", "xyz"].contains(kind) ? Array("0123456789.-+e \n#nx,".utf8) : []
    var (read, refused) = (0, 0)
    for round in 0..<2000 {
      let bytes = damaged(files[round % files.count], alphabet: alphabet, &generator)
      do {
        let shape = try decodePoints(bytes, name: "damaged")
        let isSound =
          switch shape {
          case .cloud(let cloud): cloud.coordinates.allSatisfy { $0.isFinite }
          case .mesh(let mesh): mesh.corners.allSatisfy { (0..<mesh.vertices.count).contains($0) }
          }
        #expect(isSound)
        read += 1
      } catch {
        #expect(error.file == "damaged" && !error.what.isEmpty)
        refused += 1
      }
    }
    #expect(read > 50 && refused > 50, "\(read) read, \(refused) refused")
  }
}
