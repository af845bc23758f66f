import Foundation
import HoldfastMedia
import HoldfastTensor
import Testing

/// `sound.json`.
struct SoundGoldens: Decodable {
  /// Every `step`-th value of a tensor, and the mean of all.
  struct Picked: Decodable {
    var shape: [Int]
    var step: Int
    var mean: Double
    var values: [Double]
  }

  struct Bank: Decodable, CustomTestStringConvertible {
    var rate: Int
    var mels: Int
    var samples: Int
    var float32: Picked
    var float64: Picked
    var gradient: Picked

    var testDescription: String { "\(mels) bins at \(rate) Hz" }
  }

  struct Resampling: Decodable, CustomTestStringConvertible {
    var from: Int
    var to: Int
    var samples: Int
    var result: Picked

    var testDescription: String { "\(from) to \(to) Hz" }
  }

  struct Preparation: Decodable, CustomTestStringConvertible {
    var rate: Int
    var samples: Int
    var channels: Int
    var imageBind: Picked
    var languageBind: Picked
    var languageBindShort: Picked

    var testDescription: String { "\(samples) samples at \(rate) Hz" }
  }

  struct File: Decodable, CustomTestStringConvertible {
    var name: String
    var file: Data
    var rate: Int
    var lossy: Bool
    var channels: [Data]

    var bytes: [UInt8] { Array(file) }
    var samples: [[Float]] {
      channels.map { channel in
        channel.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      }
    }
    var testDescription: String { name }
  }

  var tolerances: [String: Double]
  var banks: [Bank]
  var resampling: [Resampling]
  var preparations: [Preparation]
  var files: [File]

  static func read() throws -> SoundGoldens { try Goldens.read("sound.json") }

  func tolerance(_ name: String) throws -> Double { try #require(tolerances[name]) }
}

/// The samples that goldens are made from: ((s n)² mod 9973) / 9973 - 0.4.
func chirp(_ count: Int, step: Int = 1) -> [Double] {
  (0..<count).map { n in Double(n * step * n * step % 9973) / 9973 - 0.4 }
}

/// The same in 16 bits: ((s n)² mod 9973 - 4000) / 32768.
func sixteenBitChirp(_ count: Int, step: Int = 1) -> [Float] {
  (0..<count).map { n in Float(n * step * n * step % 9973 - 4000) / 32768 }
}

/// Expects the values that a golden picked, within `tolerance`, or `ratio` of the largest.
func expectPicked(
  _ found: [Double], shape: [Int], _ golden: SoundGoldens.Picked, tolerance: Double = 0,
  ratio: Double = 0, _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(shape == golden.shape, "\(what)", sourceLocation: sourceLocation)
  let picked = stride(from: 0, to: found.count, by: golden.step).map { found[$0] }
  guard shape == golden.shape, picked.count == golden.values.count else {
    Issue.record("\(what) has other sizes", sourceLocation: sourceLocation)
    return
  }
  let allowed = tolerance + ratio * (golden.values.map(abs).max() ?? 0)
  let worst = zip(picked, golden.values).map { abs($0 - $1) }.max() ?? 0
  #expect(worst <= allowed, "\(what) differs by \(worst)", sourceLocation: sourceLocation)
  let mean = found.reduce(0, +) / Double(max(1, found.count))
  #expect(
    abs(mean - golden.mean) <= allowed, "\(what): the mean is \(mean), not \(golden.mean)",
    sourceLocation: sourceLocation)
}

extension Tensor {
  /// The elements as float64.
  func doubles() throws -> [Double] { try to(.float64).array(of: Double.self) }
}
