/// Opens the weights at `path`: a file, or a directory as the Hugging Face hub lays it out.
///
/// The format is told by the first bytes, not by the name: safetensors, PyTorch archives (zip and
/// the older stream), TorchScript archives. Of a directory, the first of `model.safetensors`, its
/// index, `open_clip_model.safetensors`, `pytorch_model.bin`, its index and
/// `open_clip_pytorch_model.bin` is taken. PyTorch files are read as data: nothing in them runs.
/// A dictionary that wraps the weights (`state_dict`, `model`, `module`, `model_state_dict`) is
/// unwrapped, and a prefix `module.` that all names share is dropped.
///
/// - Parameters:
///   - path: the file or directory.
///   - policy: what a PyTorch file may hold besides tensors.
/// - Throws: ``FormatError`` for whatever is wrong with the file.
public func openCheckpoint(
  at path: String, policy: PicklePolicy = .tensors
) throws(FormatError) -> any TensorSource {
  let source =
    isDirectory(path)
    ? try openCheckpointDirectory(path, policy: policy)
    : try openCheckpointFile(at: path, policy: policy)
  return PrefixedSource.stripping("module.", from: source)
}

/// The names that weights have in a directory, the first that is there being the one that is taken.
let weightFiles = [
  "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors",
  "pytorch_model.bin", "pytorch_model.bin.index.json", "open_clip_pytorch_model.bin",
  "imagebind_huge.pth", "pretrained_weights.pt",
]

private func openCheckpointDirectory(
  _ path: String, policy: PicklePolicy
) throws(FormatError) -> any TensorSource {
  let directory = path.hasSuffix("/") ? path : path + "/"
  guard let name = weightFiles.first(where: { isFile(directory + $0) }) else {
    throw FormatError(
      "holds no weights under a name we know", in: path,
      hint: "expected one of \(weightFiles.joined(separator: ", ")); or name the file itself")
  }
  return name.hasSuffix(".index.json")
    ? try ShardedCheckpoint(indexAt: directory + name, policy: policy)
    : try openCheckpointFile(at: directory + name, policy: policy)
}

/// Opens one file of weights by its first bytes.
func openCheckpointFile(
  at path: String, policy: PicklePolicy
) throws(FormatError) -> any TensorSource {
  try openCheckpoint(in: MappedFile(path), policy: policy)
}

/// Opens weights that are already mapped.
func openCheckpoint(
  in map: MappedFile, policy: PicklePolicy
) throws(FormatError) -> any TensorSource {
  let start = map.withBytes { Array($0.prefix(64)) }
  if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
    return try TorchFile(archive: map, policy: policy)
  }
  if start.starts(with: TorchFile.legacyMagic) {
    return try TorchFile(legacy: map, policy: policy)
  }
  if start.count > 8, start[8] == UInt8(ascii: "{") { return try SafetensorsFile(map) }
  throw unknownFormat(start, file: map.file)
}

/// What a file most likely is if it is not a checkpoint.
private func unknownFormat(_ start: [UInt8], file: String) -> FormatError {
  if start.starts(with: "version https://git-lfs".utf8) {
    return FormatError(
      "is a Git LFS pointer, not the weights", in: file, hint: "run `git lfs pull` there")
  }
  if start.starts(with: [0x1F, 0x8B]) {
    return FormatError("is compressed with gzip", in: file, hint: "unpack it first")
  }
  if start.starts(with: [0x89] + "HDF".utf8) {
    return FormatError("is an HDF5 file, not PyTorch weights", in: file)
  }
  if start.first == 0x80 {
    return FormatError(
      "is a plain pickle, not a file of torch.save", in: file, hint: conversionHint(file))
  }
  if start.starts(with: "<".utf8) {
    return FormatError(
      "looks like a web page, not weights", in: file, hint: "the download needs a login or a token")
  }
  return FormatError(
    "is neither safetensors nor a PyTorch file", in: file,
    hint: "a safetensors file starts with its header length and '{', a PyTorch file with 'PK'")
}

/// How to turn a file of torch.save that we refuse into one that we read.
func conversionHint(_ file: String) -> String {
  "if you trust it, convert it once: python -c \"import torch, safetensors.torch as s; "
    + "w = torch.load('\(file)', map_location='cpu', weights_only=False); "
    + "s.save_file({k: v.clone().contiguous() for k, v in w.items()}, 'model.safetensors')\""
}
