import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastTensor

extension GalleryPainter {
  /// The pixels of all spectrograms of a panel side by side, and the columns of a drawn waveform.
  private static let (spectrogramWidth, columns) = (512, 256)
  /// The longest sound that is kept to be played.
  private static let longest = 10.0

  /// Mel bins from bottom to top, time from left to right; excerpts side by side.
  func spectrogram(
    _ values: [Double], _ name: String, _ scale: Scale, _ sign: Sign
  ) throws -> Panel {
    let shape = input.shape
    let (bins, frames) = (shape[shape.count - 2], shape[shape.count - 1])
    let clips = max(1, values.count / (bins * frames))
    let factor = max(1, (frames * clips + Self.spectrogramWidth - 1) / Self.spectrogramWidth)
    let rasters = (0..<clips).map { clip in
      let part = values[clip * bins * frames..<(clip + 1) * bins * frames]
      let plane = Plane(
        width: frames, height: bins, part.map { shown($0, scale, sign) })
      return Raster(
        plane.shrunk(across: factor, down: 1, toMean: sign.isValue).flipped,
        sign.isValue ? .viridis : .diverging)
    }
    var notes = clips > 1 ? ["\(clips) excerpts side by side"] : []
    if name == "adversarial" {
      notes.append("there is no sound of it: the attack acts on the spectrogram")
    }
    return Panel(
      pictures: [File(name: "\(name).png", bytes: try Raster(strip: rasters).png())],
      note: notes.isEmpty ? nil : notes.joined(separator: "; "))
  }

  /// The waveform as it is drawn, its spectrogram, and the sound itself; a change is played as many
  /// times as loud as it is shown large.
  func waveform(_ values: [Double], _ name: String, _ sign: Sign) throws -> Panel {
    var samples = values
    if case .change(let factor, _) = sign { samples = values.map { $0 * factor } }
    var panel = Panel(pictures: [File(name: "\(name).svg", bytes: Array(drawn(samples).utf8))])
    guard let rate else { return panel }
    let heard = samples.prefix(Int(Self.longest * Double(rate)))
      .map { Float(min(max($0, -1), 1)) }
    panel.sound = File(
      name: "\(name).wav", bytes: try encodeWAV(Sound(rate: rate, channels: [heard])))
    if let picture = try energies(heard, rate) {
      panel.pictures.append(File(name: "\(name).png", bytes: try picture.png()))
    }
    if samples.count > heard.count {
      panel.note = "the first \(Int(Self.longest)) seconds are heard"
    }
    return panel
  }

  /// The log mel spectrogram of a sound; nil when it is shorter than a frame.
  private func energies(_ samples: [Float], _ rate: Int) throws -> Raster? {
    let bank = try MelFilterBank(rate: rate, mels: 96)
    let frames = bank.frames(in: samples.count)
    guard frames > 1 else { return nil }
    let values = try withoutGradients { () throws in
      try bank(Tensor(samples, [1, samples.count])).transposed().array(of: Float.self)
    }
    // From silence to the loudest that a sound within [-1, 1] usually is.
    let (low, high) = (Double(MelFilterBank.floor), 8.0)
    let plane = Plane(
      width: frames, height: 96, values.map { (Double($0) - low) / (high - low) })
    let factor = max(1, (frames + Self.spectrogramWidth - 1) / Self.spectrogramWidth)
    return Raster(plane.shrunk(across: factor, down: 1, toMean: true).flipped, .viridis)
  }

  /// The smallest and the largest sample of each column, as a drawing.
  private func drawn(_ samples: [Double]) -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.columns) 64\" "
      + "preserveAspectRatio=\"none\"><path fill=\"none\" stroke=\"#4a7fb5\" stroke-width=\"1\" "
      + "d=\"\(envelope(samples, middle: 32, height: 31))\"/></svg>\n"
  }

  private func envelope(_ samples: [Double], middle: Double, height: Double) -> String {
    let count = samples.count
    return (0..<min(Self.columns, count)).map { column in
      let part =
        samples[
          column * count
            / Self.columns..<max(
              column * count / Self.columns + 1, (column + 1) * count / Self.columns)]
      let (low, high) = (part.min() ?? 0, part.max() ?? 0)
      let (top, bottom) = (middle - height * high, middle - height * low)
      return String(format: "M%.1f %.1fV%.1f", Double(column) + 0.5, top, max(bottom, top + 0.5))
    }.joined()
  }

  /// One line per axis, as of an inertial sensor.
  func traces(_ values: [Double], _ name: String, _ scale: Scale, _ sign: Sign) -> Panel {
    let (axes, count) = (input.shape[0], input.shape[1])
    let paths = (0..<axes).map { axis in
      let line = values[axis * count..<(axis + 1) * count].map {
        2 * min(max(shown($0, scale, sign), 0), 1) - 1
      }
      return envelope(Array(line), middle: 16 + 32 * Double(axis), height: 15)
    }
    let svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.columns) \(32 * axes)\">"
      + "<path fill=\"none\" stroke=\"#4a7fb5\" d=\"\(paths.joined())\"/></svg>\n"
    return Panel(
      pictures: [File(name: "\(name).svg", bytes: Array(svg.utf8))],
      note: "\(axes) axes from top to bottom")
  }
}
