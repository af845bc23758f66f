/// Pictures with their captions, as a list that comes with a data set has them.
struct CaptionList {
  /// A picture with its captions, in the order of the file.
  struct Picture {
    let file: String
    let captions: [String]
    /// The split that the list names; nil if it names none.
    var split: String?
  }

  let path: String
  let pictures: [Picture]

  /// A list of at least one picture, each once.
  init(_ pictures: [Picture], path: String) throws(DataError) {
    guard !pictures.isEmpty else {
      throw DataError("lists no pictures", in: path, hint: "download it again")
    }
    var seen: Set<String> = []
    // A training list of ALBEF's form has a line per caption, and so a picture several times.
    let isByCaption = pictures.allSatisfy { $0.captions.count == 1 }
    for picture in pictures where !seen.insert(picture.file).inserted && !isByCaption {
      throw DataError("lists `\(picture.file)` twice", in: path, hint: "keep one of the two")
    }
    self.path = path
    self.pictures = pictures
  }

  /// The splits that the list names, the one to test on first.
  var splits: [String] { inOrder(pictures.compactMap(\.split)) }

  /// The pairs of a split, five captions of each picture at most, as in the protocol of N × 5N.
  func pairs(of split: String?) throws(DataError) -> PairCollector {
    var pairs = PairCollector(path: path)
    for (index, picture) in pictures.enumerated() where split == nil || picture.split == split {
      for caption in picture.captions.prefix(5) {
        try pairs.add(
          picture.file, caption, .captions, at: "picture \(index + 1)", toleratesAgain: true)
      }
    }
    return pairs
  }
}

/// Names of splits without repetition, the one to test on first.
func inOrder(_ splits: [String]) -> [String] {
  let known = ["test", "val", "validation", "valid", "dev", "train"]
  let all = Set(splits)
  return known.filter(all.contains) + all.subtracting(known).sorted(by: precedes)
}
