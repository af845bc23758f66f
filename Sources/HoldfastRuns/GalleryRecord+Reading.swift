import Foundation
public import HoldfastFormats
public import HoldfastRecords

extension GalleryRecord {
  /// Reads the file of an example gallery; nil if there is none.
  ///
  /// - Throws: `FormatError` for a damaged file, a link, and a name that leads out of the gallery's folder.
  public static func read(from file: String) throws(FormatError) -> GalleryRecord? {
    guard let data = try OwnFile.contents(of: file) else { return nil }
    guard let record = try? RecordCoding.decoder().decode(GalleryRecord.self, from: data),
      record.schema == RunRecord.schema
    else {
      throw FormatError(
        "is not what this version of Holdfast writes", in: file,
        hint: "remove it; the run then goes on, and its report is made, without it")
    }
    for entry in record.entries {
      let files = entry.panels.flatMap { $0.pictures + [$0.sound].compactMap(\.self) }
      for name in [entry.folder] + files where !OwnFile.isPlain(name) {
        throw FormatError(
          "names `\(name)`, which is not a file of an example gallery", in: file,
          hint: "remove it; the run then goes on, and its report is made, without it")
      }
    }
    return record
  }
}
