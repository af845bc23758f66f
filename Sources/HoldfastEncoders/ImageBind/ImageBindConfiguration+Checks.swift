import HoldfastMedia

extension ImageBindConfiguration {
  /// Refuses sizes that no model has, before any memory is taken for them.
  ///
  /// - Throws: ``EncoderError`` that names the size.
  func checked(in file: String) throws(EncoderError) -> ImageBindConfiguration {
    guard text != nil || !modalities.isEmpty else {
      throw EncoderError(
        what: "holds no tower of ImageBind", where: file,
        hint: "names begin with modality_trunks., as in imagebind_huge.pth")
    }
    var sizes = [("projection width", projection, 1...65_536)]
    if let vision {
      sizes += Self.sizes(of: vision.trunk, "vision")
      sizes += Self.sizes(patch: vision.patch, image: vision.image, "vision")
      sizes += [
        ("number of frames", vision.frames, 1...64), ("number of views", vision.views, 1...1000),
      ]
    }
    for (name, picture) in [("thermal", thermal), ("depth", depth)] {
      guard let picture else { continue }
      sizes += Self.sizes(of: picture.trunk, name)
      sizes += Self.sizes(patch: picture.patch, image: picture.image, name)
      if let numbers = picture.normalization, !numbers.mean.isFinite || !(numbers.std > 0) {
        throw EncoderError(
          what: "the mean \(numbers.mean) and deviation \(numbers.std) of \(name) cannot normalise",
          where: file, hint: "the deviation must be positive")
      }
    }
    if let audio {
      sizes += Self.sizes(of: audio.trunk, "audio")
      sizes += [
        ("audio patch size", audio.patch, 1...4096), ("audio stride", audio.stride, 1...4096),
        ("number of mel bins", audio.sound.mels, max(4, audio.patch)...max(4096, audio.patch)),
        ("spectrogram length", audio.sound.frames, audio.patch...max(65_536, audio.patch)),
      ]
    }
    if let inertial {
      let window = inertial.window
      sizes += Self.sizes(of: inertial.trunk, "inertial")
      sizes += [
        ("inertial window", window, 1...4096),
        ("number of measurements", inertial.samples, window...max(1 << 20, window)),
      ]
    }
    if let text {
      let trunk = Trunk(
        width: text.width, layers: text.layers, heads: text.heads, hidden: text.hidden)
      sizes += Self.sizes(of: trunk, "text")
      sizes += [
        ("vocabulary", text.vocabulary, 1...1 << 24), ("context length", text.context, 1...65_536),
      ]
    }
    for (name, size, bounds) in sizes where !bounds.contains(size) {
      throw EncoderError(
        what: "a \(name) of \(size) is out of bounds", where: file,
        hint: "it must be between \(bounds.lowerBound) and \(bounds.upperBound)")
    }
    for (name, width, heads) in trunks where width % heads != 0 {
      throw EncoderError(
        what: "\(heads) heads do not divide the \(name) width \(width)", where: file,
        hint: "the number of heads is that of the published model")
    }
    return self
  }

  private var trunks: [(name: String, width: Int, heads: Int)] {
    let trunks = [
      ("vision", vision?.trunk), ("audio", audio?.trunk), ("thermal", thermal?.trunk),
      ("depth", depth?.trunk), ("inertial", inertial?.trunk),
    ]
    return trunks.compactMap { name, trunk in trunk.map { (name, $0.width, $0.heads) } }
      + (text.map { [("text", $0.width, $0.heads)] } ?? [])
  }

  private static func sizes(
    of trunk: Trunk, _ name: String
  ) -> [(String, Int, ClosedRange<Int>)] {
    [
      ("\(name) width", trunk.width, 1...65_536), ("\(name) layers", trunk.layers, 1...1024),
      ("\(name) heads", trunk.heads, 1...1024), ("\(name) MLP width", trunk.hidden, 1...1 << 20),
    ]
  }

  private static func sizes(
    patch: Int, image: Int, _ name: String
  ) -> [(String, Int, ClosedRange<Int>)] {
    [
      ("\(name) patch size", patch, 1...4096),
      ("\(name) image size", image, max(1, patch)...max(16_384, patch)),
    ]
  }
}
