public import Foundation

/// Models and data that live outside the checkout.
///
/// The folder is named by `HOLDFAST_FIXTURES`, else it is `shared` beside the checkout. A suite that
/// needs it says `.enabled(if: Fixtures.isPresent)`, so that without it the skip is seen.
public enum Fixtures {
  /// The folder.
  public static let folder: URL = {
    if let named = ProcessInfo.processInfo.environment["HOLDFAST_FIXTURES"], !named.isEmpty {
      return URL(fileURLWithPath: named, isDirectory: true)
    }
    return URL(fileURLWithPath: #filePath)  // …/Tests/HoldfastTestSupport/Fixtures.swift
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("shared", isDirectory: true)
  }()

  /// Whether the models are there.
  public static var isPresent: Bool { has("models") }

  /// Whether there is something at a path below the folder.
  public static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: self.path(path))
  }

  /// The full path of something below the folder.
  public static func path(_ path: String) -> String {
    folder.appendingPathComponent(path).path
  }
}

/// Runs `body` with a fresh folder that is removed afterwards.
public func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("holdfast-\(UUID().uuidString)", isDirectory: true)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
