public import HoldfastCore
public import HoldfastData
import HoldfastMedia
public import HoldfastTensor

extension PreparedSample {
  /// The sample as a batch of one, `(1, …)`, on the CPU.
  ///
  /// - Throws: `DataError` when it is not of the shape that `spec` takes.
  public func tensor(for spec: InputSpec) throws -> Tensor {
    guard input.shape == spec.shape else {
      throw DataError(
        "is of shape \(input.shape) once prepared, and the model takes \(spec.shape)", in: id,
        hint: "the preparation and the model belong to different models or modalities")
    }
    return try Tensor(input.values, [1] + input.shape)
  }
}
