import Synchronization

/// Remembers the ids of words already merged.
///
/// Bounded in words and in their length, so that hostile text cannot make it grow; a full cache
/// keeps what it has.
final class WordCache: Sendable {
  private static let most = 1 << 14
  private static let longest = 64

  private let ids = Mutex<[[UInt8]: [Int]]>([:])

  func ids(of word: [UInt8], orMerge merge: ([UInt8]) -> [Int]) -> [Int] {
    guard word.count <= Self.longest else { return merge(word) }
    if let known = ids.withLock({ $0[word] }) { return known }
    let merged = merge(word)
    ids.withLock { if $0.count < Self.most { $0[word] = merged } }
    return merged
  }
}
