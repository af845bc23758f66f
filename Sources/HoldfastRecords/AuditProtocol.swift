/// How inputs for a model are made and judged.
///
/// Records hold the raw value, so that a run of a later version, with a protocol that this one does
/// not know, can still be read.
public enum AuditProtocol: String, Codable, Hashable, Sendable, CaseIterable {
  /// Unperturbed inputs; always run.
  case clean
  /// Inputs made with full budget on another model, shown to the audited one as float32.
  case transfer
  /// The same inputs after rounding to 8 bits and a PNG file.
  case transferPNG = "transfer-png"
  /// Attacks through the whole audited pipeline.
  case whiteBox = "white-box"
  /// Attacks made for the defence at hand.
  case adaptive

  /// Whether its inputs are made on another model.
  public var isTransfer: Bool { self == .transfer || self == .transferPNG }
}

extension ProtocolRecord {
  /// The protocol; nil when this version does not know its name.
  public var kind: AuditProtocol? { AuditProtocol(rawValue: name) }
}

extension ProtocolSummaryRecord {
  /// The protocol; nil when this version does not know its name.
  public var kind: AuditProtocol? { AuditProtocol(rawValue: name) }
}

extension SampleProtocolRecord {
  /// The protocol; nil when this version does not know its name.
  public var kind: AuditProtocol? { AuditProtocol(rawValue: name) }
}
