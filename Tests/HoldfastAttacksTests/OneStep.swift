import HoldfastCore
import HoldfastTensor

@testable import HoldfastAttacks

/// An attack of a test: one step from the input, and nothing to remember.
protocol OneStep: Attack where State == FGSM.State {}

extension OneStep {
  var steps: Int { 1 }

  func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor { ball.origin }
  func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> FGSM.State { State() }
}
