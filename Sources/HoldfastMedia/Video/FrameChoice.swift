/// Which frames of a video a model sees.
public enum FrameChoice: Codable, Hashable, Sendable {
  /// So many frames from the first to the last, evenly: `(3, count, S, S)` (LanguageBind).
  ///
  /// A video of fewer frames shows some of them more than once.
  case whole(count: Int)

  /// Clips of the same length, the first at the start, the last at the end, the others evenly
  /// between; of each clip `frames`, and of each frame three squares, from one end of the long side to
  /// the other: `(3 · count, 3, frames, S, S)` (ImageBind).
  ///
  /// If the video is shorter than a clip, all clips are the same.
  case clips(count: Int, seconds: Double, frames: Int)
}

extension FrameChoice {
  /// `count` of the frames `0..<total`: numpy's `linspace(0, total - 1, count, dtype=int)`.
  static func spread(_ count: Int, of total: Int) -> [Int] {
    let last = total - 1
    guard count > 1 else { return [0] }
    let step = Double(last) / Double(count - 1)
    return (0..<count).map { $0 == count - 1 ? last : Int(Double($0) * step) }
  }

  /// The frames of each clip, of a video of `total` frames.
  ///
  /// As pytorchvideo's `ConstantClipsPerVideoSampler` cuts a video and its decoder on decord rounds
  /// times to frames; a clip without a frame shows the one at its start.
  static func clips(
    _ count: Int, seconds: Double, frames: Int, of total: Int, rate: Double
  ) -> [[Int]] {
    let room = max(Double(total) / rate - seconds, 0)
    return (0..<count).map { index in
      let start = room / Double(max(count - 1, 1)) * Double(index)
      let first = min(frame(at: start, rate, of: total), total - 1)
      let end = max(frame(at: start + seconds, rate, of: total), first + 1)
      return spread(frames, of: end - first).map { first + $0 }
    }
  }

  /// The first frame that is not before a time, at most `total`.
  private static func frame(at time: Double, _ rate: Double, of total: Int) -> Int {
    Int(min((rate * time).rounded(.up), Double(total)))
  }
}
