/// Opens a file of named tensors that need not be weights, such as one of embeddings.
///
/// Takes safetensors and PyTorch files, as ``openCheckpoint(at:policy:)`` does, and a dictionary
/// that Python's pickle.dump wrote. All are read as data: nothing in them runs. Names are as in the
/// file.
///
/// - Throws: ``FormatError`` for whatever is wrong with the file.
public func openTensors(at path: String) throws(FormatError) -> any TensorSource {
  try openTensors(in: MappedFile(path))
}

/// Opens named tensors that are already mapped.
func openTensors(in map: MappedFile) throws(FormatError) -> any TensorSource {
  let isPickle = map.withBytes { $0.first == 0x80 && !$0.starts(with: TorchFile.legacyMagic) }
  return isPickle
    ? try TorchFile(pickle: map) : try openCheckpoint(in: map, policy: .tensors)
}
