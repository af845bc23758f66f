import Foundation
import HoldfastFormats

/// Frames that are counted, and decoded when they are chosen.
enum FrameSource {
  case clip(Clip)
  case files([String])
  case video(VideoReader, file: String, VideoReader.Header)

  /// The frames, at least 1.
  var count: Int {
    switch self {
    case .clip(let clip): clip.frames.count
    case .files(let paths): paths.count
    case .video(_, _, let header): header.frames
    }
  }

  /// Frames in a second; nil if unknown.
  var rate: Double? {
    switch self {
    case .clip(let clip): clip.rate
    case .files: nil
    case .video(_, _, let header): header.rate
    }
  }

  /// The chosen frames, in the order of `indices`, of which some may be the same.
  func clip(_ indices: [Int]) throws -> Clip {
    switch self {
    case .clip(let clip):
      return try Clip(frames: indices.map { clip.frames[$0] }, rate: clip.rate)
    case .files(let paths):
      var images: [Int: Image] = [:]
      for index in Set(indices).sorted() {
        images[index] = try Self.image(paths[index])
      }
      return try Clip(frames: indices.compactMap { images[$0] })
    case .video(let reader, let file, let header):
      return try reader.clip(file: file, header, frames: indices)
    }
  }

  private static func image(_ path: String) throws -> Image {
    try decodeImage(FileReader.bytes(of: path), name: path)
  }
}

extension Clip {
  /// All frames of a video, of a folder of pictures, or of one picture.
  ///
  /// Files of a folder count by the order of their names, JPEG and PNG alone, and have no rate.
  /// Throws for damaged files, for a folder without pictures, and as ``VideoReader/clip(file:)`` does.
  public init(path: String, reader: VideoReader = VideoReader()) throws {
    self = try MediaSource.file(path).withFrames(reader: reader) { source in
      try source.clip(Array(0..<source.count))
    }
  }
}

extension MediaSource {
  /// Hands over the frames of a source, and says in errors what it is called.
  ///
  /// A picture is a video of one frame. Bytes of a video go through a temporary file, which is gone
  /// afterwards.
  func withFrames<Result>(
    reader: VideoReader, _ body: (FrameSource) throws -> Result
  ) throws -> Result {
    switch self {
    case .medium(.clip(let clip)): return try body(.clip(clip))
    case .medium(.image(let image)): return try body(.clip(Clip(frames: [image])))
    case .medium: throw MediaError("this is not a video", hint: "the model takes videos")
    case .file(let path):
      return try naming(path) { try body(Self.frames(path, reader)) }
    case .bytes(let bytes, let name):
      guard ImageFormat(of: bytes) == nil else {
        let image = try decodeImage(bytes, name: name)
        return try naming(name) { try body(.clip(Clip(frames: [image]))) }
      }
      return try Self.inFile(bytes, name: name) { path in
        try body(.video(reader, file: path, reader.header(of: path)))
      }
    }
  }

  private static func frames(_ path: String, _ reader: VideoReader) throws -> FrameSource {
    if try FileStatus(of: path)?.isFolder == true {
      return .files(try FrameFolder(path).paths)
    }
    let start = try MappedFile(path).withBytes { Array($0.prefix(64)) }
    guard ImageFormat(of: start) == nil else { return .files([path]) }
    return .video(reader, file: path, try reader.header(of: path))
  }

  private static func inFile<Result>(
    _ bytes: [UInt8], name: String, _ body: (String) throws -> Result
  ) throws -> Result {
    let place = FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-\(UUID().uuidString)").path
    guard
      FileManager.default.createFile(
        atPath: place, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    else {
      throw MediaError("there is no room for a temporary file", file: name)
    }
    defer { try? FileManager.default.removeItem(atPath: place) }
    do {
      return try body(place)
    } catch let error as MediaError {
      throw MediaError(error.what, file: name, hint: error.hint)
    }
  }
}
