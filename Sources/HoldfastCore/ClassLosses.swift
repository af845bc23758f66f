public import HoldfastTensor

/// Cross-entropy of the true class: log Σ exp z - z_y.
///
/// With several true partners z_y is their log Σ exp.
public struct CrossEntropy: Objective {
  /// `cross-entropy`.
  public static let name = "cross-entropy"
  /// The loss itself.
  public static let formula = "log Σ exp z - z_y"

  /// The objective; it has no parameters.
  public init() {}

  /// The cross-entropy of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("cross-entropy")
    guard let partners = truth.partners else { return try logits.crossEntropy(truth.labels) }
    return try logits.logSumExp([1])
      - logits.filled(-.infinity, where: partners.not()).logSumExp([1])
  }

  /// The cross-entropy of the target.
  public var towardsTarget: (any Objective)? { TargetedCrossEntropy() }
}

/// Minus the cross-entropy of the class that a run aims at: z_t - log Σ exp z.
public struct TargetedCrossEntropy: Objective {
  /// `targeted-cross-entropy`.
  public static let name = "targeted-cross-entropy"
  /// The loss itself.
  public static let formula = "z_t - log Σ exp z"

  /// The objective; it has no parameters.
  public init() {}

  /// The log-probability of each sample's target.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("targeted cross-entropy")
    return try logits.entry(truth.targets) - logits.logSumExp([1])
  }

  /// The same objective, which serves targeted attacks as it is.
  public var towardsTarget: (any Objective)? { self }
}

/// The margin of Carlini and Wagner: max over j ≠ y of z_j, minus z_y.
///
/// It needs no scale of the logits. With several true partners z_y is the largest of theirs.
public struct Margin: Objective {
  /// `margin`.
  public static let name = "margin"
  /// The loss itself.
  public static let formula = "max over j ≠ y of z_j, minus z_y"

  /// The objective; it has no parameters.
  public init() {}

  /// The margin of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("margin")
    return try truth.rivals(in: logits).max([1]) - truth.best(of: logits)
  }

  /// The lead of the target.
  public var towardsTarget: (any Objective)? { TargetLead() }
}

/// The margin, capped at κ: min(max over j ≠ y of z_j - z_y, κ).
///
/// What papers on vision-language models ascend and call C&W in Linf; specs: attacks, section 1.8.
public struct CappedMargin: Objective {
  /// `capped-margin`.
  public static let name = "capped-margin"
  /// The loss itself.
  public static let formula = "min(max over j ≠ y of z_j - z_y, κ)"

  /// The margin κ in logits at which the loss is capped.
  public var kappa: Double

  /// The margin up to `kappa`.
  public init(kappa: Double) {
    self.kappa = kappa
  }

  /// The margin of each sample, or κ.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    try Margin().loss(prediction, truth).minimum(kappa)
  }

  /// The lead of the target, up to the same κ.
  public var towardsTarget: (any Objective)? { CappedLead(kappa: kappa) }
}

/// How far each other class is above the true one: z_j - z_y for all j ≠ y, the largest first.
///
/// Several losses, `(B, K - 1)`, for attacks that choose among the boundaries of the true class.
/// Those of further true partners are minus infinity.
public struct ClassMargins: Objective {
  /// `class-margins`.
  public static let name = "class-margins"
  /// The loss itself.
  public static let formula = "z_j - z_y, for every j ≠ y"

  /// The objective; it has no parameters.
  public init() {}

  /// The margins of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("class-margins")
    let rivals = try truth.rivals(in: logits).top(max(1, logits.shape[1] - 1), 1).values
    return try rivals - truth.best(of: logits).unsqueezed(1)
  }

  /// The lead of the target, as only the target's boundary is searched for.
  public var towardsTarget: (any Objective)? { TargetLead() }
}

/// How far the target is above the true class: z_t - z_y.
public struct TargetMargin: Objective {
  /// `target-margin`.
  public static let name = "target-margin"
  /// The loss itself.
  public static let formula = "z_t - z_y"

  /// The objective; it has no parameters.
  public init() {}

  /// The difference of each sample's two logits.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("target-margin")
    return try logits.entry(truth.targets) - truth.best(of: logits)
  }

  /// The lead of the target over all other classes, not the true one alone.
  public var towardsTarget: (any Objective)? { TargetLead() }
}

