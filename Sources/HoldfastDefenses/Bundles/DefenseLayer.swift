import Foundation
public import HoldfastCore

/// One defence of a hardened model, with what it computed for each modality that it hardens.
public struct DefenseLayer {
  /// The defence.
  public let defense: any Defense
  /// What it computed, for each modality that it hardens.
  public let fitted: [Modality: Fitted]
  /// The checkpoint that it learned from; nil if there was none.
  public let guide: DefenseBundle.Reference?

  /// A layer of the given parts.
  public init(
    _ defense: any Defense, fitted: [Modality: Fitted], guide: DefenseBundle.Reference? = nil
  ) {
    self.defense = defense
    self.fitted = fitted
    self.guide = guide
  }

  /// The name of the defence.
  public var method: String { type(of: defense).name }

  /// What the defence changes.
  public var kind: LayerKind { defense.kind }

  /// The modalities that it hardens, by name.
  public var senses: [Modality] { fitted.keys.sorted { $0.rawValue < $1.rawValue } }

  /// The classes that it is made for, in order; nil when it serves any classes.
  ///
  /// - Throws: `UsageError` when the modalities are made for different classes.
  var classes: [String]? {
    get throws(UsageError) {
      let bound = Set(fitted.values.map(\.classes))
      guard bound.count <= 1 else {
        throw UsageError(
          "\(method) is made for different classes in different modalities",
          hint: "write one bundle for each")
      }
      return bound.first ?? nil
    }
  }

  /// The same layer with another defence of the same tensors.
  func replaced(by defense: any Defense) -> DefenseLayer {
    DefenseLayer(defense, fitted: fitted, guide: guide)
  }

  /// The hyper-parameters as JSON on one line.
  var parameters: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return String(decoding: try encoder.encode(defense), as: UTF8.self)
    }
  }
}
