public import HoldfastRecords

extension PlanRecord {
  /// A plan of the given protocols, for records that no model made.
  public static func madeUp(_ protocols: [String], radii: [String]) -> PlanRecord {
    PlanRecord(
      holdfast: "0", model: ModelRecord(path: "m", files: ["a": "b"], defense: nil),
      transferModel: nil,
      data: DataRecord(path: "d", layout: "csv", listing: "l", preprocessing: "p"),
      classes: ["x", "y"], templates: ["{}"],
      attackSpace: AttackSpaceRecord(
        place: "model", sense: "image", shape: [3, 8, 8], unit: "toy"), norm: "linf",
      radii: radii,
      protocols: [ProtocolRecord(name: "clean", attacks: [])]
        + protocols.map { ProtocolRecord(name: $0, attacks: []) },
      precision: "float32", seed: 0)
  }
}

extension SessionRecord {
  /// A session that never was.
  public static let madeUp = SessionRecord(
    command: ["holdfast"], began: "now", device: "cpu", threads: 1, batchSize: 4, limit: nil,
    engine: "toy")
}
