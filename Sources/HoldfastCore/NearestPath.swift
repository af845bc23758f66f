import Foundation

/// The existing path beside a missing one whose name is most like it; nil if none is close.
public func nearestPath(_ path: String) -> String? {
  let parts = path.split(separator: "/", omittingEmptySubsequences: false)
  let trimmed = parts.last == "" ? parts.dropLast() : parts[...]
  guard let name = trimmed.last, !name.isEmpty else { return nil }
  let folder = trimmed.dropLast().joined(separator: "/")
  let place = folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
  // Of short names, any two are alike.
  let names = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).filter {
    $0.count > 3 && !$0.hasPrefix(".")
  }
  guard name.count > 3, let near = nearest(String(name), among: names, tolerance: 0.25).first else {
    return nil
  }
  return trimmed.count == 1 ? near : "\(folder)/\(near)"
}
