import Foundation
import Holdfast

extension Reader {
  static let jpeg = Reader(
    name: "jpeg", examples: { SeedPictures.jpegs.map { ["picture.jpg": $0] } },
    read: { folder in
      let path = "\(folder)/picture.jpg"
      _ = try decodeImage(bytes(path), name: path)
    })

  static let png = Reader(
    name: "png",
    examples: {
      let colours = (0..<16 * 12 * 3).map { UInt8($0 * 7 % 256) }
      let depths = (0..<16 * 12).map { UInt16($0 * 331 % 65536) }
      return try [
        ["picture.png": encodePNG(Image(width: 16, height: 12, pixels: colours))],
        [
          "picture.png": encodePNG(GrayImage(width: 16, height: 12, depth: 16, values: depths))
        ],
      ]
    },
    seal: { example in
      if let file = example["picture.png"] { example["picture.png"] = SeedArchives.sealed(file) }
    },
    read: { folder in
      let path = "\(folder)/picture.png"
      _ = try decodeImage(bytes(path), name: path)
      _ = try decodeGray(bytes(path), name: path)
    })

  static let sound = Reader(
    name: "sound",
    examples: {
      let wave = (0..<400).map { Float($0 % 50) / 50 - 0.5 }
      return try [WAVCoding.int16, .float32].map { coding in
        ["sound.wav": try encodeWAV(Sound(rate: 8000, channels: [wave, wave]), as: coding)]
      }
    },
    read: { folder in
      let path = "\(folder)/sound.wav"
      _ = try decodeSound(bytes(path), name: path)
    })

  /// Events in both forms of numpy's files.
  static let numpy = Reader(
    name: "numpy",
    examples: {
      let events = (0..<40).flatMap { (index: Int32) -> [Int32] in
        [index % 16, index % 12, index * 100, index % 2]
      }
      let columns: [(String, [Int32])] = [
        ("x_pos", [1, 2, 3]), ("y_pos", [3, 2, 1]), ("timestamp", [10, 20, 30]),
        ("polarity", [1, 0, 1]),
      ]
      return try [
        written { folder in
          try writeNPY(NPYArray(events, shape: [40, 4]), to: "\(folder)/events.npy")
        },
        written { folder in
          let arrays = columns.map { ($0, NPYArray($1, shape: [3])) }
          try writeNPZ(
            Dictionary(uniqueKeysWithValues: arrays), to: "\(folder)/events.npy")
        },
      ]
    },
    read: { folder in
      let path = "\(folder)/events.npy"
      _ = try decodeEvents(bytes(path), name: path)
    })

  static let points = Reader(
    name: "points",
    examples: {
      let off = "OFF\n4 2 0\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 1 2\n4 0 1 2 3\n"
      let ply = """
        ply
        format ascii 1.0
        element vertex 3
        property float x
        property float y
        property float z
        element face 1
        property list uchar int vertex_indices
        end_header
        0 0 0
        1 0 0
        0 1 0
        3 0 1 2

        """
      return [off, ply, "0,0,0,1\n1.5 2 -3e2 4\n1 2 3 4\n"].map { ["cloud": Array($0.utf8)] }
    },
    read: { folder in
      let path = "\(folder)/cloud"
      _ = try decodePoints(bytes(path), name: path)
    })
}

extension SeedArchives {
  /// A PNG with the checksums of its chunks made right.
  static func sealed(_ file: [UInt8]) -> [UInt8] {
    var file = file
    sealPNG(&file)
    return file
  }
}
