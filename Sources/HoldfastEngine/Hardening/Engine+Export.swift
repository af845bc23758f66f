import HoldfastCore
import HoldfastDefenses
public import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor

extension Engine {
  /// The folder of a model, or of a bundle whose layers change weights alone, for its own library.
  ///
  /// Of a bundle, the weights are those that its layers give, adapters merged, in the base's layout.
  ///
  /// - Parameter vision: a fine-tuned vision tower to write in place of a CLIP model's own.
  /// - Throws: `UsageError` for a bundle with a layer that no checkpoint can hold.
  public func export(_ model: String, vision: String? = nil) throws -> ModelExport {
    let path = try ModelSource.resolve(model)
    guard DefenseBundle.isBundle(path) else { return try ModelExport(at: path, vision: vision) }
    let source = try load(ModelRequest(path))
    guard vision == nil, let stack = source.defenses else {
      throw UsageError(
        "--vision cannot be combined with a bundle", hint: "leave it out", option: "vision")
    }
    var trained: [Modality: ParameterStore] = [:]
    for modality in stack.senses.sorted(by: { $0.rawValue < $1.rawValue }) {
      guard let sense = source.model[modality] else { continue }
      guard let tower = try source.unhardened(modality).tower else {
        throw UsageError(
          "`\(model)` has a defence around its tower, which no checkpoint can hold",
          hint: "export its base: holdfast export \(stack.checkpoint.path)")
      }
      let changed = try Set(
        sense.parameters.names.filter { name in
          guard let before = sense.parameters[name], let after = tower.parameters[name] else {
            return false
          }
          return try (before .== after).all().item() != 1
        })
      trained[modality] = tower.parameters.filtered(changed.contains)
    }
    for layer in stack.layers where layer.method == LAAT.name {
      observer.say(
        "\(layer.method) also moves the anchors of the classes; whoever loads the folder has to "
          + "expand them too (Documentation/defences.md)")
    }
    return try ModelExport(at: stack.checkpoint.path, trained: trained)
  }
}
