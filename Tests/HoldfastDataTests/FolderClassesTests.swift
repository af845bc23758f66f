import HoldfastCore
import HoldfastData
import HoldfastTestSupport
import Testing

@Suite("Classes of folders")
struct FolderClassesTests {
  /// A picture in each folder of `names`.
  private func write(_ names: [String], in place: Place, below folder: String = "") throws {
    for name in names { try place.picture("\(folder)\(name)/a.png") }
  }

  /// The label of each folder.
  private func labels(_ set: any DataSet) throws -> [String: Int] {
    Dictionary(
      try set.items().map { (String($0.id.split(separator: "/")[0]), $0.label) },
      uniquingKeysWith: { a, _ in a })
  }

  @Test("that are numbered come in order of their numbers")
  func numbered() throws {
    try Place.with { place in
      try write((0...11).map(String.init), in: place)
      let bare = try openDataSet(at: place.path(""))
      #expect(bare.classNames == (0...11).map(String.init))
      #expect(bare.remarks.count == 1 && bare.remarks[0].contains("in order of their numbers"))
      let names = (0...11).map { "class \($0)" }
      let named = try openDataSet(at: place.path(""), classes: names)
      for set in [bare, named] {
        let labels = try labels(set)
        #expect(labels == Dictionary(uniqueKeysWithValues: (0...11).map { ("\($0)", $0) }))
      }
      #expect(named.classNames == names)
      #expect(
        named.remarks.first?.hasSuffix(
          "in order of their numbers, take the lines of --classes: `0` is `class 0`, `1` is "
            + "`class 1`, `2` is `class 2`, …, `11` is `class 11`") == true)
    }
  }

  @Test("count by value, whatever their zeros and however long they are")
  func values() throws {
    try Place.with { place in
      let names = ["007", "10", "9", "0100", "123456789012345678901234567890"]
      try write(names, in: place)
      let set = try openDataSet(at: place.path(""))
      #expect(set.classNames == ["007", "9", "10", "0100", names[4]])
    }
    try Place.with { place in
      // One name that is no number, and they are names.
      try write(["2", "10", "x"], in: place)
      let set = try openDataSet(at: place.path(""))
      #expect(set.classNames == ["10", "2", "x"] && set.remarks.isEmpty)
    }
  }

  @Test("take the line of --classes that says their own name, in whatever order the lines are")
  func byName() throws {
    try Place.with { place in
      try write(["ant_eater", "cat", "dog"], in: place)
      let set = try openDataSet(at: place.path(""), classes: ["dog", "ant eater", "cat"])
      #expect(set.classNames == ["dog", "ant eater", "cat"] && set.remarks.isEmpty)
      #expect(try labels(set) == ["dog": 0, "ant_eater": 1, "cat": 2])
      #expect(try set.taking(Subsample(count: 6)).items().map(\.label) == [0, 1, 2])
    }
  }

  @Test("take other names in order, which is said, unless some lines are names of other folders")
  func doubt() throws {
    try Place.with { place in
      try write(["cat", "dog"], in: place)
      let set = try openDataSet(at: place.path(""), classes: ["a tabby", "a terrier"])
      #expect(try labels(set) == ["cat": 0, "dog": 1])
      let told = try set.taking(Subsample(count: 4)).remarks
      #expect(told.first?.contains("`cat` is `a tabby`, `dog` is `a terrier`") == true)
      let shifted = words { try openDataSet(at: place.path(""), classes: ["dog", "a cat"]) }
      #expect(shifted.contains("`dog` would be class 2 of --classes, which names it as class 1"))
    }
  }

  @Test("that are empty are named")
  func empty() throws {
    try Place.with { place in
      try write(["a", "b"], in: place)
      try place.write("words", "masks/notes.txt")
      let remarks = try openDataSet(at: place.path("")).remarks
      #expect(
        remarks.count == 1 && remarks[0].contains("without samples")
          && remarks[0].contains("`masks`"))
    }
  }

  @Test("of WordNet are called as a file beside or above them says")
  func synsets() throws {
    let mapping = "n01440764 tench, Tinca tinca\nn02012849 crane\nn03126707 crane\n"
    try Place.with { place in
      try write(["n01440764", "n02012849", "n03126707"], in: place, below: "val/")
      let bare = try openDataSet(at: place.path("val"))
      #expect(bare.classNames?.first == "n01440764")
      #expect(bare.remarks.first?.contains("LOC_synset_mapping.txt") == true)
      try place.write(mapping, "LOC_synset_mapping.txt")
      let set = try openDataSet(at: place.path("val"))
      #expect(set.classNames == ["tench", "crane (n02012849)", "crane (n03126707)"])
      let given = try openDataSet(at: place.path("val"), classes: ["a", "b", "c"])
      #expect(given.classNames == ["a", "b", "c"])
      try place.write("n01440764 tench\n", "LOC_synset_mapping.txt")
      let lacking = words { try openDataSet(at: place.path("val")) }
      #expect(lacking.contains("does not say what `n02012849` is called"))
    }
  }
}

@Suite("Tiny ImageNet")
struct TinyImageNetTests {
  private func write(in place: Place) throws {
    for id in ["n00000001", "n00000002"] {
      try place.picture("train/\(id)/images/\(id)_0.JPEG")
      try place.write("", "train/\(id)/\(id)_boxes.txt")
    }
    try place.picture("val/images/val_0.JPEG")
    try place.picture("val/images/val_1.JPEG")
    try place.write(
      "val_0.JPEG\tn00000002\t0\t0\t1\t1\nval_1.JPEG\tn00000001\t0\t0\t1\t1\n",
      "val/val_annotations.txt")
    try place.write("n00000001\tgoldfish, Carassius\nn00000002\tbullfrog\n", "words.txt")
  }

  @Test("is read with both splits, and with the folder of one")
  func splits() throws {
    try Place.with { place in
      try write(in: place)
      for (path, split, ids, labels) in [
        ("", nil, ["val_1.JPEG", "val_0.JPEG"], [0, 1]),
        ("val", nil, ["val_1.JPEG", "val_0.JPEG"], [0, 1]),
        (
          "", "train", ["n00000001/images/n00000001_0.JPEG", "n00000002/images/n00000002_0.JPEG"],
          [0, 1]
        ),
        (
          "train", nil, ["n00000001/images/n00000001_0.JPEG", "n00000002/images/n00000002_0.JPEG"],
          [0, 1]
        ),
      ] as [(String, String?, [String], [Int])] {
        let set = try openDataSet(at: place.path(path), split: split)
        #expect(set.classNames == ["goldfish", "bullfrog"], "\(path)")
        #expect(try set.items().map(\.id) == ids)
        #expect(try set.items().map(\.label) == labels)
      }
      #expect(try openDataSet(at: place.path("")).layout == "tiny-imagenet")
    }
  }

  @Test("is refused in words where it is damaged")
  func damage() throws {
    try Place.with { place in
      try write(in: place)
      let annotations = "val/val_annotations.txt"
      for (text, message) in [
        ("val_0.JPEG", "line 1 should be the name of a picture"),
        ("val_0.JPEG\tn00000003", "is of the class `n00000003`"),
        ("val_9.JPEG\tn00000001", "val_9.JPEG`: is not there"),
      ] {
        try place.write(text, annotations)
        #expect(words { try openDataSet(at: place.path("")) }.contains(message))
      }
    }
  }
}
