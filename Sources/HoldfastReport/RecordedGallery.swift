import Foundation
import HoldfastFormats
import HoldfastRecords
import HoldfastRuns

/// An example gallery of a run folder, with the content of its files.
struct RecordedGallery: Hashable, Sendable {
  /// What is known about it.
  let record: GalleryRecord
  /// The pictures and sounds as data URIs, by folder and name.
  private let files: [String: String]

  /// The example gallery of the run in `folder`, of all processes that shared it; nil if there is
  /// none.
  ///
  /// - Throws: `FormatError` when it is damaged, or names files that are not its own.
  init?(of run: String, radii: [String]) throws {
    let folder = "\(run)/\(GalleryRecord.place)"
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
      .filter { $0.hasPrefix("gallery.") && $0.hasSuffix(".json") }
    let galleries = try names.compactMap { try GalleryRecord.read(from: "\(folder)/\($0)") }
    guard var record = galleries.first else { return nil }
    for entry in galleries.dropFirst().flatMap(\.entries)
    where !record.entries.contains(where: { $0.id == entry.id }) {
      record.entries.append(entry)
    }
    record.entries = record.entries.chosen(radii: radii, size: record.size)
    self.record = record
    var files: [String: String] = [:]
    for entry in record.entries {
      for name in entry.panels.flatMap({ $0.pictures + [$0.sound].compactMap { $0 } }) {
        let path = "\(entry.folder)/\(name)"
        guard let kind = Self.kind(of: name) else {
          throw FormatError(
            "names a file `\(Shown(path).text)` that no example gallery has", in: folder,
            hint: "remove the example gallery to make the report without it")
        }
        files[path] = "data:\(kind);base64," + (try Self.bytes("\(folder)/\(path)"))
      }
    }
    self.files = files
  }

  /// A file of an entry.
  func source(_ name: String, of entry: GalleryEntryRecord) -> String? {
    files["\(entry.folder)/\(name)"]
  }

  /// The largest file that is put on a page.
  private static let largest = 4 << 20

  private static func bytes(_ path: String) throws(FormatError) -> String {
    guard let data = try? OwnFile.contents(of: path, limit: largest) else {
      throw FormatError(
        "is missing, or is not a picture or sound of an example gallery", in: path,
        hint: "remove the example gallery to make the report without it")
    }
    return data.base64EncodedString()
  }

  /// The media type of a name's ending; an SVG in an image runs nothing.
  private static func kind(of name: String) -> String? {
    let kinds = ["png": "image/png", "svg": "image/svg+xml", "wav": "audio/wav"]
    return name.split(separator: ".").last.flatMap { kinds[String($0)] }
  }
}
