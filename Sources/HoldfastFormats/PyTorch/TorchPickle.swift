extension TorchFile {
  /// Reads a dictionary from text to tensors that Python's pickle.dump wrote, as UniBind's centres.
  ///
  /// Each tensor's elements lie inside of the pickle, as a stream of torch.save (the layout before
  /// 1.6) that holds one storage.
  ///
  /// - Throws: ``FormatError`` for damage, and for everything that is not a tensor.
  convenience init(pickle map: MappedFile) throws(FormatError) {
    let file = map.file
    let (views, storages) = try map.withBytes { (bytes) throws(FormatError) in
      var unpickler = Unpickler(
        ByteCursor(bytes, file: file), policy: .tensors, dialect: .plain)
      let root = try unpickler.read()
      guard let pairs = unpickler.heap.pairs(root) else {
        throw FormatError(
          "holds no dictionary of tensors", in: file, hint: pickleConversionHint(file))
      }
      for pair in pairs where unpickler.heap.tensor(pair.value) == nil {
        let name = if case .string(let text) = pair.key { quoted(text) } else { "something" }
        throw FormatError(
          "holds \(name), which is not a tensor", in: file, hint: pickleConversionHint(file))
      }
      let state = try StateDictionary(stateIn: root, heap: unpickler.heap, file: file)
      return (state.tensors, unpickler.storages)
    }
    try self.init(map, views: views, storages: storages)
  }
}

/// How to turn a pickle that we refuse into a file that we read.
func pickleConversionHint(_ file: String) -> String {
  "if you trust it, convert it once: python -c \"import pickle, torch, safetensors.torch as s; "
    + "w = pickle.load(open('\(file)', 'rb')); "
    + "s.save_file({k: torch.as_tensor(v).clone().contiguous() for k, v in w.items()}, "
    + "'\(file).safetensors')\""
}
