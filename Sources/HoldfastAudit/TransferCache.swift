import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastFormats
import HoldfastTensor

/// Transfer inputs on disk, made once and used by every audit that asks for the same.
///
/// An entry is one input at one radius: a safetensors file below the folder, named by the SHA-256 of
/// all that the input depends on. It is used only when its tensor has the checksum that was written
/// beside it, lies inside its ball in float64, and is legal; a damaged entry is made again. Files
/// appear whole or not at all, so several processes may share a folder.
public struct TransferCache {
  /// The default folder in which audits share transfer inputs.
  public static let place = "runs/transfer"

  /// The source's own folder.
  private let folder: String
  private let source: String
  private let plan: AuditPlan

  /// A cache for the transfer inputs of `plan`.
  ///
  /// - Parameters:
  ///   - folder: is made when something is stored.
  ///   - identity: names the transfer source: its weights, and the code that computes with them. The
  ///     head is added to it, as losses depend on it.
  /// - Throws: `TorchError` when the head cannot be read.
  public init(at folder: String, identity: [String], plan: AuditPlan) throws {
    self.plan = plan
    let head = plan.transferSource?.head
    let anchors = try Self.checksum(of: head?.anchors)
    let goal = try Self.checksum(of: plan.goal)
    source = try Self.hash(
      identity + [
        anchors, goal, "\(head?.scale ?? 0)", "\(head?.classCount ?? 0)",
        "\(head?.anchorsPerClass ?? 0)",
      ])
    self.folder = "\(folder)/\(source.prefix(16))"
  }

  /// A stored input, and the size of its perturbation.
  struct Entry {
    let input: Tensor
    let distance: Double
  }

  /// The stored inputs of an attack on a sample, by radius.
  ///
  /// - Parameter job: the sample as the source meets it, with the radii that are asked for. An attack
  ///   that answers for all of them in one search has either an entry for each or none.
  func entries(of recipe: AttackRecipe, on job: AttackJob) throws -> [Radius: Entry] {
    var found: [Radius: Entry] = [:]
    for radius in job.radii {
      found[radius] = try entry(at: radius, of: recipe, on: job)
    }
    return recipe.attack.reach == .box && found.count < job.radii.count ? [:] : found
  }

  /// Stores an input.
  ///
  /// A folder that cannot be written costs the next audit time, and this one nothing.
  func store(
    _ input: Tensor, at radius: Radius, of recipe: AttackRecipe, on job: AttackJob
  ) throws {
    let key = try key(at: radius, of: recipe, on: job)
    let bytes = try input.bytes()
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try SafetensorsWriter.write(
        [
          SafetensorsWriter.Tensor(
            name: "input", type: .float32, shape: input.shape, bytes: { bytes })
        ],
        metadata: [
          "format": "pt", "sha256": Checksum.sha256(of: bytes), "key": key, "sample": job.id,
          "attack": recipe.name, "epsilon": radius.description,
        ], to: path(key))
    } catch {
      return
    }
  }

  private func path(_ key: String) -> String { "\(folder)/\(key).safetensors" }

  /// An entry that is whole; nil for one that is missing or damaged.
  private func entry(
    at radius: Radius, of recipe: AttackRecipe, on job: AttackJob
  ) throws -> Entry? {
    let key = try key(at: radius, of: recipe, on: job)
    guard let file = try? SafetensorsFile(path(key)), file.metadata["key"] == key,
      file.names.contains("input"), let entry = try? file.entry(for: "input"),
      entry.type == .float32, entry.shape == job.input.shape,
      let bytes = try? file.withBytes(of: "input", { Array($0) }),
      Checksum.sha256(of: bytes) == file.metadata["sha256"]
    else { return nil }
    let input = try bytes.withUnsafeBytes {
      try Tensor(bytes: $0, shape: entry.shape, dtype: .float32)
    }
    let threat = ThreatModel(norm: plan.norm, radius: radius)
    let distance = try threat.distance(from: job.input, to: input)
    guard distance <= radius.value, try isLegal(input) else { return nil }
    return Entry(input: input, distance: distance)
  }

  private func isLegal(_ input: Tensor) throws -> Bool {
    guard try input.isFinite().all().item() == 1 else { return false }
    guard let range = plan.subject.encoder.input.range else { return true }
    return try input.min().item() >= Double(range.lowerBound)
      && input.max().item() <= Double(range.upperBound)
  }

  // MARK: Keys

  /// All that an input depends on.
  ///
  /// The noise of an attack is drawn by the sample's id, the attack's name and the radius.
  private struct Key: Encodable {
    let source, sample, input, attack, parameters, objective, loss: String
    let restarts, targets, label: Int
    let partners: [Int]
    let entries, target: Int?
    let norm: Norm
    let radius: Double
    /// All radii, for an attack whose one search answers for all of them.
    let radii: [Double]?
    let budgets: Budgets
    let seed: UInt64
  }

  private func key(
    at radius: Radius, of recipe: AttackRecipe, on job: AttackJob
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    func json(_ value: some Encodable) throws -> String {
      String(decoding: try encoder.encode(value), as: UTF8.self)
    }
    let key = Key(
      source: source, sample: job.id, input: Checksum.sha256(of: try job.input.bytes()),
      attack: recipe.name,
      parameters: "\(type(of: recipe.attack).name) \(try json(recipe.attack))",
      objective: type(of: recipe.objective).name, loss: try json(recipe.objective),
      restarts: recipe.restarts, targets: recipe.targets, label: job.truth.label,
      partners: job.truth.partners, entries: job.truth.entries,
      target: plan.target == nil ? nil : job.truth.rivals.first,
      norm: plan.norm, radius: radius.value,
      radii: recipe.attack.reach == .box ? plan.radii.map(\.value) : nil,
      budgets: plan.budgets, seed: plan.seed)
    return Checksum.sha256(of: Array(try json(key).utf8))
  }

  /// The checksum of a tensor's bytes; empty for nil.
  private static func checksum(of tensor: Tensor?) throws(TorchError) -> String {
    guard let tensor else { return "" }
    return Checksum.sha256(of: try tensor.to(.cpu).contiguous().bytes())
  }

  private static func hash(_ parts: [String]) throws -> String {
    Checksum.sha256(of: Array(try JSONEncoder().encode(parts)))
  }
}
