import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("A start beside the input")
struct NormalStartTests {
  private let ball: Ball

  init() throws {
    ball = try Ball(
      around: .full(0.5, [2, 3, 8, 8]), norm: .linf, radii: [Radius(0.1), Radius(0.1)],
      range: 0...1)
  }

  private func start(_ attack: some Attack, seed: UInt64 = 1) throws -> Tensor {
    var noise = Noise([Generator(seed: seed, stream: 0), Generator(seed: seed, stream: 1)])
    return try attack.start(in: ball, noise: &noise)
  }

  @Test("is off by noise of the given deviation, each sample by its own")
  func deviation() throws {
    let attack = NormalStart(PGD(steps: 3, randomStart: false), deviation: 0.02)
    let offset = try start(attack) - ball.origin
    let deviation = try offset.squared().mean().squareRoot().item()
    #expect(abs(deviation - 0.02) < 0.002)
    #expect(try offset.select(0, 0).bytes() != offset.select(0, 1).contiguous().bytes())
    #expect(try start(attack).bytes() == start(attack).bytes())
    #expect(try start(attack).bytes() != start(attack, seed: 2).bytes())
  }

  @Test("leaves the steps to the attack it is around")
  func steps() throws {
    let attack = NormalStart(PGD(steps: 3, randomStart: false))
    #expect(attack.steps == 3 && attack.lengthened(by: 2)?.steps == 6)
    #expect(type(of: attack).name == "pgd-normal-start" && attack.deviation == 0.001)
  }
}
