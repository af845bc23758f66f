import HoldfastRuns
import Testing

@Suite("McNemar's exact test")
struct McNemarTests {
  @Test(
    "agrees with sums of exact fractions (Python 3, fractions and math.comb)",
    arguments: [
      (0, 0, 1.0, 1.0), (1, 0, 0.5, 1.0), (0, 1, 1.0, 1.0), (6, 0, 0.015625, 0.03125),
      (7, 0, 0.0078125, 0.015625), (0, 7, 1.0, 0.015625), (5, 5, 0.623046875, 1.0),
      (10, 1, 0.005859375, 0.01171875), (9, 1, 0.0107421875, 0.021484375),
      (12, 3, 0.017578125, 0.03515625), (3, 12, 0.996307373046875, 0.03515625),
      (40, 20, 0.00674464686559593, 0.01348929373119186),
      (500, 400, 0.00047822206845947305, 0.0009564441369189461),
      (10, 1000, 1.0, 5.359574874624727e-281),
      (6000, 5800, 0.03347764921849309, 0.06695529843698618),
    ])
  func values(b: Int, c: Int, oneSided: Double, twoSided: Double) {
    let test = McNemar.exact(b: b, c: c)
    #expect(test.b == b && test.c == c)
    #expect(abs(test.oneSided - oneSided) <= 1e-10 * oneSided)
    #expect(abs(test.twoSided - twoSided) <= 1e-10 * twoSided)
  }

  @Test("has tails that add up: P(X ≥ b) + P(X ≤ b - 1) = 1")
  func complement() {
    for total in [1, 2, 7, 40, 333] {
      for b in 1...total {
        let upper = McNemar.exact(b: b, c: total - b).oneSided
        let lower = McNemar.exact(b: total - b + 1, c: b - 1).oneSided
        #expect(abs(upper + lower - 1) < 1e-12)
      }
    }
  }
}
