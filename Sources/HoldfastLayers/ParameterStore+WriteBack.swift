public import HoldfastFormats
import HoldfastTensor

extension ParameterStore {
  /// Writes a safetensors file in the form of the one that the parameters were read from.
  ///
  /// A tensor keeps the element type it had in `source` as long as that changes no value of it.
  ///
  /// - Parameters:
  ///   - keys: the names under which `source` keeps the parameters.
  ///   - buffers: whether what else is in `source`, such as masks, is copied too.
  /// - Throws: `FormatError` for a file that cannot be read or written, `TorchError` for a tensor that
  ///   cannot be copied from its device.
  public func write(
    to path: String, keys: KeyMap, like source: any TensorSource, buffers: Bool
  ) throws {
    let own = try stored(as: keys)
    let names = Set(source.names)
    var tensors = try own.map { key, tensor in
      let kept = names.contains(key) ? try tensor.kept(as: source.entry(for: key).type) : tensor
      return SafetensorsWriter.Tensor(
        name: key, type: try ElementType(kept.dtype, of: key), shape: kept.shape
      ) { try kept.to(.cpu).contiguous().bytes() }
    }
    if buffers {
      for name in names.subtracting(own.map(\.key)).sorted() {
        let entry = try source.entry(for: name)
        tensors.append(
          SafetensorsWriter.Tensor(name: name, type: entry.type, shape: entry.shape) {
            try source.withBytes(of: name) { Array($0) }
          })
      }
    }
    try SafetensorsWriter.write(tensors, to: path)
  }
}

extension Tensor {
  /// This tensor in a stored type that holds all of its values; itself if the type does not.
  fileprivate func kept(as type: ElementType) throws(TorchError) -> Tensor {
    guard let other = DType(type), other != dtype, count > 0 else { return self }
    let cast = try to(other)
    return try (cast.to(dtype) .== self).all().item() == 1 ? cast : self
  }
}
