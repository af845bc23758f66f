import ArgumentParser
import Foundation
import Holdfast

/// What a shell offers for a model, for data and for a modality; the names of attacks and defences
/// come from their tables.
extension CompletionKind {
  /// The built-in model, the models of the hub's cache, and files.
  static var model: CompletionKind {
    .custom { _, _, prefix in
      offers(
        [ModelSource.builtIn] + HubCache().models.map { "hf:\($0)" }, or: prefix)
    }
  }

  /// The built-in scenes, and files.
  static var data: CompletionKind {
    .custom { _, _, prefix in
      offers(SceneSplit.allCases.map { SceneArgument.prefix + $0.rawValue }, or: prefix)
    }
  }

  /// The names of all modalities.
  static var senses: CompletionKind { .list(Modality.allCases.map(\.rawValue)) }

  /// The names, and the files and folders that begin with what is written so far.
  private static func offers(_ names: [String], or prefix: String) -> [String] {
    names.filter { $0.hasPrefix(prefix) } + paths(prefix)
  }

  private static func paths(_ prefix: String) -> [String] {
    let end = prefix.lastIndex(of: "/").map { prefix.index(after: $0) } ?? prefix.startIndex
    let (folder, begin) = (String(prefix[..<end]), prefix[end...])
    let place = folder.isEmpty ? "." : folder
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return names.filter {
      $0.hasPrefix(begin) && (begin.hasPrefix(".") || !$0.hasPrefix("."))
    }.sorted().map { name in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(place)/\(name)", isDirectory: &isFolder)
      return "\(folder)\(name)\(isFolder.boolValue ? "/" : "")"
    }
  }
}
