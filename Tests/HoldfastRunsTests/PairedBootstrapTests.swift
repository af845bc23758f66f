import Foundation
import Testing

@testable import HoldfastRuns

@Suite("Paired bootstrap intervals")
struct PairedBootstrapTests {
  /// Resamples pairs one by one, as the bootstrap is defined.
  private func drawn(_ onlyFirst: Int, _ onlySecond: Int, _ pairs: Int) -> [Double] {
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let differences = (0..<4000).map { _ in
      (0..<pairs).reduce(0) { sum, _ in
        let pick = next(pairs)
        return sum + (pick < onlySecond ? 1 : pick < onlySecond + onlyFirst ? -1 : 0)
      }
    }.sorted()
    return [differences[99], differences[3899]].map { Double($0) / Double(pairs) }
  }

  @Test(
    "have the bootstrap intervals that drawing approaches",
    arguments: [(10, 3, 100), (0, 5, 60), (20, 20, 90), (40, 0, 40)])
  func bootstrap(onlyFirst: Int, onlySecond: Int, pairs: Int) {
    let interval = PairedBootstrap.interval(
      onlyFirst: onlyFirst, onlySecond: onlySecond, pairs: pairs)
    let drawn = drawn(onlyFirst, onlySecond, pairs)
    for (a, b) in zip(interval, drawn) { #expect(abs(a - b) <= 1.01 / Double(pairs), "\(a) \(b)") }
    let difference = Double(onlySecond - onlyFirst) / Double(pairs)
    #expect(interval[0] <= difference && difference <= interval[1])
    let turned = PairedBootstrap.interval(
      onlyFirst: onlySecond, onlySecond: onlyFirst, pairs: pairs)
    #expect(abs(turned[0] + interval[1]) <= 1.01 / Double(pairs))
  }

  @Test("say nothing of no pairs, and have no width where no pair differs")
  func edges() {
    #expect(PairedBootstrap.interval(onlyFirst: 0, onlySecond: 0, pairs: 0) == [-1, 1])
    #expect(PairedBootstrap.interval(onlyFirst: 0, onlySecond: 0, pairs: 9) == [0, 0])
    let many = PairedBootstrap.interval(onlyFirst: 3000, onlySecond: 2000, pairs: 50_000)
    // The normal approximation is good to a few pairs here.
    let spread = 1.96 * ((5000.0 - 1e6 / 50_000) / 50_000 / 50_000).squareRoot()
    #expect(abs(many[0] - (-0.02 - spread)) < 1e-4 && abs(many[1] - (-0.02 + spread)) < 1e-4)
  }
}
