/// The norm that measures a perturbation.
public enum Norm: String, Codable, Hashable, Sendable, CaseIterable {
  /// The largest absolute coordinate.
  case linf
  /// The Euclidean norm over all coordinates of a sample.
  case l2
  /// The sum of the absolute coordinates of a sample.
  case l1

  /// The order p of the norm.
  public var order: Double {
    switch self {
    case .linf: .infinity
    case .l2: 2
    case .l1: 1
    }
  }
}

/// What the attacker may do to one input: move it by at most `radius` in `norm`, inside the legal
/// range of the encoder's ``InputSpec``.
public struct ThreatModel: Codable, Hashable, Sendable {
  /// How a perturbation is measured.
  public let norm: Norm
  /// How large it may be, in the unit of the modality.
  public let radius: Radius

  /// A ball of the given norm and radius.
  public init(norm: Norm, radius: Radius) {
    self.norm = norm
    self.radius = radius
  }
}
