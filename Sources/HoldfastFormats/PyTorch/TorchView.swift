/// A run of elements that tensors look at; its bytes are elsewhere in the file.
struct TorchStorage: Hashable {
  /// The name under which the file keeps the bytes.
  let key: String
  let type: ElementType
  /// Elements in the bytes of that name.
  let count: Int
  /// The part of them this storage spans; all of them except in very old files.
  let window: Range<Int>
}

/// A tensor as PyTorch keeps it: a strided look at a storage.
struct TorchView {
  let storage: TorchStorage
  /// First element, counted from the start of the named bytes.
  let offset: Int
  let shape: [Int]
  /// Elements to step per dimension.
  let strides: [Int]

  /// A view of `storage`, nil if it would reach outside.
  init?(_ storage: TorchStorage, offset: Int, shape: [Int], strides: [Int]) {
    guard offset >= 0, shape.count == strides.count, shape.count <= maximumRank,
      let start = storage.window.lowerBound.adding(offset),
      let count = product(shape), strides.allSatisfy({ $0 >= 0 })
    else { return nil }
    var last = start
    for (size, stride) in zip(shape, strides) where count > 0 {
      guard let reach = product([size - 1, stride]), let next = last.adding(reach) else {
        return nil
      }
      last = next
    }
    guard count == 0 ? start <= storage.window.upperBound : last < storage.window.upperBound
    else { return nil }
    self.storage = storage
    self.offset = start
    self.shape = shape
    self.strides = strides
  }

  var entry: TensorEntry { TensorEntry(type: storage.type, shape: shape) }

  /// Whether the elements already lie in C order without gaps.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      guard stride == expected || shape.contains(0) else { return false }
      expected *= size
    }
    return true
  }

  /// Copies the elements in C order; `source` are the bytes of the storage's name.
  func gather(from source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    guard let base = source.baseAddress, !shape.contains(0) else { return }
    let (shape, strides) = merged
    let width = storage.type.width
    let inner = (count: shape.last ?? 1, stride: strides.last ?? 1)
    var index = [Int](repeating: 0, count: max(0, shape.count - 1))
    var position = offset
    var written = target
    while true {
      copyRow(
        from: base + position * width, to: written, count: inner.count, stride: inner.stride,
        width: width)
      written += inner.count * width
      var dimension = index.count - 1
      while dimension >= 0 {
        index[dimension] += 1
        position += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        position -= strides[dimension] * shape[dimension]
        index[dimension] = 0
        dimension -= 1
      }
      guard dimension >= 0 else { return }
    }
  }

  /// Dimensions of one element dropped, and neighbours that lie back to back made one.
  private var merged: (shape: [Int], strides: [Int]) {
    var result: (shape: [Int], strides: [Int]) = ([], [])
    for (size, stride) in zip(shape, strides) where size != 1 {
      if let last = result.strides.last, last == stride * size {
        result.shape[result.shape.count - 1] *= size
        result.strides[result.strides.count - 1] = stride
      } else {
        result.shape.append(size)
        result.strides.append(stride)
      }
    }
    return result
  }
}

private func copyRow(
  from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int, stride: Int,
  width: Int
) {
  if stride == 1 {
    target.copyMemory(from: source, byteCount: count * width)
    return
  }
  func copy<T: BitwiseCopyable>(_: T.Type) {
    for index in 0..<count {
      let element = source.loadUnaligned(fromByteOffset: index * stride * width, as: T.self)
      target.storeBytes(of: element, toByteOffset: index * width, as: T.self)
    }
  }
  switch width {
  case 1: copy(UInt8.self)
  case 2: copy(UInt16.self)
  case 4: copy(UInt32.self)
  default: copy(UInt64.self)
  }
}
