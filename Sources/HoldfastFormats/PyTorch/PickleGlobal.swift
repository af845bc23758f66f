/// Who wrote a pickle, which decides what it may say.
enum PickleDialect {
  /// torch.save, whose tensors keep their bytes outside of the pickle.
  case torchSave
  /// torch.jit.save, which adds classes of its own.
  case torchScript
  /// Python's pickle.dump, whose tensors keep their bytes inside, each as a stream of torch.save.
  case plain
}

/// The names a pickle may refer to, and what each stands for.
///
/// This table is all there is: names
/// are never looked up anywhere else.
enum PickleGlobal {
  case orderedDictionary
  case set
  case rebuildTensor
  case rebuildParameter
  case parameter
  case size
  case storage(ElementType)
  /// A function that makes a storage of a stream of torch.save.
  case loadFromBytes
  /// A function that returns its first argument: TorchScript's typed lists and type tags.
  case identity
  /// A class whose instances keep only their attributes.
  case record
  /// Something whose value we do not need: a dtype, a device, a numpy scalar.
  case opaque

  /// The meaning of `module.name`, or nil when it is not allowed.
  init?(module: String, name: String, policy: PicklePolicy, dialect: PickleDialect) {
    if let known = Self.known["\(module).\(name)"] {
      self = known
    } else if dialect == .plain, module == "torch.storage", name == "_load_from_bytes" {
      self = .loadFromBytes
    } else if dialect == .torchScript, module == "__torch__" || module.hasPrefix("__torch__.") {
      self = .record
    } else if dialect == .torchScript, module == "torch.jit._pickle", Self.typed.contains(name) {
      self = .identity
    } else if policy == .trainingRecords, let allowed = Self.training["\(module).\(name)"] {
      self = allowed
    } else {
      return nil
    }
  }

  private static let known: [String: PickleGlobal] = {
    var table: [String: PickleGlobal] = [
      "collections.OrderedDict": .orderedDictionary,
      "torch._utils._rebuild_tensor": .rebuildTensor,
      "torch._utils._rebuild_tensor_v2": .rebuildTensor,
      "torch._utils._rebuild_parameter": .rebuildParameter,
      "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
      "torch.nn.parameter.Parameter": .parameter,
      "torch.Size": .size,
      "torch.device": .opaque,
    ]
    let storages: [(String, ElementType)] = [
      ("Float", .float32), ("Half", .float16), ("BFloat16", .bfloat16), ("Double", .float64),
      ("Long", .int64), ("Int", .int32), ("Short", .int16), ("Char", .int8), ("Byte", .uint8),
      ("Bool", .bool),
    ]
    for (name, type) in storages { table["torch.\(name)Storage"] = .storage(type) }
    let types = [
      "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8",
      "uint16", "uint32", "uint64", "bool", "complex64", "complex128",
    ]
    for name in types { table["torch.\(name)"] = .opaque }
    return table
  }()

  private static let typed: Set = [
    "build_intlist", "build_tensorlist", "build_doublelist", "build_boollist", "restore_type_tag",
  ]

  private static let training: [String: PickleGlobal] = [
    "numpy.core.multiarray.scalar": .opaque,
    "numpy._core.multiarray.scalar": .opaque,
    "numpy.dtype": .opaque,
    "_codecs.encode": .opaque,
    "argparse.Namespace": .record,
    "builtins.set": .set,
    "__builtin__.set": .set,
  ]
}
