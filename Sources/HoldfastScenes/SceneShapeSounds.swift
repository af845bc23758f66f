import HoldfastCore

extension SceneShape {
  /// The sound of the shape: what is played, in the register of a scene.
  ///
  /// If the shape allows it, the notes draw it into a spectrogram: the two glides of a cross meet,
  /// an hourglass is noise with a waist.
  func notes(random: inout SplitMix64) -> [SceneNote] {
    switch self {
    case .circle:
      [SceneNote(start: 0, length: 1, source: .pure, loudness: [0, 0.9, 1, 0.9, 0])]
    case .square:
      [
        SceneNote(start: 0, length: 0.44, source: .hollow, pitch: -5.0),
        SceneNote(start: 0.56, length: 0.44, source: .hollow, pitch: -5.0),
      ]
    case .triangle:
      [
        SceneNote(
          start: 0, length: 1, source: .soft, pitch: [-9, 10, -9], loudness: [0.6, 1, 1, 1, 0.6])
      ]
    case .diamond:
      [[0, 11, 0], [0, -11, 0]].map {
        SceneNote(start: 0, length: 1, source: .pure, pitch: SceneCurve($0))
      }
    case .star:
      [0.0, 4, 7, 12, 16].enumerated().map { index, pitch in
        SceneNote(
          start: 0.17 * Double(index), length: 0.32, source: .bar,
          pitch: SceneCurve([pitch + 3]), halfLife: 0.05)
      }
    case .cross:
      [[-10, 10], [10, -10]].map {
        SceneNote(
          start: 0, length: 1, source: .soft, pitch: SceneCurve($0), loudness: [0.4, 1, 1, 0.4])
      }
    case .ring:
      [SceneNote(start: 0, length: 1, source: .bell, pitch: 4.0, halfLife: 0.2)]
    case .heart:
      [0, 0.16, 0.52, 0.68].map {
        SceneNote(
          start: $0, length: 0.3, source: .soft, pitch: [-6, -13, -15, -16],
          loudness: $0 == 0 || $0 == 0.52 ? 1.0 : 0.65, halfLife: 0.045)
      }
    case .crescent:
      [
        SceneNote(
          start: 0, length: 1, source: .bowed, pitch: [0, 2], loudness: [0.02, 0.08, 0.25, 0.55, 1])
      ]
    case .arrow:
      [
        SceneNote(
          start: 0, length: 0.62, source: .noise(width: 0.6), pitch: [-6, 26],
          loudness: [0.1, 0.5, 0.8]),
        SceneNote(start: 0.62, length: 0.38, source: .bar, pitch: -7.0, halfLife: 0.06),
      ]
    case .bolt:
      (0..<18).map { index in
        let time = Double(index) / 18
        return SceneNote(
          start: 0.9 * time * (0.5 + 0.5 * time) + random.number(in: 0...0.05), length: 0.08,
          source: .noise(width: 4.0), pitch: SceneCurve([random.number(in: 8...28)]),
          loudness: SceneCurve([random.number(in: 0.5...1) * (1.1 - time)]), halfLife: 0.01)
      }
    case .drop:
      [(0, 1.0), (0.36, 0.6), (0.68, 0.36)].map { start, loudness in
        SceneNote(
          start: start, length: 0.3, source: .pure, pitch: [24, 9, 0, -6, -9],
          loudness: SceneCurve([loudness]), halfLife: 0.09)
      }
    case .spiral:
      [
        SceneNote(
          start: 0, length: 1, source: .soft, pitch: [-10, 8], loudness: [0.7, 1],
          vibrato: [4, 1.5],
          swings: [0, 0.8, 1.9, 3.4, 5.4, 8])
      ]
    case .zigzag:
      [
        SceneNote(
          start: 0, length: 1, source: .bowed, pitch: [-6, 6, -6, 6, -6, 6, -6], loudness: 1.0)
      ]
    case .grid:
      (0..<8).map {
        SceneNote(start: Double($0) / 8, length: 0.06, source: .hollow, pitch: 2.0)
      }
    case .hourglass:
      [
        SceneNote(
          start: 0, length: 1, source: .noise(width: [3.2, 1.4, 0.12, 1.4, 3.2]), pitch: 15.0)
      ]
    case .flower:
      (0..<4).map {
        SceneNote(
          start: Double($0) / 4, length: 0.27, source: .chord, loudness: [0, 0.5, 1, 0.5, 0])
      }
    case .house:
      [
        SceneNote(start: 0, length: 0.6, source: .soft, pitch: 9.0, halfLife: 0.15),
        SceneNote(start: 0.42, length: 0.58, source: .soft, pitch: 5.0, halfLife: 0.18),
      ]
    case .fish:
      (0..<9).map { index in
        let pitch = random.number(in: -3...12)
        return SceneNote(
          start: Double(index) / 9.5 + random.number(in: -0.03...0.03), length: 0.075,
          source: .pure, pitch: SceneCurve([pitch, pitch + 9]), loudness: [0.2, 1, 0.2])
      }
    case .tree:
      [
        SceneNote(
          start: 0, length: 1, source: .noise(width: 0.9),
          pitch: SceneCurve((0..<7).map { _ in random.number(in: 2...20) }),
          loudness: SceneCurve((0..<9).map { _ in random.number(in: 0.3...1) }))
      ]
    }
  }
}
