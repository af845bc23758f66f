public import HoldfastTensor
public import Testing

/// Expects |actual - expected| ≤ atol + rtol · |expected| everywhere.
public func expectClose(
  _ actual: Tensor, _ expected: Tensor, atol: Double, rtol: Double = 0, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  guard try sameShape(actual, expected, what, sourceLocation) else { return }
  let difference = try (actual - expected).absolute()
  let excess = try difference - (expected.absolute() * rtol + atol)
  let finite = try actual.isFinite().all().item() == 1
  let worst = expected.count == 0 ? 0 : try excess.max().item()
  let largest = expected.count == 0 ? 0 : try difference.max().item()
  #expect(
    finite && worst <= 0, "\(what) differs by up to \(largest)", sourceLocation: sourceLocation)
}

/// Expects max|actual - expected| ≤ ratio · max|expected|, as gradients are compared.
public func expectCloseToScale(
  _ actual: Tensor, _ expected: Tensor, ratio: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  guard try sameShape(actual, expected, what, sourceLocation) else { return }
  let scale = try expected.absolute().max().item()
  let difference = try (actual - expected).absolute().max().item()
  #expect(
    difference <= ratio * scale, "\(what) differs by \(difference), its scale is \(scale)",
    sourceLocation: sourceLocation)
}

private func sameShape(
  _ actual: Tensor, _ expected: Tensor, _ what: String, _ sourceLocation: SourceLocation
) throws -> Bool {
  #expect(actual.shape == expected.shape, "\(what)", sourceLocation: sourceLocation)
  return actual.shape == expected.shape
}
