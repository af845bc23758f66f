import HoldfastCore
import HoldfastTensor

extension InputSpec {
  /// Fails unless the input of a sample lies in this space.
  func check(_ job: AttackJob) throws(TorchError) {
    func refuse(_ code: TorchError.Code, _ reason: String) -> TorchError {
      TorchError(
        code: code, operation: "attack", message: "the input of sample `\(job.id)` \(reason)")
    }
    let input = job.input
    guard input.dtype == .float32 else { throw refuse(.dtype, "is \(input.dtype), not float32") }
    guard input.shape == [1] + shape else {
      throw refuse(.shape, "has the shape \(input.shape), not \([1] + shape)")
    }
    guard try input.isFinite().all().item() == 1 else { throw refuse(.backend, "is not finite") }
    guard let range else { return }
    let (low, high) = (try input.min().item(), try input.max().item())
    guard low >= Double(range.lowerBound), high <= Double(range.upperBound) else {
      throw refuse(
        .backend,
        "has values in [\(low), \(high)], outside its legal range "
          + "[\(range.lowerBound), \(range.upperBound)]")
    }
  }
}
