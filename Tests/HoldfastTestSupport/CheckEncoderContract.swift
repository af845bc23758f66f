public import HoldfastCore
import HoldfastTensor
public import Testing

/// Checks what every encoder promises, on noise from its legal range.
///
/// Shapes; finite embeddings; rows that do not depend on their batch, nor on being computed twice;
/// a finite gradient that reaches every sample; nothing recorded where no gradient was asked for;
/// an error, not a trap, for inputs of the wrong shape.
public func checkEncoderContract(
  _ encoder: any Encoder, tolerance: Double = 1e-4,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  var generator = Generator(seed: 1, stream: "encoder contract")
  let shape = encoder.input.shape
  let low = Double(encoder.input.range?.lowerBound ?? -1)
  let high = Double(encoder.input.range?.upperBound ?? 1)
  let batch = try (generator.uniform([3] + shape) * (high - low) + low).to(encoder.device)

  let embeddings = try encoder.embed(batch)
  #expect(embeddings.shape == [3, encoder.embeddingWidth], sourceLocation: sourceLocation)
  #expect(!embeddings.requiresGradient, "a parameter requires a gradient")
  #expect(try embeddings.isFinite().all().item() == 1, sourceLocation: sourceLocation)
  try expectClose(encoder.embed(batch), embeddings, atol: 0, "a second pass")
  for row in 0..<3 {
    let alone = try encoder.embed(batch.slice(0, row..<row + 1))
    try expectCloseToScale(
      alone, embeddings.slice(0, row..<row + 1), ratio: tolerance, "row \(row) alone",
      sourceLocation: sourceLocation)
  }

  let input = try batch.leaf()
  let slope = try gradient(of: encoder.embed(input).squared().sum(), withRespectTo: input)
  #expect(slope.shape == batch.shape, sourceLocation: sourceLocation)
  #expect(try slope.isFinite().all().item() == 1, sourceLocation: sourceLocation)
  let reach = try slope.flattenedRows().norm(2, [1]).min().item()
  #expect(reach > 0, "no gradient reaches a sample", sourceLocation: sourceLocation)

  let wrong = try Tensor.zeros([2] + shape + [2], device: encoder.device)
  #expect(throws: TorchError.self, sourceLocation: sourceLocation) { try encoder.embed(wrong) }
}
