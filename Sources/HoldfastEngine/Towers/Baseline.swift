import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastMedia
package import HoldfastRecords
import HoldfastRuns
import HoldfastScenes

/// The share of samples whose nearest training sample is of the same class: what one gets without
/// any learning.
///
/// Values are compared in 256 steps of the modality's legal range. Points have no order, so that
/// clouds are compared by how many points lie in each of 12 × 12 × 12 boxes.
func nearestNeighbourBaseline(
  train: [PreparedSample], test: [PreparedSample], input: InputSpec
) throws -> ProportionRecord {
  let share = try nearestNeighbourAccuracy(
    train: train.map { bytes(of: $0, input) }, trainLabels: train.map(\.label),
    test: test.map { bytes(of: $0, input) }, testLabels: test.map(\.label))
  return .wilson(Int((share * Double(test.count)).rounded()), of: test.count)
}

/// The share of held-out scenes whose nearest training picture shows the same shape: what pixels
/// alone give away.
package func pixelBaseline(train: Int, test: Int, size: Int) throws -> ProportionRecord {
  func pictures(_ split: SceneSplit, _ count: Int) throws -> [PreparedSample] {
    let scenes = SceneSet(
      generator: SceneGenerator(seed: 0), split: split, size: size, samples: count)
    return try prepared(scenes, ImagePreprocessor.clip(size: size))
  }
  return try nearestNeighbourBaseline(
    train: pictures(.train, train), test: pictures(.evaluation, test),
    input: .pixels(height: size, width: size))
}

private func bytes(of sample: PreparedSample, _ input: InputSpec) -> [UInt8] {
  let values = sample.input.values
  guard case .items = input.patches else {
    let range = input.range ?? -1...1
    let factor = 255 / (range.upperBound - range.lowerBound)
    return values.map { UInt8(min(max(($0 - range.lowerBound) * factor, 0), 255).rounded()) }
  }
  let sides = 12
  var counts = [UInt8](repeating: 0, count: sides * sides * sides)
  for point in stride(from: 0, to: values.count - 2, by: 3) {
    let box = values[point..<point + 3].reduce(0) { place, value in
      place * sides + min(max(Int((value + 1) / 2 * Float(sides)), 0), sides - 1)
    }
    counts[box] = counts[box] == 255 ? 255 : counts[box] + 1
  }
  return counts
}
