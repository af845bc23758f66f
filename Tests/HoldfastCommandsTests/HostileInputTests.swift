import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Input that somebody made to do harm, seen from the command line.
///
/// What readers do with it by
/// themselves is tested beside them; ``FuzzTests`` damages files at random.
@Suite("Input made to do harm", .serialized)
struct HostileInputTests {
  /// Runs the program with at most 3 GiB of memory, and 60 seconds.
  private func run(_ line: String, in folder: URL) throws -> Program.Outcome {
    try Program.shell("ulimit -d 3145728; timeout 60 $holdfast \(line)", in: folder)
  }

  private func write(_ bytes: [UInt8], _ name: String, in folder: URL) throws {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  private func pictures(in folder: URL) throws {
    for (index, name) in ["ring/1.png", "ring/2.png", "star/1.png", "star/2.png"].enumerated() {
      let pixels = [UInt8](repeating: UInt8(40 * index), count: 32 * 32 * 3)
      try write(
        encodePNG(Image(width: 32, height: 32, pixels: pixels)), "data/\(name)", in: folder)
    }
  }

  @Test("pictures of 60,000 by 60,000 pixels are refused by their headers")
  func hugePictures() throws {
    try withTemporaryFolder { folder in
      var png = try encodePNG(
        Image(width: 4, height: 4, pixels: [UInt8](repeating: 0, count: 48)))
      // The size stands in the header's chunk, whose checksum is left wrong in the second file.
      png.replaceSubrange(16..<24, with: [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60])
      try write(png, "torn.png", in: folder)
      var sum = UInt32.max
      for byte in png[12..<29] {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
      }
      png.replaceSubrange(
        29..<33, with: (0..<4).map { UInt8(truncatingIfNeeded: ~sum >> (24 - 8 * $0)) })
      try write(png, "huge.png", in: folder)
      let jpeg: [UInt8] =
        [0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0xEA, 0x60, 0xEA, 0x60, 3, 1, 0x11, 0, 2, 0x11, 0, 3]
        + [0x11, 0, 0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 0xFF, 0xD9]
      try write(jpeg, "huge.jpg", in: folder)
      for name in ["huge.png", "huge.jpg"] {
        let outcome = try run("embed \(name) --model builtin", in: folder)
        expectFailure(outcome, code: 2, "\(name)`")
        #expect(outcome.talk.contains("60000x60000"), "\(outcome.talk)")
      }
      expectFailure(try run("embed torn.png --model builtin", in: folder), code: 2, "torn.png`")
    }
  }

  @Test("links to devices, pipes and themselves are no pictures; links to pictures are")
  func links() throws {
    try withTemporaryFolder { folder in
      try pictures(in: folder)
      let files = FileManager.default
      func link(_ name: String, to target: String) throws {
        try files.createSymbolicLink(
          atPath: folder.appendingPathComponent("data/\(name)").path, withDestinationPath: target)
      }
      try files.moveItem(
        at: folder.appendingPathComponent("data/ring/2.png"),
        to: folder.appendingPathComponent("outside.png"))
      try link("ring/2.png", to: "../../outside.png")
      try link("ring/zero.png", to: "/dev/zero")
      #expect(mkfifo(folder.appendingPathComponent("data/star/pipe.png").path, 0o600) == 0)
      let line = "audit --model builtin --data data --protocol clean --threads 1 --output "
      let outcome = try run(line + "out", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output.contains("4 samples"))
      #expect(outcome.output.contains("left out: 2 inputs that cannot be decoded"))
      #expect(outcome.output.contains("ring/zero.png") && outcome.output.contains("star/pipe.png"))
      try link("star/loop.png", to: "loop.png")
      let loop = try run(line + "loop", in: folder)
      #expect(loop.code == 0 && loop.output.contains("left out: 3 inputs"), "\(loop.output)")
    }
  }

  @Test(
    "a shard whose members climb out of it, or are links, writes nothing and reads nothing else")
  func climbingShard() throws {
    try withTemporaryFolder { folder in
      let picture = try encodePNG(
        Image(width: 4, height: 4, pixels: [UInt8](repeating: 9, count: 48)))
      func member(_ name: String, _ bytes: [UInt8], type: String = "0", link: String = "")
        -> [UInt8]
      {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ place: Int) {
          header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        put(name, 0)
        put("0000644", 100)
        put(String(format: "%011o", bytes.count), 124)
        put("        ", 148)
        put(type, 156)
        put(link, 157)
        put("ustar", 257)
        put("00", 263)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(String(format: "%06o", sum) + "\0 ", 148)
        return header + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
      }
      let tar =
        member("../../climbed.png", picture) + member("../../climbed.cls", [0x30])
        + member("/absolute.png", picture) + member("/absolute.cls", [0x31])
        + member("link.png", [], type: "2", link: "/etc/passwd")
        + member("plain.png", picture) + member("plain.cls", [0x31])
        + [UInt8](repeating: 0, count: 1024)
      try write(tar, "wds/test/0.tar", in: folder)
      try write(Array("1".utf8), "wds/test/nshards.txt", in: folder)
      try write(Array("ring\nstar\n".utf8), "wds/classnames.txt", in: folder)
      let outcome = try run(
        "audit --model builtin --data wds --protocol clean --threads 1 --output out", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output.contains("3 samples"))
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(left == ["out", "wds"])
      #expect(!FileManager.default.fileExists(atPath: "/absolute.png"))
    }
  }

  @Test("weights that are not finite are refused by name")
  func notNumbers() throws {
    try withTemporaryFolder { folder in
      let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent(
          "HoldfastEncodersTests/Goldens/hf-quick-gelu")
      try FileManager.default.copyItem(at: model, to: folder.appendingPathComponent("model"))
      let weights = folder.appendingPathComponent("model/model.safetensors")
      try pictures(in: folder)
      let whole = try Data(contentsOf: weights)
      for bits in [0x7FC0_0000, 0x7F80_0000, 0xFF80_0000] as [UInt32] {
        var damaged = whole
        // The last tensor's last number.
        withUnsafeBytes(of: bits.littleEndian) { value in
          damaged.replaceSubrange(damaged.count - 4..<damaged.count, with: value)
        }
        try damaged.write(to: weights)
        let outcome = try run("embed data/ring/1.png --model model", in: folder)
        #expect(outcome.code == 2 && outcome.output.isEmpty)
        #expect(outcome.talk.contains("holds numbers that are not finite"), "\(outcome.talk)")
        #expect(outcome.talk.contains("model.safetensors`"))
      }
    }
  }
}
