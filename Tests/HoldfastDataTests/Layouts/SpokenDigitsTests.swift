import HoldfastCore
import HoldfastData
import HoldfastTestSupport
import Testing

@Suite("Free Spoken Digits")
struct SpokenDigitsTests {
  /// Recordings of every digit by each speaker, and what else lies in the upstream folder.
  private func write(_ speakers: [String], in place: Place, digits: Range<Int> = 0..<10) throws {
    for speaker in speakers {
      for digit in digits { try place.write("RIFF", "recordings/\(digit)_\(speaker)_0.wav") }
    }
    try place.write("", "recordings/.DS_Store")
    try place.write("words", "recordings/1_notes.wav.txt")
    try place.write("words", "README.md")
  }

  private func speakers(_ set: any DataSet) throws -> Set<String> {
    Set(try set.items().map { String($0.id.split(separator: "_")[1]) })
  }

  @Test("are split by speaker: the last two fifths in order of names are heard in the test split")
  func split() throws {
    try Place.with { place in
      try write(["theo", "george", "nicolas", "jackson", "lucas"], in: place)
      let test = try openDataSet(at: place.path(""), modality: .audio)
      #expect(test.layout == "fsdd")
      #expect(test.split == "test")
      #expect(test.classNames?.first == "zero" && test.classNames?.last == "nine")
      #expect(try speakers(test) == ["nicolas", "theo"])
      let train = try openDataSet(at: place.path(""), modality: .audio, split: "train")
      #expect(try speakers(train) == ["george", "jackson", "lucas"])
      #expect(train.count == 30 && test.count == 20)
      let all = try openDataSet(at: place.path("recordings"), modality: .audio, split: "all")
      #expect(all.count == 50)
      for item in try all.items() { #expect(item.id.hasPrefix("\(item.label)_")) }
      #expect(Set([test.listing, train.listing, all.listing]).count == 3)
    }
  }

  @Test("of two speakers keep one for the test; of one speaker they have no split")
  func fewSpeakers() throws {
    try Place.with { place in
      try write(["a"], in: place)
      let message = words { try openDataSet(at: place.path(""), modality: .audio) }
      #expect(message.contains("has one speaker, `a`") && message.contains("--split all"))
      #expect(try openDataSet(at: place.path(""), modality: .audio, split: "all").count == 10)
      try write(["b"], in: place)
      #expect(try speakers(openDataSet(at: place.path(""), modality: .audio)) == ["b"])
    }
  }

  @Test("are refused as another modality, for a split they do not have, and for other class names")
  func refusals() throws {
    try Place.with { place in
      try write(["a", "b"], in: place)
      let path = place.path("")
      let sense = words { try openDataSet(at: path) }
      #expect(sense.contains("is fsdd data, which is audio"))
      let wrong = words { try openDataSet(at: path, modality: .audio, split: "tets") }
      #expect(
        wrong.contains("has no split `tets`") && wrong.contains("did you mean `test`?"), "\(wrong)")
      let classes = words { try openDataSet(at: path, classes: ["a", "b"], modality: .audio) }
      #expect(classes.contains("has 10 classes, and --classes names 2"))
      let named = try openDataSet(
        at: path, classes: (0..<10).map { "digit \($0)" }, modality: .audio)
      #expect(named.classNames?.first == "digit 0")
    }
  }

  @Test(
    "as they lie on disk: 1,500 to train on and 1,000 to test on",
    .enabled(if: Fixtures.has("data/fsdd/recordings")))
  func real() throws {
    let path = Fixtures.path("data/fsdd")
    let test = try openDataSet(at: path, modality: .audio)
    let train = try openDataSet(at: path, modality: .audio, split: "train")
    #expect(test.count == 1000 && train.count == 1500)
    #expect(try speakers(test).isDisjoint(with: speakers(train)))
    // In turns: every ten recordings hold each digit once.
    #expect(Set(try test.items().prefix(10).map(\.label)).count == 10)
  }
}
