import Foundation

/// What a video may ask for.
public struct VideoLimits: Hashable, Sendable {
  /// The largest `width * height` of a frame.
  public var pixels: Int

  /// The largest size of the frames that are kept, 3 bytes to a pixel.
  public var bytes: Int

  /// How long a pass through a file may take.
  public var seconds: Double

  /// Creates limits.
  ///
  /// The defaults are the pixels of an image, 1 GiB, and five minutes.
  public init(
    pixels: Int = ImageLimits().pixels, bytes: Int = 1 << 30, seconds: Double = 300
  ) {
    self.pixels = pixels
    self.bytes = bytes
    self.seconds = seconds
  }
}

/// Reads the frames of MP4, MOV, MKV, WebM and AVI files by the programs `ffmpeg` and `ffprobe`.
///
/// A file is decoded twice: once to count its frames, the only sure way if their rate varies or the
/// header is wrong, and once for those that are wanted. No more is kept than those. Frames are as
/// they were coded, without the rotation that the file asks players for. Colours differ by ±3 of
/// 255 between decoders: if pixels must be the same everywhere, write the frames to a folder once
/// and read that.
///
/// A file that is damaged or cut short is refused, even if a player would show what is left. The
/// programs open nothing but the file itself, whatever its name and its contents.
public struct VideoReader: Hashable, Sendable {
  /// The program that decodes; looked for in `PATH` unless it has a slash.
  public var ffmpeg: String

  /// The program that counts frames.
  public var ffprobe: String

  /// What a video may ask for.
  public var limits: VideoLimits

  /// Creates a reader.
  public init(
    ffmpeg: String = "ffmpeg", ffprobe: String = "ffprobe", limits: VideoLimits = VideoLimits()
  ) {
    self.ffmpeg = ffmpeg
    self.ffprobe = ffprobe
    self.limits = limits
  }

  /// All frames of a file.
  ///
  /// - Throws: ``MediaError`` for files that are not videos or are damaged, for videos beyond the
  ///   limits, and when a program is missing.
  public func clip(file: String) throws(MediaError) -> Clip {
    let header = try header(of: file)
    return try clip(file: file, header, frames: Array(0..<header.frames))
  }

  /// What is known of a video before its pixels.
  struct Header: Hashable {
    let size: ImageSize
    let frames: Int
    let rate: Double?
  }

  /// Counts the frames of a file by decoding it.
  func header(of file: String) throws(MediaError) -> Header {
    guard !Self.isCutOffAVI(file) else {
      throw MediaError(
        "the video ends before it should", file: file,
        hint: "copy it again, or \(Self.folderHint)")
    }
    let arguments =
      input(file, after: ["-v", "error", "-count_frames", "-select_streams", "V:0"])
      + [
        "-show_entries", "stream=width,height,nb_read_frames,avg_frame_rate", "-of",
        "default=noprint_wrappers=1",
      ]
    var output: [UInt8] = []
    try run(ffprobe, arguments, file: file) { bytes in
      output.append(contentsOf: bytes)
      return output.count < 1 << 16
    }
    let values = Self.values(String(decoding: output, as: UTF8.self))
    guard let width = values["width"].flatMap({ Int($0) }),
      let height = values["height"].flatMap({ Int($0) }),
      let frames = values["nb_read_frames"].flatMap({ Int($0) }), frames > 0
    else {
      throw MediaError("the file has no pictures to decode", file: file, hint: Self.folderHint)
    }
    let size = ImageSize(width: width, height: height)
    guard let area = size.area, area <= limits.pixels else {
      throw MediaError(
        "the video has frames of \(size) pixels, more than the limit of \(limits.pixels) in all",
        file: file, hint: "scale it down first")
    }
    return Header(size: size, frames: frames, rate: values["avg_frame_rate"].flatMap(Self.ratio))
  }

  /// The chosen frames, in the order of `frames`, of which some may be the same.
  func clip(file: String, _ header: Header, frames: [Int]) throws(MediaError) -> Clip {
    let wanted = Set(frames).sorted()
    let (bytes, overflow) = (header.size.valueCount ?? 0)
      .multipliedReportingOverflow(by: wanted.count)
    guard !overflow, bytes > 0, bytes <= limits.bytes else {
      throw MediaError(
        "\(wanted.count) frames of \(header.size) pixels take more than \(limits.bytes) bytes",
        file: file, hint: "scale the video down, or take fewer frames")
    }
    let images = try images(file: file, header, wanted)
    let places = Dictionary(uniqueKeysWithValues: zip(wanted, images))
    return try Clip(frames: frames.compactMap { places[$0] }, rate: header.rate)
  }

