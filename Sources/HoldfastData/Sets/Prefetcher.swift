import Foundation
import HoldfastFormats
public import HoldfastMedia

/// A sample that is ready for the model.
public struct PreparedSample: Sendable {
  /// The id in its data set.
  public let id: String
  /// The class, as an index.
  public let label: Int
  /// The pixels in [0, 1], channel by channel: `(3, H, W)`.
  public let pixels: [Float]
  /// Height and width.
  public let size: ImageSize
}

/// Reads, decodes and prepares samples on a thread of its own, a few ahead of whoever takes them.
///
/// However long the data set, at most `capacity` samples are held.
public final class Prefetcher: @unchecked Sendable {
  // All state below is touched only while `condition` is held.
  private let condition = NSCondition()
  private var ready: [PreparedSample] = []
  private var failure: (any Error)?
  private var isOver = false
  private var isCancelled = false

  /// Starts to prepare the samples of `set`, passing over those that `skip` names.
  public init(
    _ set: any DataSet, preprocessor: ImagePreprocessor, capacity: Int = 64, limit: Int? = nil,
    skip: @escaping @Sendable (String) -> Bool = { _ in false }
  ) {
    let thread = Thread { [self] in
      do {
        var cursor = try set.makeCursor()
        var visited = 0
        while visited < limit ?? .max, let item = try cursor.next() {
          visited += 1
          if skip(item.id) { continue }
          guard offer(try Self.prepare(item, preprocessor), capacity: capacity) else { return }
        }
        finish(nil)
      } catch {
        finish(error)
      }
    }
    thread.name = "holdfast.prefetch"
    thread.start()
  }

  /// The next sample, waiting for it if need be; nil after the last.
  public func next() throws -> PreparedSample? {
    condition.lock()
    defer { condition.unlock() }
    while ready.isEmpty, !isOver { condition.wait() }
    guard !ready.isEmpty else {
      if let failure { throw failure }
      return nil
    }
    condition.signal()
    return ready.removeFirst()
  }

  /// Stops reading ahead.
  public func cancel() {
    condition.lock()
    isCancelled = true
    condition.broadcast()
    condition.unlock()
  }

  private func offer(_ sample: PreparedSample, capacity: Int) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while ready.count >= capacity, !isCancelled { condition.wait() }
    ready.append(sample)
    condition.broadcast()
    return !isCancelled
  }

  private func finish(_ error: (any Error)?) {
    condition.lock()
    failure = error
    isOver = true
    condition.broadcast()
    condition.unlock()
  }

  /// Decodes one sample and brings it to the model's size.
  public static func prepare(
    _ item: DataItem, _ preprocessor: ImagePreprocessor
  ) throws -> PreparedSample {
    let image: Image
    switch item.content {
    case .image(let drawn): image = drawn
    case .bytes(let bytes): image = try decodeImage(bytes, name: item.file)
    case .file(let path):
      let file = try MappedFile(path)
      image = try decodeImage(file.withBytes { Array($0) }, name: path)
    }
    let prepared = try preprocessor.prepare(image)
    return PreparedSample(
      id: item.id, label: item.label, pixels: prepared.planarFloats(), size: prepared.size)
  }
}
