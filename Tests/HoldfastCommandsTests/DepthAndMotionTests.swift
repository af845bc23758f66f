import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// ImageBind's depth and inertial measurements on the command line, on a small random model.
@Suite("Audits of depth and of inertial measurements")
struct DepthAndMotionTests {
  private func writeModel(to folder: URL) throws {
    let path = folder.appendingPathComponent("model").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let words = BytePairVocabulary(learnedFrom: ["a depth map of a sensor reading near far ."])
    try words.write(to: path, contextLength: 12)
    let trunk = ImageBindConfiguration.Trunk(width: 32, layers: 2, heads: 8, hidden: 32)
    let configuration = ImageBindConfiguration(
      depth: .init(trunk: trunk, patch: 16, image: 32),
      inertial: .init(trunk: trunk, window: 8, samples: 64),
      text: .init(
        width: 32, layers: 1, heads: 16, hidden: 32, vocabulary: words.tokens.count, context: 12,
        activation: .gelu, epsilon: 1e-6),
      projection: 16)
    let model = try ImageBindModel(
      configuration, initializedBy: Generator(seed: 5, stream: "depth and motion"))
    try model.parameters.write(to: "\(path)/model.safetensors", keys: .imageBind())
  }

  /// Two samples of two classes, as `write` makes them from a number and a path without its ending.
  private func writeClasses(in folder: URL, _ write: (Int, String) throws -> Void) throws {
    for (index, name) in ["near", "far"].enumerated() {
      let place = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for copy in 0..<2 {
        try write(2 * index + copy, place.appendingPathComponent("\(copy)").path)
      }
    }
  }

  private func writeDepths(in folder: URL) throws {
    try writeClasses(in: folder) { number, path in
      let values = (0..<40 * 36).map { UInt16(400 + 900 * number + 7 * ($0 % 40)) }
      let image = try GrayImage(width: 40, height: 36, depth: 16, values: values)
      try Data(try encodePNG(image)).write(to: URL(fileURLWithPath: path + ".png"))
    }
  }

  private func run(_ line: String, in folder: URL) throws -> Program.Outcome {
    try Program.run(
      line.split(separator: " ").map(String.init) + [
        "--attack", "pgd:steps=2", "--threads", "1", "--checks", "off",
      ], in: folder)
  }

  @Test("depth needs its camera, which the run records; epsilon is in disparity")
  func depth() throws {
    try withTemporaryFolder { folder in
      try writeModel(to: folder)
      try writeDepths(in: folder.appendingPathComponent("data"))
      let line = "audit --model model --data depth=data --epsilon 4/255 --output "
      expectFailure(try run(line + "none", in: folder), code: 64, "needs --depth-camera")
      let outcome = try run(line + "out --depth-camera focal=518.9,coding=rotated", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output.contains("disparity, 75 pixels"), "\(outcome.output)")
      let plan = try String(
        contentsOf: folder.appendingPathComponent("out/run.json"), encoding: .utf8)
      #expect(plan.contains("518.9") && plan.contains("rotated"))
      // Another camera is another preparation.
      expectFailure(
        try run(line + "out --depth-camera focal=400", in: folder), code: 64, "differs in")
    }
  }

  @Test(
    "cameras that cannot be are refused",
    arguments: [
      ("baseline=0.1", "lacks the focal length"), ("focal=0", "is not a number above 0"),
      ("focal=1,coding=turned", "is not millimetres or rotated"),
      ("focal=1,zoom=2", "no option `zoom`"),
    ])
  func cameras(text: String, words: String) throws {
    try withTemporaryFolder { folder in
      let line = "audit --model builtin --data scenes:evaluation --depth-camera \(text)"
      expectFailure(try run(line, in: folder), code: 64, words)
    }
  }

  @Test("a model without ImageBind's depth takes no camera")
  func needless() throws {
    try withTemporaryFolder { folder in
      let line = "audit --model builtin --data scenes:evaluation --depth-camera focal=518"
      expectFailure(try run(line, in: folder), code: 2, "takes no depth camera")
    }
  }

  @Test("inertial measurements are arrays of the model's shape")
  func inertial() throws {
    try withTemporaryFolder { folder in
      try writeModel(to: folder)
      let data = folder.appendingPathComponent("data")
      try writeClasses(in: data) { number, path in
        let values = (0..<6 * 64).map { Float(sin(Double($0 * (number + 1)) / 9)) }
        try writeNPY(NPYArray(values, shape: [6, 64]), to: path + ".npy")
      }
      let line = "audit --model model --data inertial=data --epsilon 0.1 --output "
      let outcome = try run(line + "out", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output.contains("4 samples") && outcome.output.contains("inertial reading"))
      try writeNPY(
        NPYArray([Float](repeating: 0, count: 6 * 63), shape: [6, 63]),
        to: data.appendingPathComponent("near/0.npy").path)
      let other = try run(line + "other --strict", in: folder)
      expectFailure(other, code: 2, "is an array of shape [6, 63], and the model takes [6, 64]")
    }
  }
}
