import Foundation

extension HubCache {
  /// The models that are in the cache with their main branch, as `org/name`, in order.
  public var models: [String] {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return folders.compactMap { folder -> String? in
      guard folder.hasPrefix("models--") else { return nil }
      let name = String(folder.dropFirst("models--".count)).replacing("--", with: "/")
      guard let reference = try? HubReference(name), (try? snapshot(of: reference)) != nil else {
        return nil
      }
      return reference.repository
    }.sorted()
  }
}
