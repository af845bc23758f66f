import Foundation
import Holdfast

/// The built-in story: audit, harden, audit again, and say what was found.
struct Demo {
  let folder: String
  let samples: Int
  let console: Console

  func run() throws {
    let model = try ModelSource(ModelSource.builtIn, device: .cpu)
    _ = model
  }
}
