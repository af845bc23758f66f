/// Merges the bytes of a word into vocabulary ids, lowest rank first, leftmost first.
///
/// Sennrich et al. 2016, on bytes. The symbols of a word are a linked list and the pairs that may
/// merge a heap, so a word of n bytes costs O(n log n) however long it is.
struct BytePairMerger: Sendable {
  struct Merge: Sendable {
    let rank: Int32
    let id: Int32
  }

  /// The id of each byte inside a word and of each byte that ends one.
  let inner: [Int32]
  let last: [Int32]
  /// The merge of two ids, keyed by ``key(_:_:)``.
  let merges: [UInt64: Merge]

  static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private struct Symbol {
    var id: Int32
    var previous: Int
    var next: Int
    var isMerged = false
  }

  private struct Candidate: Comparable {
    let rank: Int32
    let id: Int32
    let position: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
      (a.rank, a.position) < (b.rank, b.position)
    }
  }

  func merge(_ word: [UInt8]) -> [Int] {
    guard let end = word.last else { return [] }
    var symbols = word.enumerated().map { index, byte in
      Symbol(id: inner[Int(byte)], previous: index - 1, next: index + 1)
    }
    symbols[symbols.count - 1].id = last[Int(end)]
    symbols[symbols.count - 1].next = -1

    func candidate(at position: Int) -> Candidate? {
      let left = symbols[position]
      guard !left.isMerged, left.next >= 0,
        let merge = merges[Self.key(left.id, symbols[left.next].id)]
      else { return nil }
      return Candidate(rank: merge.rank, id: merge.id, position: position)
    }

    var heap = MinHeap(symbols.indices.compactMap(candidate))
    while let best = heap.popMin() {
      // The pair may have been consumed by an earlier merge; then it is not what it was.
      guard candidate(at: best.position)?.id == best.id else { continue }
      let left = best.position
      let right = symbols[left].next
      symbols[left].id = best.id
      symbols[left].next = symbols[right].next
      symbols[right].isMerged = true
      if symbols[right].next >= 0 { symbols[symbols[right].next].previous = left }
      if symbols[left].previous >= 0, let pair = candidate(at: symbols[left].previous) {
        heap.insert(pair)
      }
      if let pair = candidate(at: left) { heap.insert(pair) }
    }
    return symbols.filter { !$0.isMerged }.map { Int($0.id) }
  }
}

/// A binary heap that hands out its least element first.
struct MinHeap<Element: Comparable> {
  private var elements: [Element]

  init(_ elements: [Element]) {
    self.elements = elements
    for index in (0..<elements.count / 2).reversed() { siftDown(index) }
  }

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[child] < elements[(child - 1) / 2] {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popMin() -> Element? {
    guard let least = elements.first else { return nil }
    elements.swapAt(0, elements.count - 1)
    elements.removeLast()
    siftDown(0)
    return least
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < elements.count {
        if elements[child] < elements[least] { least = child }
      }
      if least == parent { return }
      elements.swapAt(parent, least)
      parent = least
    }
  }
}
