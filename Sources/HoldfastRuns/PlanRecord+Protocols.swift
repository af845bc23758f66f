public import HoldfastRecords

extension PlanRecord {
  /// The protocols in which inputs are attacked, in the order they are reported.
  public var attackedProtocols: [ProtocolRecord] { protocols.filter(\.isAttacked) }
}
