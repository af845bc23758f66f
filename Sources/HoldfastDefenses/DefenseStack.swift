import HoldfastAttacks
public import HoldfastCore
import HoldfastFormats

/// Every defence around a checkpoint, from the inside out.
///
/// Those of a bundle lie around those of the bundle that it goes around, and so on.
public struct DefenseStack {
  /// The model inside; it has no defence.
  public let checkpoint: DefenseBundle.Reference
  /// The layers, the innermost first.
  public let layers: [DefenseLayer]
  /// The bundles that they were read from, with their folders, the outermost first.
  public let bundles: [(folder: String, bundle: DefenseBundle)]

  /// The layers of a bundle whose base is a checkpoint.
  public init(_ bundle: DefenseBundle) {
    self.init(checkpoint: bundle.base, layers: bundle.layers, bundles: [])
  }

  private init(
    checkpoint: DefenseBundle.Reference, layers: [DefenseLayer],
    bundles: [(folder: String, bundle: DefenseBundle)]
  ) {
    self.checkpoint = checkpoint
    self.layers = layers
    self.bundles = bundles
  }

  /// Reads a bundle, and the bundles that it goes around.
  ///
  /// - Parameter entries: the defences that they may be of; add one's own to those of the table.
  /// - Throws: as `DefenseBundle.init(at:entries:)`; `FormatError` when a bundle that another goes
  ///   around has changed. The checkpoint is not looked at.
  public init(at folder: String, entries: [DefenseEntry] = DefenseTable.entries) throws {
    var bundles: [(folder: String, bundle: DefenseBundle)] = []
    var next: String? = folder
    while let path = next {
      let bundle = try DefenseBundle(at: path, entries: entries)
      bundles.append((path, bundle))
      guard DefenseBundle.isBundle(bundle.base.path) else { break }
      let found = try DefenseBundle.reference(to: bundle.base.path, entries: entries)
      guard found.files == bundle.base.files else {
        throw FormatError(
          "was made for another bundle, as `\(bundle.base.path)` has changed",
          in: "\(path)/\(DefenseBundle.manifestName)", hint: BundleManifest.again)
      }
      next = bundle.base.path
    }
    self.init(
      checkpoint: bundles[bundles.count - 1].bundle.base,
      layers: bundles.reversed().flatMap(\.bundle.layers), bundles: bundles)
  }

  /// The defences as text for a record: their names, and their hyper-parameters as JSON.
  public var spelling: String {
    get throws {
      let names = layers.map(\.method).joined(separator: "+")
      let parameters = try layers.map { try $0.parameters }
      return parameters.count == 1
        ? "\(names) \(parameters[0])" : "\(names) [\(parameters.joined(separator: ","))]"
    }
  }

  /// The modalities that any of the layers hardens.
  public var senses: Set<Modality> { Set(layers.flatMap(\.fitted.keys)) }

  // MARK: Applying

  /// The model with the defences of its modality around it.
  ///
  /// - Parameters:
  ///   - subject: the undefended model, with a head of its own, in any precision.
  ///   - context: the same model in float32, and what else the defences may need.
  /// - Throws: `UsageError` when no layer hardens the modality, or one is made for other classes.
  public func apply(to subject: Subject, in context: DefenseContext) throws -> Subject {
    let sense = subject.encoder.modality
    let own = layers.filter { $0.fitted[sense] != nil }
    guard !own.isEmpty else {
      let known = senses.map(\.rawValue).sorted().joined(separator: ", ")
      throw UsageError(
        "the bundle hardens \(known), and not \(sense.rawValue)",
        hint: "harden that modality as well, or name another")
    }
    var (subject, context) = (subject, context)
    for (place, layer) in own.enumerated() {
      let inside = context
      if place < own.count - 1 {
        context.model = try layer.apply(to: context.model, in: inside)
      }
      subject = try layer.apply(to: subject, in: inside)
    }
    return subject
  }

  // MARK: Adaptive attacks

  /// The attacks that the defences of a modality must face, each with what it searches in: nil for
  /// the defended model itself, else these layers with others in the place of those that mislead
  /// it.
  ///
  /// While an attack follows the substitute of its own layer, the other layers are replaced by the
  /// first substitute that their own attacks name, so that no layer hides the gradient of another.
  ///
  /// - Parameters:
  ///   - input: the space that the attacker acts in.
  ///   - steps: the steps of each run of an attack that takes steps.
  public func adaptiveAttacks(
    of sense: Modality, on input: InputSpec, steps: Int
  ) -> [(recipe: AttackRecipe, search: DefenseStack?)] {
    let attacks = layers.map { layer in
      layer.fitted[sense] == nil ? [] : layer.defense.adaptiveAttacks(on: input, steps: steps)
    }
    let usual = attacks.map { $0.lazy.compactMap(\.substitute).first }
    var known: [(recipe: AttackRecipe, substitutes: [(any Defense)?])] = []
    for (place, own) in attacks.enumerated() {
      for attack in own {
        var (recipe, substitutes) = (attack.recipe, usual)
        substitutes[place] = attack.substitute
        let search = hashable(substitutes)
        guard
          !known.contains(where: { $0.recipe == recipe && hashable($0.substitutes) == search })
        else { continue }
        if known.contains(where: { $0.recipe.name == recipe.name }) {
          recipe = recipe.named("\(recipe.name)-\(place + 1)")
        }
        known.append((recipe, substitutes))
      }
    }
    return known.map { recipe, substitutes in
      (recipe, substitutes.allSatisfy { $0 == nil } ? nil : replacing(substitutes))
    }
  }

  /// The same layers with other defences in the place of some.
  private func replacing(_ substitutes: [(any Defense)?]) -> DefenseStack {
    DefenseStack(
      checkpoint: checkpoint,
      layers: zip(layers, substitutes).map { layer, other in
        other.map(layer.replaced) ?? layer
      }, bundles: bundles)
  }
}

/// Defences of any types, to be compared.
private func hashable(_ defenses: [(any Defense)?]) -> [AnyHashable?] {
  defenses.map { defense in defense.map { AnyHashable($0) } }
}

extension DefenseLayer {
  /// The model of `context`, or the same in another precision, with this defence.
  fileprivate func apply(to subject: Subject, in context: DefenseContext) throws -> Subject {
    guard let fitted = fitted[subject.encoder.modality] else { return subject }
    if let bound = fitted.classes, let asked = context.classes, bound != asked {
      throw UsageError(
        "\(method) is made for \(bound.count) classes, and these are not the \(asked.count) that "
          + "are asked for",
        hint: "audit the classes that it was made for, or make the bundle again for these")
    }
    return try defense.apply(to: subject, fitted, in: context)
  }
}
