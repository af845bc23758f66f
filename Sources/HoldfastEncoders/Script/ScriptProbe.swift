import HoldfastCore
import HoldfastTensor

/// Shows a module of unknown origin some noise, to see whether it is a function of each input alone.
struct ScriptProbe {
  let module: ScriptModule
  let input: InputSpec
  let method: String
  let result: String
  let file: String
  let convert: (Tensor) throws(TorchError) -> Tensor

  /// The width of what it gives.
  ///
  /// - Parameter tolerance: by how much, on the scale of the largest number, a row may depend on the
  ///   size of its batch through rounding.
  /// - Throws: ``EncoderError`` for a module that gives no vectors of finite numbers, that draws random
  ///   numbers, whose rows depend on one another, or that takes batches of one size only.
  func width(tolerance: Double) throws -> Int {
    let batch = try noise(rows: 3)
    let first = try call(batch, "a batch of 3")
    let shape = first.shape
    guard shape.count == 2, shape[0] == 3, shape[1] > 0 else {
      throw refusal(
        "gives \(shape) for a batch of 3, and not one vector for each input",
        "its output must be [batch, width]; pool or flatten the rest in the model")
    }
    guard try first.isFinite().all().item() == 1 else {
      throw refusal(
        "gives numbers that are not finite for inputs in the legal range",
        "check the `range` and the `normalization` of the description")
    }
    let scale = try max(first.absolute().max().item(), 1e-12)
    let again = try call(batch, "the same batch")
    guard try (again - first).absolute().max().item() == 0 else {
      throw refusal(
        "gives another answer to the same input at the second call",
        "it draws random numbers or keeps a state, so nothing about it can be repeated; export it "
          + "with model.eval()")
    }
    for row in 0..<3 {
      let alone = try call(batch.slice(0, row..<row + 1), "a batch of 1")
      let difference = try (alone - first.slice(0, row..<row + 1)).absolute().max().item()
      guard difference <= tolerance * scale else {
        throw refusal(
          "answers an input otherwise in a batch of 3 than alone, by \(difference)",
          "its rows depend on one another, or the batch size was fixed by torch.jit.trace; export "
            + "it with model.eval(), and trace it with another batch or script it")
      }
    }
    return shape[1]
  }

  private func noise(rows: Int) throws(TorchError) -> Tensor {
    var generator = Generator(seed: 0, stream: "script probe")
    let low = Double(input.range?.lowerBound ?? -1)
    let high = Double(input.range?.upperBound ?? 1)
    return try (generator.uniform([rows] + input.shape) * (high - low) + low).to(module.device)
  }

  private func call(_ batch: Tensor, _ name: String) throws -> Tensor {
    do {
      return try withoutGradients { () throws(TorchError) in
        try module(convert(batch), method: method, place: result).to(.float32)
      }
    } catch let error where error.code == .outOfMemory {
      throw error
    } catch {
      throw refusal(
        "fails on \(name) of \(input.shape): \(error.message)",
        "check the `shape` of the description against what the model was exported with, and name "
          + "one part of several results with \"result\"")
    }
  }

  private func refusal(_ what: String, _ hint: String) -> EncoderError {
    EncoderError(what: what, where: file, hint: hint)
  }
}
