import HoldfastCore
import HoldfastTensor

/// Augmentation of spectrograms, so that a few speakers suffice: loudness, start, tempo, pitch, and
/// masks over time and pitch.
///
/// Sources: Park et al., 2019 (SpecAugment) for the masks; Jaitly and Hinton, 2013, for shifts along
/// the mel axis as other lengths of vocal tracts.
struct SpectrogramAugmentation {
  /// The mel bins and the frames.
  let mels: Int
  let frames: Int
  /// The value of silence.
  let silence: Float
  /// The most that is added or taken, on the spectrogram's own scale.
  var gain: Float = 0.2
  /// The most frames by which it begins earlier or later.
  var shift = 20
  /// The most by which it is stretched or shrunk in time.
  var tempo = 0.2
  /// The most mel bins by which pitch and formants move.
  var pitch = 4.0
  /// The most that a mask covers.
  var maskedMels = 8
  var maskedFrames = 12

  /// Augmentation of spectrograms `[1, mels, frames]`; nil for inputs of another shape.
  init?(_ input: InputSpec) {
    guard input.shape.count == 3, input.shape[0] == 1, let range = input.range else { return nil }
    (mels, frames) = (input.shape[1], input.shape[2])
    silence = range.lowerBound
  }

  /// One variation of a spectrogram.
  func callAsFunction(_ values: [Float], _ generator: inout Generator) -> [Float] {
    func symmetric(_ most: Double) -> Double {
      most * (Double(generator.integer(below: 2001)) / 1000 - 1)
    }
    let added = Float(symmetric(Double(gain)))
    let begin = symmetric(Double(shift))
    let speed = 1 + symmetric(tempo)
    let stretch = 1 + symmetric(pitch) / Double(mels)
    let melMask = mask(maskedMels, of: mels, &generator)
    let frameMask = mask(maskedFrames, of: frames, &generator)

    // The source row and column of each row and column of the result, with linear interpolation.
    let rows = (0..<mels).map { Double($0) * stretch }
    let columns = (0..<frames).map { (Double($0) - begin) * speed }
    var result = [Float](repeating: silence, count: values.count)
    for (row, from) in rows.enumerated() where !melMask.contains(row) {
      let low = Int(from)
      guard low + 1 < mels else { continue }
      let part = Float(from - Double(low))
      for (column, time) in columns.enumerated() where !frameMask.contains(column) {
        let early = Int(time.rounded(.down))
        guard early >= 0, early + 1 < frames else { continue }
        let rest = Float(time - Double(early))
        let place = low * frames + early
        let below = values[place] + (values[place + 1] - values[place]) * rest
        let above =
          values[place + frames] + (values[place + frames + 1] - values[place + frames]) * rest
        result[row * frames + column] = max(silence, below + (above - below) * part + added)
      }
    }
    return result
  }

  private func mask(_ most: Int, of count: Int, _ generator: inout Generator) -> Range<Int> {
    let length = generator.integer(below: min(most, count) + 1)
    let start = generator.integer(below: count - length + 1)
    return start..<start + length
  }
}
