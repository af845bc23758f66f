import HoldfastCore
import HoldfastFormats
public import HoldfastTensor

/// Loads a model that is given as code, as a user describes it.
///
/// **The file is a program, and loading it runs it**: only for files whose author is trusted.
///
/// - Throws: ``EncoderError`` for a file that is not a TorchScript archive, does not load, or is not
///   what the description says; `FormatError` for one that cannot be read.
public func loadScript(
  at path: String, _ description: InputDescription, device: Device = .cpu
) throws -> LoadedModel {
  guard try isTorchScript(at: path) else {
    throw EncoderError(
      what: "is not an archive of torch.jit.save", where: path,
      hint: "export it: torch.jit.trace(model.eval(), example).save(\"model.pt\")")
  }
  let encoder = try script(at: path, description, device)
  var (scale, classes, anchors): (Double, ClassOutputs?, AnchorSource?) = (1, nil, nil)
  switch description.output {
  case .embedding(let file, let factor):
    scale = factor
    anchors = file.map(AnchorSource.file)
  case .logits(let names):
    if let names, names.count != encoder.embeddingWidth {
      throw EncoderError(
        what: "gives \(encoder.embeddingWidth) logits, but the description names "
          + "\(names.count) classes",
        where: path, hint: "write one name per logit, in their order")
    }
    classes = ClassOutputs(count: encoder.embeddingWidth, names: names)
  }
  let sense = Sense(
    encoder: encoder, parameters: try encoder.parameters, trunk: "module",
    preparation: description.preparation.preparation, scale: scale, classes: classes,
    rebuilt: encoder.with)
  return LoadedModel(family: "TorchScript", senses: [sense], text: nil, anchors: anchors)
}

/// The module, in float32.
private func script(
  at path: String, _ description: InputDescription, _ device: Device
) throws -> ScriptEncoder {
  let module: ScriptModule
  do {
    module = try ScriptModule(contentsOf: path, device: device, dtype: .float32)
  } catch {
    throw EncoderError(
      what: "does not load: \(error.message)", where: path,
      hint: "export it again with the PyTorch release that Holdfast uses, or an older one")
  }
  return try ScriptEncoder(module, description, file: path)
}
