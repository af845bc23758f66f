import Foundation
import HoldfastCore
import HoldfastFormats

/// A hardened model on disk: a folder with `holdfast.json`, and a file of tensors for each layer.
///
/// The base is named by path and by the hash of each of its files, and not copied; it may be a bundle
/// itself. ``DefenseStack`` reads a bundle together with those that it goes around.
public struct DefenseBundle {
  /// The file that says what the folder is.
  public static let manifestName = "holdfast.json"

  /// The folder beside it that keeps the states of trainings.
  public static let trainingName = "training"

  /// A model that a bundle refers to.
  public struct Reference: Codable, Hashable, Sendable {
    /// Its absolute path when the bundle was made.
    public let path: String
    /// SHA-256 by file name.
    public let files: [String: String]

    /// A model at `path`.
    public init(path: String, files: [String: String]) {
      self.path = path
      self.files = files
    }
  }

  /// How the layers were trained.
  public struct Training: Codable, Hashable, Sendable {
    /// The plan of the training, as JSON.
    public let plan: String
    /// SHA-256 of the listing of the training data; nil for data without files.
    public let listing: String?
    /// The steps that were taken.
    public let steps: Int
    /// The seed of batches and noise.
    public let seed: UInt64

    /// What is known about a training.
    public init(plan: String, listing: String?, steps: Int, seed: UInt64) {
      self.plan = plan
      self.listing = listing
      self.steps = steps
      self.seed = seed
    }
  }

  /// The checkpoint or bundle that the layers go around.
  public let base: Reference
  /// The defences, from the inside out; at least one.
  public let layers: [DefenseLayer]
  /// How the layers were trained; nil when they were not.
  public let training: Training?
  /// SHA-256 of the files of tensors, by name; empty for a bundle that was not read from disk.
  public let checksums: [String: String]

  /// A bundle of the given parts.
  public init(base: Reference, layers: [DefenseLayer], training: Training? = nil) {
    self.init(base: base, layers: layers, training: training, checksums: [:])
  }

  init(
    base: Reference, layers: [DefenseLayer], training: Training?, checksums: [String: String]
  ) {
    self.base = base
    self.layers = layers
    self.training = training
    self.checksums = checksums
  }

  /// Whether a path is that of a bundle.
  public static func isBundle(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(manifestName)")
  }

  /// A reference to the bundle in a folder, for one that goes around it.
  ///
  /// - Throws: as ``init(at:entries:)``.
  public static func reference(
    to folder: String, entries: [DefenseEntry] = DefenseTable.entries
  ) throws -> Reference {
    var files = try DefenseBundle(at: folder, entries: entries).checksums
    files[manifestName] = try Checksum.sha256(ofFileAt: "\(folder)/\(manifestName)")
    return Reference(path: folder, files: files)
  }
}
