public import HoldfastAttacks
import HoldfastTensor

/// What the audited model says about one stored input, tested by itself in float32.
public struct Sighting<Detail> {
  /// The verdict on the input.
  public let example: Example
  /// What a task records beside it.
  public let detail: Detail
  /// The forward passes that the test took.
  public let passes: Int

  /// A sighting.
  ///
  /// - Throws: `TorchError` when the margin is not finite: a broken model is not robust.
  init(_ example: Example, _ detail: Detail, passes: Int, of id: String) throws(TorchError) {
    guard example.margin.isFinite else { throw Self.notFinite(id) }
    self.example = example
    self.detail = detail
    self.passes = passes
  }

  /// The error of a model whose answer is not finite.
  static func notFinite(_ id: String) -> TorchError {
    TorchError(
      code: .backend, operation: "audit",
      message: "the model's answer for sample `\(id)` is not finite")
  }
}