  /// The frames `wanted`, which ascend.
  private func images(
    file: String, _ header: Header, _ wanted: [Int]
  ) throws(MediaError) -> [Image] {
    let isAll = wanted.count == header.frames
    let choice = isAll ? [] : ["-vf", "select='\(Self.choice(of: wanted[...]))'"]
    func arguments(passing frames: [String]) -> [String] {
      input(file, after: ["-v", "error", "-nostdin", "-xerror", "-noautorotate"])
        + ["-map", "0:V:0"] + choice + frames
        + ["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    }
    let size = header.size.valueCount ?? 0
    var images: [Image] = []
    var pixels: [UInt8] = []
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
      var rest = bytes[...]
      while !rest.isEmpty, images.count < wanted.count {
        let part = rest.prefix(size - pixels.count)
        pixels.append(contentsOf: part)
        rest = rest.dropFirst(part.count)
        if pixels.count == size {
          images.append(Image(header.size, pixels))
          pixels = []
        }
      }
      return rest.isEmpty
    }
    do throws(MediaError) {
      try run(ffmpeg, arguments(passing: ["-fps_mode", "passthrough"]), file: file, take: take)
    } catch {
      guard error.what.contains("fps_mode") else { throw error }
      // What ffmpeg before 5.1 calls the same.
      try run(ffmpeg, arguments(passing: ["-vsync", "passthrough"]), file: file, take: take)
    }
    guard images.count == wanted.count, pixels.isEmpty else {
      throw MediaError(
        "the frames of the video are not those that its header announces", file: file,
        hint: Self.folderHint)
    }
    return images
  }

  /// What is 1 for the frames `wanted` alone, of which there is at least one.
  ///
  /// A sum of sums, since ffmpeg refuses expressions that are deep, and those of more than 100 terms
  /// in a row are.
  private static func choice(of wanted: ArraySlice<Int>) -> String {
    guard wanted.count > 1 else { return wanted.first.map { "eq(n,\($0))" } ?? "0" }
    let half = wanted.count / 2
    return "(\(choice(of: wanted.prefix(half)))+\(choice(of: wanted.dropFirst(half))))"
  }

  private static let folderHint = "write its frames to a folder as PNG and give that"

  /// Options that let a program open this file alone, and as a video alone.
  private func input(_ file: String, after options: [String]) -> [String] {
    options + [
      "-max_pixels", "\(min(max(1, limits.pixels), Int(Int32.max)))", "-protocol_whitelist", "file",
      "-format_whitelist", "mov,matroska,webm,avi", "-i", "file:\(file)",
    ]
  }

  /// Runs a program that must succeed.
  private func run(
    _ program: String, _ arguments: [String], file: String,
    take: (UnsafeRawBufferPointer) -> Bool
  ) throws(MediaError) {
    guard !file.utf8.contains(0) else { throw MediaError("this is not a file name", file: file) }
    let end: ProgramEnd
    do throws(ProgramFailure) {
      end = try runProgram(program, arguments, seconds: limits.seconds, take: take)
    } catch {
      throw Self.error(error, program, file: file, limits: limits)
    }
    // Of a container that ends too early, or makes no sense, the programs only complain.
    let isDamaged = ["[mov,", "[matroska,", "[avi "].contains { end.message.contains($0) }
    guard end.status == 0, !isDamaged else {
      throw MediaError(
        "the video cannot be decoded: \(Self.reason(end, file))", file: file,
        hint: "copy it again, or \(Self.folderHint)")
    }
  }

  private static func error(
    _ failure: ProgramFailure, _ program: String, file: String, limits: VideoLimits
  ) -> MediaError {
    switch failure {
    case .missing:
      MediaError(
        "videos are read by the program `\(program)`, which is not there", file: file,
        hint: "install ffmpeg, or \(folderHint)")
    case .timedOut:
      MediaError(
        "decoding the video takes longer than \(limits.seconds) s", file: file,
        hint: "cut it, or \(folderHint)")
    case .unwanted:
      MediaError(
        "the frames of the video are not those that its header announces", file: file,
        hint: folderHint)
    }
  }

  /// The first line that the program wrote, without the file's name and addresses in memory.
  private static func reason(_ end: ProgramEnd, _ file: String) -> String {
    guard let line = end.message.split(whereSeparator: \.isNewline).first else {
      return "the decoder stopped with status \(end.status)"
    }
    return line.replacingOccurrences(of: "file:\(file): ", with: "")
      .replacing(#/^\[(.*) @ .*\] /#) { "\($0.output.1): " }
  }

  /// Whether an AVI is shorter than its first chunk says; the programs take what is there.
  ///
  /// Zero, and all ones, are what programs write that do not know.
  private static func isCutOffAVI(_ file: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: file) else { return false }
    defer { try? handle.close() }
    guard let start = try? handle.read(upToCount: 12), start.count == 12,
      start.prefix(4).elementsEqual("RIFF".utf8), start.suffix(4).elementsEqual("AVI ".utf8),
      let length = try? handle.seekToEnd()
    else { return false }
    let claimed = start[4..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return claimed != 0xFFFF_FFFF && claimed + 8 > length
  }

  /// Lines of `key=value`.
  private static func values(_ text: String) -> [String: String] {
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
    }
    return values
  }

  /// `30000/1001` as a number; nil if it is not positive.
  private static func ratio(_ text: String) -> Double? {
    let parts = text.split(separator: "/").compactMap { Double($0) }
    guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return nil }
    return parts[0] / parts[1]
  }
}
