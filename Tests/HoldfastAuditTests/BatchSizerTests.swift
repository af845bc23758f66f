import Foundation
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("Batch sizes that nobody chose")
struct BatchSizerTests {
  private static let full = TorchError(
    code: .outOfMemory, operation: "test", message: "no memory left")

  /// A device on which so many samples fit, and that is as fast per sample as `pace` says.
  private final class Device {
    var asked: [Int] = []
    let room: Int
    let pace: (Int) -> Double

    init(room: Int, pace: @escaping (Int) -> Double = { 1 / Double($0) }) {
      self.room = room
      self.pace = pace
    }

    func seconds(_ count: Int) throws(TorchError) -> Double {
      asked.append(count)
      guard count <= room else { throw BatchSizerTests.full }
      return pace(count) * Double(count)
    }
  }

  @Test(
    "grow until the memory runs out, and shrink where they begin too large",
    arguments: [(5000, 1024), (1024, 1024), (700, 512), (63, 32), (31, 16), (3, 2), (1, 1)])
  func memory(room: Int, expected: Int) throws {
    let device = Device(room: room)
    #expect(
      try BatchSizer.grown { (count) throws(TorchError) in try device.seconds(count) } == expected)
    #expect(Set(device.asked).count == device.asked.count, "asked twice: \(device.asked)")
  }

  @Test("stop where growing brings nothing")
  func pace() throws {
    let device = Device(room: 5000) { max(1 / Double($0), 1 / 130) }
    #expect(try BatchSizer.grown { (count) throws(TorchError) in try device.seconds(count) } == 128)
  }

  @Test("fail as the device does where not even one sample fits, and on any other fault")
  func failures() {
    for (room, code) in [(0, TorchError.Code.outOfMemory), (9, .backend)] {
      let error = #expect(throws: TorchError.self) {
        try BatchSizer.grown { (count) throws(TorchError) in
          if code == .backend { throw TorchError(code: code, operation: "test", message: "broken") }
          return try Device(room: room).seconds(count)
        }
      }
      #expect(error?.code == code)
    }
  }

  @Test("take half of what is free, and between one and thirty-two samples")
  func share() {
    #expect(BatchSizer.count(bytesPerSample: 100, free: 4000) == 20)
    #expect(BatchSizer.count(bytesPerSample: 100, free: 40_000) == 32)
    #expect(BatchSizer.count(bytesPerSample: 100, free: 150) == 1)
    #expect(BatchSizer.count(bytesPerSample: 0, free: 0) == 32)
  }

  @Test("respect the limits of containers")
  func limits() throws {
    try withTemporaryFolder { folder in
      func write(_ text: String, _ path: String) throws {
        let file = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      let memory = FreeMemory(root: folder.path)
      #expect(memory.bytes == nil)
      try write("MemTotal: 9000 kB\nMemAvailable:    8000 kB\n", "proc/meminfo")
      #expect(memory.bytes == 8000 * 1024)
      // The second version: the limit is on a group above, and most of what it holds are files.
      try write("0::/job/step\n", "proc/self/cgroup")
      try write("max\n", "sys/fs/cgroup/job/step/memory.max")
      try write("5\n", "sys/fs/cgroup/job/step/memory.current")
      try write("1000000\n", "sys/fs/cgroup/job/memory.max")
      try write("900000\n", "sys/fs/cgroup/job/memory.current")
      try write("anon 1\ninactive_file 600000\n", "sys/fs/cgroup/job/memory.stat")
      #expect(memory.bytes == 700_000)
      // The first version.
      try write("5:cpu,memory:/box\n", "proc/self/cgroup")
      try write("500000\n", "sys/fs/cgroup/memory/box/memory.limit_in_bytes")
      try write("450000\n", "sys/fs/cgroup/memory/box/memory.usage_in_bytes")
      #expect(memory.bytes == 50_000)
    }
  }

  @Test("measure what a sample really holds", .enabled(if: FreeMemory().own != nil))
  func measured() async {
    // In a process of its own: tests beside this one take and free memory too.
    await #expect(processExitsWith: .success) {
      let choice = try BatchSizer(HungryEncoder()).choice()
      let bytes = try #require(choice.bytesPerSample)
      // A thousand copies of an input of 64 kB are held for its gradient: about 64 MB a sample.
      #expect((60 << 20...90 << 20).contains(bytes), "\(bytes) bytes")
      #expect(
        try choice.count == BatchSizer.count(bytesPerSample: bytes, free: #require(choice.free)))
    }
  }
}

/// An encoder that keeps a thousand tensors of its input's size for the backward pass.
private struct HungryEncoder: Encoder {
  let modality = Modality.image
  let input = InputSpec(shape: [16384], range: 0...1, unit: "one")
  let embeddingWidth = 1
  let device = Device.cpu

  func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    var x = input
    for _ in 0..<1000 { x = try x.sin() }
    return try x.sum([1]).unsqueezed(1)
  }
}