/// How far the target is above all other classes: z_t, minus the max over j ≠ t of z_j.
///
/// For attacks that must reach their target; see ``TargetReached``.
public struct TargetLead: Objective {
  /// `target-lead`.
  public static let name = "target-lead"
  /// The loss itself.
  public static let formula = "z_t, minus max over j ≠ t of z_j"

  /// The objective; it has no parameters.
  public init() {}

  /// The lead of each sample's target.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("target-lead")
    let aim = Truth(labels: truth.targets, cleanEmbedding: truth.cleanEmbedding)
    return try logits.entry(truth.targets) - aim.rivals(in: logits).max([1])
  }

  /// The same objective, which serves targeted attacks as it is.
  public var towardsTarget: (any Objective)? { self }
}

/// The difference of logits ratio: -(z_y - max over j ≠ y of z_j) / (z_(1) - z_(3)).
///
/// It does not change when all logits are scaled. Croce and Hein, 2020, equation 6; specs: attacks,
/// section 1.0. With two classes, which have no third logit, it is the ``Margin``.
public struct DifferenceOfLogitsRatio: Objective {
  /// `dlr`.
  public static let name = "dlr"
  /// The loss itself.
  public static let formula = "-(z_y - max over j ≠ y of z_j) / (z_(1) - z_(3))"

  /// The objective; it has no parameters.
  public init() {}

  /// The ratio of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("dlr")
    let margin = try truth.rivals(in: logits).max([1]) - truth.best(of: logits)
    guard logits.shape[1] > 2 else { return margin }
    let top = try logits.top(3, 1).values
    return try margin / (top.select(1, 0) - top.select(1, 2) + 1e-12)
  }

  /// The ratio for the lead of the target.
  public var towardsTarget: (any Objective)? { LeadRatio() }
}

/// The targeted ratio: -(z_y - z_t) / (z_(1) - (z_(3) + z_(4)) / 2).
///
/// Croce and Hein, 2020, equation 7. With three classes the divisor is z_(1) - z_(3), and with two
/// it is 1 (specs: attacks, section 1.0).
public struct TargetedDifferenceOfLogitsRatio: Objective {
  /// `targeted-dlr`.
  public static let name = "targeted-dlr"
  /// The loss itself.
  public static let formula = "-(z_y - z_t) / (z_(1) - (z_(3) + z_(4)) / 2)"

  /// The objective; it has no parameters.
  public init() {}

  /// The ratio of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("targeted-dlr")
    let margin = try logits.entry(truth.targets) - truth.best(of: logits)
    let classes = logits.shape[1]
    guard classes > 2 else { return margin }
    let top = try logits.top(min(4, classes), 1).values
    let third = try top.select(1, 2)
    let lower = classes > 3 ? try (third + top.select(1, 3)) / 2 : third
    return try margin / (top.select(1, 0) - lower + 1e-12)
  }

  /// The ratio for the lead over all other classes, not the true one alone.
  public var towardsTarget: (any Objective)? { LeadRatio() }
}

/// The lead of the target, capped at κ: min(z_t - max over j ≠ t of z_j, κ).
///
/// The ``CappedMargin`` for attacks that must reach their target.
public struct CappedLead: Objective {
  /// `capped-lead`.
  public static let name = "capped-lead"

  /// The lead κ in logits at which the loss is capped.
  public var kappa: Double

  /// The lead up to `kappa`.
  public init(kappa: Double) {
    self.kappa = kappa
  }

  /// The lead of each sample's target, or κ.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    try TargetLead().loss(prediction, truth).minimum(kappa)
  }

  /// The same objective, which serves targeted attacks as it is.
  public var towardsTarget: (any Objective)? { self }
}

/// The lead of the target over the spread of the logits: (z_t - max over j ≠ t of z_j) / (z_(1) - z_(3)).
///
/// The ``DifferenceOfLogitsRatio`` for attacks that must reach their target: it does not change
/// when all logits are scaled, and is positive when the target is on top. With two classes it is
/// the lead.
public struct LeadRatio: Objective {
  /// `lead-ratio`.
  public static let name = "lead-ratio"

  /// The objective; it has no parameters.
  public init() {}

  /// The ratio of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("lead-ratio")
    let lead = try TargetLead().loss(prediction, truth)
    guard logits.shape[1] > 2 else { return lead }
    let top = try logits.top(3, 1).values
    return try lead / (top.select(1, 0) - top.select(1, 2) + 1e-12)
  }

  /// The same objective, which serves targeted attacks as it is.
  public var towardsTarget: (any Objective)? { self }
}
