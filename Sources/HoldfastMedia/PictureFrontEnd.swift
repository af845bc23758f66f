public import HoldfastTensor

/// From pictures of one size to a model's pixels, as differentiable tensor code.
///
/// What ``ImagePreprocessor`` does, resize and centre crop, as two matrix products with Pillow's
/// weights. Pixels are not rounded to 8 bits in between, as they are in Pillow, and are clipped to
/// [0, 1] once, at the end.
public struct PictureFrontEnd {
  /// The size of the pictures it takes.
  public let size: ImageSize
  /// The size of what it makes.
  public let outputSize: ImageSize
  private let rows: Tensor  // (H, h)
  private let columns: Tensor  // (w, W)
  private let fill: Tensor?  // (H, W)

  /// The front end of a preprocessor for pictures of `size`.
  ///
  /// - Throws: ``MediaError`` for a size that cannot be resized as the preprocessor asks.
  public init(
    _ preprocessor: ImagePreprocessor, size: ImageSize, device: Device = .cpu
  ) throws {
    let resized = try preprocessor.targetSize(for: size)
    try preprocessor.crop?.check()
    let output = preprocessor.crop?.size ?? resized
    let start = { (crop: Int, side: Int) in
      preprocessor.crop?.rounding.start(of: crop, on: side) ?? 0
    }
    let (down, across) = (
      Self.matrix(
        from: size.height, to: resized.height, start: start(output.height, resized.height),
        count: output.height, preprocessor.filter),
      Self.matrix(
        from: size.width, to: resized.width, start: start(output.width, resized.width),
        count: output.width, preprocessor.filter)
    )
    self.size = size
    outputSize = output
    rows = try Tensor(down, [output.height, size.height]).to(device)
    columns = try Tensor(across, [output.width, size.width]).transposed(0, 1).contiguous()
      .to(device)
    guard let value = preprocessor.crop?.fill, value > 0 else {
      fill = nil
      return
    }
    // Weights add up to 1 inside the picture, and to 0 in the padding.
    let covered = try rows.sum([1], keepAxes: true) * columns.sum([0], keepAxes: true)
    fill = try (covered * -1 + 1) * (Double(value) / 255)
  }

  /// A model's pixels: `(B, 3, h, w)` in [0, 1] gives `(B, 3, H, W)` in [0, 1].
  ///
  /// - Throws: `TorchError` with code `shape` for pictures of another size.
  public func callAsFunction(_ pictures: Tensor) throws(TorchError) -> Tensor {
    let shape = pictures.shape
    guard shape.count == 4, shape[2] == size.height, shape[3] == size.width else {
      throw TorchError(
        code: .shape, operation: "picture front end",
        message: "takes pictures [B, 3, \(size.height), \(size.width)], not \(shape)")
    }
    let resized = try rows.matmul(pictures.matmul(columns))
    return try (fill.map { (value) throws(TorchError) in try resized + value } ?? resized)
      .clamped(0, 1)
  }

  /// The weights that make `count` pixels of an axis from `start` on, after it was resized: a row
  /// of `input` weights for each, of zeros in the padding.
  private static func matrix(
    from input: Int, to output: Int, start: Int, count: Int, _ filter: ResampleFilter
  ) -> [Float] {
    var weights = [Float](repeating: 0, count: count * input)
    let kept = max(0, start)..<min(output, start + count)
    guard input != output else {  // Pillow leaves an axis alone that keeps its length.
      for target in kept { weights[(target - start) * input + target] = 1 }
      return weights
    }
    if filter == .nearest {
      let places = Image.nearestPlaces(input: input, output: output, range: kept)
      for (target, place) in zip(kept, places) { weights[(target - start) * input + place] = 1 }
      return weights
    }
    let table = ResampleTable.table(input: input, output: output, range: kept, filter: filter)
    let unit = Float(1 << ResampleTable.precision)
    for (place, target) in kept.enumerated() {
      for tap in 0..<table.counts[place] {
        weights[(target - start) * input + table.starts[place] + tap] =
          Float(table.weights[place * table.stride + tap]) / unit
      }
    }
    return weights
  }
}
