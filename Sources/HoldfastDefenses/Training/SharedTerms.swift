import HoldfastCore
import HoldfastTensor
import HoldfastTraining

// Terms that several methods share, and what they are made of.

extension TrainingStep {
  /// Mean ‖f(x̃) - f₀(x)‖² over the samples; the sum over the coordinates, not their mean.
  func embeddingTerm() throws(TorchError) -> Term {
    let distance = try (student.embedding(.adversarial) - teacher.embedding(.clean)).squared()
    return Term("embedding", try distance.sum([1]).mean())
  }

  /// The mean cross-entropy of the labels under the head.
  func crossEntropyTerm(_ input: Input, _ name: String = "cross-entropy") throws(TorchError) -> Term
  {
    Term(name, try student.logits(input).crossEntropy(requireLabels()).mean())
  }
}

// MARK: Maps of texts over tokens

extension TrainingStep {
  /// The anchors of the head, one for each class: `(D, K)`.
  func requireAnchors() throws(TorchError) -> Tensor {
    guard let anchors = head?.anchors else {
      throw TorchError(
        code: .shape, operation: "training step", message: "there are no anchors for the classes")
    }
    return anchors
  }

  /// The texts of each row of `tokens`, by its label: columns `(A, D, K)` give `(A, R, D)`; rows that are
  /// frames have the label of their clip.
  func texts(of columns: Tensor, for tokens: Tensor) throws(TorchError) -> Tensor {
    let (labels, rows) = (try requireLabels(), tokens.shape[0])
    let frames = rows / labels.shape[0]
    let each = try labels.unsqueezed(1).expanded([labels.shape[0], frames]).reshaped([rows])
    return try columns.selecting(2, each).transposed(1, 2)
  }

  /// α · mean ‖A(x̃) - A₀(x)‖ and β · mean ‖A(x) - A₀(x)‖, of the maps that `map` makes of tokens.
  func mapTerms(
    alpha: Double, beta: Double, _ map: (Tensor) throws(TorchError) -> Tensor
  ) throws(TorchError) -> [Term] {
    let frozen = try withoutGradients { () throws(TorchError) in
      try map(teacher.tokens(.clean))
    }
    let perturbed = try map(student.tokens(.adversarial)) - frozen
    let clean = try map(student.tokens(.clean)) - frozen
    return [
      Term("perturbed-map", try perturbed.norm(2, [1]).mean(), weight: alpha),
      Term("clean-map", try clean.norm(2, [1]).mean(), weight: beta),
    ]
  }
}
