import HoldfastTensor

extension ClipPreprocessor: Preparation {
  /// `(3, T, S, S)`, or `(views, 3, T, S, S)` for several clips.
  public var outputShape: [Int]? { shape }

  /// Pixels in [0, 1] of the chosen frames.
  ///
  /// A file is a video (see ``VideoReader``), a folder of pictures in the order of their names, or a
  /// picture, which is a video of one frame.
  ///
  /// - Throws: ``MediaError`` also for frames that differ in size, and when `ffmpeg` is missing.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    try prepare(source, reader: VideoReader())
  }

  /// The same with programs and limits of one's own.
  public func prepare(_ source: MediaSource, reader: VideoReader) throws -> PreparedInput {
    try check()
    return try source.withFrames(reader: reader) { frames in
      let values = try withoutGradients { () throws in
        try input(frames).clamped(0, 1).array(of: Float.self)
      }
      return try PreparedInput(values: values, shape: shape)
    }
  }

  private func input(_ source: FrameSource) throws -> Tensor {
    switch choice {
    case .whole(let count):
      let clip = try source.clip(FrameChoice.spread(count, of: source.count))
      let frames = try clip.frames.map { try square($0) }  // (1, 3, S, S)
      let input = try Tensor.stacking(frames, 2).squeezed(0)  // (3, T, S, S)
      return try isMirrored(clip) ? input.flipped([3]) : input
    case .clips(let count, let seconds, let frames):
      let views = FrameChoice.clips(
        count, seconds: seconds, frames: frames, of: source.count,
        rate: source.rate ?? assumedRate)
      return try input(source.clip(views.flatMap { $0 }), views)
    }
  }

  /// Three crops of each of `views`, whose frames are those of `clip` in order.
  private func input(_ clip: Clip, _ views: [[Int]]) throws -> Tensor {
    let isFlipped = try isMirrored(clip)
    var scaled: [Int: Tensor] = [:]
    for (index, frame) in zip(views.joined(), clip.frames) where scaled[index] == nil {
      let plane = try scale(frame)  // (1, 3, h, w)
      scaled[index] = try isFlipped ? plane.flipped([3]) : plane
    }
    var crops: [Tensor] = []
    for view in views {
      let planes = view.compactMap { scaled[$0] }
      for third in 0..<3 {
        crops.append(try Tensor.stacking(planes.map { try crop($0, third) }, 2))  // (1, 3, T, S, S)
      }
    }
    return try .concatenating(crops)  // (views, 3, T, S, S)
  }

  /// One of three squares along the long side, from left to right or from top to bottom.
  ///
  /// As ImageBind's `uniform_crop`, which rounds the middle up.
  private func crop(_ plane: Tensor, _ third: Int) throws -> Tensor {
    func start(_ length: Int, isLong: Bool) -> Int {
      let room = length - side
      return isLong ? [0, (room + 1) / 2, room][third] : (room + 1) / 2
    }
    let (height, width) = (plane.shape[2], plane.shape[3])
    let top = start(height, isLong: height > width)
    let left = start(width, isLong: height <= width)
    return try plane.slice(2, top..<top + side).slice(3, left..<left + side)
  }

  /// The centre of a frame: `(1, 3, S, S)`.
  private func square(_ frame: Image) throws -> Tensor {
    switch scaling {
    case .tensor: try scale(frame).centerCropped(to: side)
    case .pillow: try planes(ImagePreprocessor.clip(size: side).prepare(frame))
    }
  }

  /// A frame whose short side is the model's: `(1, 3, h, w)`.
  private func scale(_ frame: Image) throws -> Tensor {
    switch scaling {
    case .tensor:
      let resize = TensorResize(
        shortSide: side, interpolation: .bilinear, longSide: .float)
      return try resize(planes(frame))
    case .pillow:
      return try planes(
        ImagePreprocessor(resize: .shortSide(side)).prepare(frame))
    }
  }

  private func planes(_ image: Image) throws -> Tensor {
    try Tensor(image.planarFloats(), [1, 3, image.height, image.width])
  }

  /// Whether the seed and the first frame say so, which they do for half of all videos.
  private func isMirrored(_ clip: Clip) throws -> Bool {
    guard let flipSeed, let first = clip.frames.first else { return false }
    var generator = Generator(seed: flipSeed, stream: first.fingerprint)
    return generator.integer(below: 2) == 1
  }
}

extension Image {
  /// A number that depends on all pixels (FNV-1a, 64 bit).
  fileprivate var fingerprint: UInt64 {
    pixels.withUnsafeBufferPointer { bytes in
      var value: UInt64 = 0xcbf2_9ce4_8422_2325
      var place = 0
      while place < bytes.count {
        value = (value ^ UInt64(bytes[place])) &* 0x100_0000_01b3
        place &+= 1
      }
      return value
    }
  }
}
