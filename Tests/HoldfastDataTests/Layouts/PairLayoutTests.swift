import HoldfastCore
import HoldfastData
import HoldfastTestSupport
import Testing

extension Tree {
  func pairs(_ split: String? = nil, at path: String = "") throws -> PairManifest {
    try openPairs(at: place.path(path), split: split)
  }

  func pairRefusal(_ split: String? = nil, at path: String = "") -> String {
    words { try pairs(split, at: path) }
  }
}

extension PairManifest {
  /// Each input with its captions.
  fileprivate var content: [String: [String]] {
    Dictionary(
      uniqueKeysWithValues: zip(inputs.entries, links).map { input, places in
        (input.name, places.map { partners.entries[$0].name })
      })
  }
}

@Suite("AudioCaps")
struct AudioCapsTests {
  private let header = "audiocap_id,youtube_id,start_time,caption\n"
  private let rows = """
    1,aB-c,30,"A dog barks, twice"
    2,aB-c,30,A dog
    3,xyz_,0,Rain falls
    4,gone,10,Wind

    """

  @Test("finds sounds by any of their names, and counts those that are not there")
  func names() throws {
    try Tree.with(.audio) { tree in
      try tree.place.write(header + rows, "test.csv")
      for name in ["audio/test/YaB-c.wav", "xyz__0.flac"] { try tree.place.write("RIFF", name) }
      let pairs = try tree.pairs()
      #expect(pairs.layout == "audiocaps" && pairs.split == "test" && pairs.modality == .audio)
      #expect(
        pairs.content == ["aB-c": ["A dog barks, twice", "A dog"], "xyz_": ["Rain falls"]])
      #expect(pairs.missing == ["gone"])
      try tree.place.write("RIFF", "4.wav")
      #expect(try tree.pairs().missing.isEmpty)
      let set = try pairs.set()
      #expect(set.layout == "audiocaps" && set.split == "test" && set.count == 2)
    }
  }

  @Test("is refused in words where it is damaged, or asked for classes")
  func damage() throws {
    try Tree.with(.audio) { tree in
      try tree.place.write(header + rows, "test.csv")
      let none = tree.pairRefusal()
      #expect(none.contains("lists 3 inputs, and none of their files is there"), "\(none)")
      let missing = tree.pairRefusal("val")
      #expect(missing.contains("val.csv`: is missing"), "\(missing)")
      let split = tree.pairRefusal("tset")
      #expect(split.contains("did you mean `test`"), "\(split)")
      let classes = tree.refusal()
      #expect(classes.contains("pairs and no classes") && classes.contains("--task retrieval"))
      try tree.place.write("audiocap_id,youtube_id,caption\n1,a,b\n", "test.csv")
      let column = tree.pairRefusal()
      #expect(column.contains("has no column `start_time`"), "\(column)")
      let sense = words { try openPairs(at: tree.place.path(""), modality: .image) }
      #expect(
        sense.contains("is audiocaps data, which is audio") && sense.contains("--pairs audio="))
    }
  }
}

@Suite("Clotho")
struct ClothoTests {
  private let header = "file_name,caption_1,caption_2,caption_3,caption_4,caption_5\n"

  @Test("is read with five captions of each sound")
  func captions() throws {
    try Tree.with(.audio) { tree in
      try tree.place.write(
        header + "\"Rain, heavy.wav\",a,b,c,d,e\r\nWind.wav,f,g,h,i,f\r\n",
        "clotho_captions_evaluation.csv")
      try tree.place.write("RIFF", "evaluation/Rain, heavy.wav")
      try tree.place.write("RIFF", "clotho_audio_evaluation/Wind.wav")
      let pairs = try tree.pairs()
      #expect(pairs.layout == "clotho" && pairs.split == "evaluation")
      #expect(pairs.content["Rain, heavy.wav"] == ["a", "b", "c", "d", "e"])
      // A caption that comes twice for one sound counts once.
      #expect(pairs.content["Wind.wav"] == ["f", "g", "h", "i"])
      for (text, sentence) in [
        (header + "a.wav,a,b,c,d,e\na.wav,f,g,h,i,j\n", "lists `a.wav` twice (row 3)"),
        (header + "a.wav,a,b,c,d\n", "row 2 has no input or no caption"),
        ("file_name,caption_1\na.wav,b\n", "has no column `caption_2`"), (header, "lists no pairs"),
      ] {
        try tree.place.write(text, "clotho_captions_evaluation.csv")
        let message = tree.pairRefusal()
        #expect(message.contains(sentence), "\(message)")
      }
      let missing = tree.pairRefusal("development")
      #expect(missing.contains("clotho_captions_development.csv`: is missing"), "\(missing)")
    }
  }
}

@Suite("MSR-VTT")
struct MSRVTTTests {
  private func video(_ number: Int, _ category: Int, _ split: String) -> String {
    #"{"video_id": "video\#(number)", "category": \#(category), "split": "\#(split)", "id": 0}"#
  }

  private func sentence(_ number: Int, _ text: String) -> String {
    #"{"video_id": "video\#(number)", "caption": "\#(text)", "sen_id": 0}"#
  }

  private func write(_ tree: Tree, _ videos: [String], _ sentences: [String] = []) throws {
    let lists =
      #"{"videos": [\#(videos.joined(separator: ","))], "#
      + #""sentences": [\#(sentences.joined(separator: ","))]}"#
    try tree.place.write(lists, "test_videodatainfo.json")
  }

  @Test("has classes, captions of each split, and the list of 1k-A")
  func parts() throws {
    try Tree.with(.video) { tree in
      try write(
        tree, [video(7, 0, "test"), video(9, 9, "test"), video(1, 9, "train")],
        [sentence(7, "a song"), sentence(9, "a car"), sentence(9, "cars"), sentence(1, "a bus")])
      for name in ["TestVideo/video7.mp4", "video9.mp4", "video1.mp4"] {
        try tree.place.write("mp4", name)
      }
      let set = try tree.open()
      #expect(set.layout == "msr-vtt" && set.count == 2 && set.classNames?.count == 20)
      #expect(set.classNames?[9] == "vehicles/autos")
      #expect(try tree.open("train").items().map(\.label) == [9])
      #expect(try tree.pairs().content == ["video7": ["a song"], "video9": ["a car", "cars"]])
      try tree.place.write(
        "key,vid_key,video_id,sentence\nret0,msr9,video9,\"a red, fast car\"\nret1,msr7,video7,x\n",
        "MSRVTT_JSFUSION_test.csv")
      let pairs = try tree.pairs()
      #expect(pairs.split == "1k-a" && pairs.content["video9"] == ["a red, fast car"])
      #expect(try tree.pairs("test").content["video9"] == ["a car", "cars"])
      let split = tree.pairRefusal("1ka")
      #expect(split.contains("did you mean `1k-a`"), "\(split)")
      let lines = (0..<20).map { "class \($0)\t\($0)" }.joined(separator: "\n")
      try tree.place.write(lines, "category.txt")
      #expect(try tree.open().classNames?[9] == "class 9")
      try tree.place.write("music\nfood 1", "category.txt")
      let names = tree.refusal()
      #expect(names.contains("line 1 should be a category and the number 0"), "\(names)")
    }
  }

  @Test("is refused in words where it is damaged")
  func damage() throws {
    try Tree.with(.video) { tree in
      try write(tree, [video(7, 0, "test"), video(8, 20, "test")])
      try tree.place.write("mp4", "video7.mp4")
      let category = tree.refusal()
      #expect(category.contains("`video8` in category 20"), "\(category)")
      let sentences = tree.pairRefusal("test")
      #expect(sentences.contains("has no sentences of `video7`"), "\(sentences)")
      try write(tree, [video(7, 0, "test"), video(9, 1, "test")])
      let gone = tree.refusal()
      #expect(gone.contains("holds no file of `video9`"), "\(gone)")
      try write(tree, [video(7, 0, "test"), video(7, 0, "test")])
      let twice = tree.refusal()
      #expect(twice.contains("lists `video7` again"), "\(twice)")
      let train = words { try tree.open("train") }
      #expect(train.contains("again"), "\(train)")
      try write(tree, [])
      let empty = tree.pairRefusal()
      #expect(empty.contains("has no splits"), "\(empty)")
      let absent = tree.refusal("train")
      #expect(absent.contains("has no list of the split train"), "\(absent)")
      try tree.place.write("{", "test_videodatainfo.json")
      let torn = tree.refusal()
      #expect(torn.contains("test_videodatainfo.json`: is not a list of videos"), "\(torn)")
    }
  }
}

@Suite("Captioned pictures")
struct CaptionedPictureTests {
  private static let karpathy = """
    {"dataset": "coco", "images": [
      {"filename": "a.jpg", "filepath": "val2014", "split": "test", "imgid": 0,
       "sentences": [{"raw": "a cat", "tokens": []}, {"raw": "one cat"}, {"raw": "3"}, {"raw": "4"},
                     {"raw": "5"}, {"raw": "the sixth"}]},
      {"filename": "b.jpg", "filepath": "val2014", "split": "restval", "sentences": [{"raw": "x"}]},
      {"filename": "c.jpg", "filepath": "val2014", "split": "train", "sentences": [{"raw": "y"}]}]}
    """
  private static let coco = """
    {"info": {}, "licenses": [], "images": [{"id": 5, "file_name": "a.jpg", "height": 1},
     {"id": 3, "file_name": "b.jpg"}], "annotations": [{"id": 1, "image_id": 3, "caption": "x"},
     {"id": 2, "image_id": 5, "caption": "a cat "}, {"id": 3, "image_id": 3, "caption": "y"}]}
    """
  private static let blip = """
    [{"image": "val2014/a.jpg", "caption": ["a cat", "cats"]}, {"image": "val2014/b.jpg", "caption": "x"}]
    """

  private func files(_ tree: Tree) throws {
    for name in ["a", "b", "c"] { try tree.place.picture("val2014/\(name).jpg") }
  }

  @Test("of MSCOCO are read from Karpathy's lists: five captions, restval with train")
  func karpathySplits() throws {
    try Tree.with(.image) { tree in
      try files(tree)
      try tree.place.write(Self.karpathy, "dataset_coco.json")
      let test = try tree.pairs()
      #expect(test.layout == "mscoco" && test.split == "test" && test.modality == .image)
      #expect(test.content == ["val2014/a.jpg": ["a cat", "one cat", "3", "4", "5"]])
      #expect(try tree.pairs("train").content == ["val2014/b.jpg": ["x"], "val2014/c.jpg": ["y"]])
      let split = tree.pairRefusal("trian")
      #expect(split.contains("did you mean `train`"), "\(split)")
      let file = try tree.pairs("train", at: "dataset_coco.json")
      #expect(file.layout == "captions" && file.inputs.entries.count == 2)
    }
  }

  @Test("of MSCOCO are read from COCO's own form and from ALBEF's, whose names say the split")
  func forms() throws {
    try Tree.with(.image) { tree in
      try files(tree)
      try tree.place.write(Self.coco, "coco_val_karpathy.json")
      let pairs = try tree.pairs()
      #expect(pairs.split == "val" && pairs.layout == "mscoco")
      #expect(pairs.content == ["a.jpg": ["a cat"], "b.jpg": ["x", "y"]])
      try tree.place.remove("coco_val_karpathy.json")
      try tree.place.write(Self.blip, "coco_test.json")
      try tree.place.write(Self.blip, "coco_train.json")
      let blip = try tree.pairs()
      #expect(blip.split == "test")
      #expect(blip.content == ["val2014/a.jpg": ["a cat", "cats"], "val2014/b.jpg": ["x"]])
      try tree.place.remove("val2014/b.jpg")
      #expect(try tree.pairs("train").missing == ["val2014/b.jpg"])
    }
  }

  @Test("of Flickr8k are read from its tokens and the lists of its splits")
  func flickr8k() throws {
    try Tree.with(.image) { tree in
      for name in ["a", "b", "c"] { try tree.place.picture("Flicker8k_Dataset/\(name).jpg") }
      let missing = tree.pairRefusal()
      #expect(missing.contains("has none of the lists") && missing.contains("Flickr8k.token.txt"))
      let tokens = "a.jpg#0\tA child .\na.jpg#1\tA girl\nb.jpg#0\tA dog\nc.jpg#0\tA cat\n"
      try tree.place.write(tokens, "Flickr8k.token.txt")
      let lists = tree.pairRefusal()
      #expect(lists.contains("Flickr_8k.testImages.txt`: is missing"), "\(lists)")
      try tree.place.write("a.jpg\n", "Flickr_8k.testImages.txt")
      try tree.place.write("b.jpg\n", "Flickr_8k.devImages.txt")
      try tree.place.write("c.jpg\n", "Flickr_8k.trainImages.txt")
      let test = try tree.pairs()
      #expect(test.layout == "flickr8k" && test.split == "test")
      #expect(test.content == ["a.jpg": ["A child .", "A girl"]])
      try tree.place.write("a.jpg\n", "Flickr_8k.devImages.txt")
      let twice = tree.pairRefusal()
      #expect(twice.contains("lists `a.jpg` again (line 1)"), "\(twice)")
      try tree.place.write("d.jpg\n", "Flickr_8k.devImages.txt")
      let absent = tree.pairRefusal()
      #expect(absent.contains("has no captions of `d.jpg`"), "\(absent)")
      try tree.place.write("a.jpg A child\n", "Flickr8k.token.txt")
      let line = tree.pairRefusal()
      #expect(line.contains("line 1 is not a picture and its caption"), "\(line)")
    }
  }

  @Test("of Flickr30k are read from the list with commas, and from all tokens")
  func flickr30k() throws {
    try Tree.with(.image) { tree in
      for name in ["a", "b"] { try tree.place.picture("flickr30k-images/\(name).jpg") }
      try tree.place.write("a.jpg#0\tA child\nb.jpg#0\tA dog\n", "results_20130124.token")
      let all = try tree.pairs()
      #expect(all.layout == "flickr30k" && all.split == nil && all.inputs.entries.count == 2)
      let none = tree.pairRefusal("test")
      #expect(none.contains("has no splits"), "\(none)")
      try tree.place.write(
        "image,caption\na.jpg,A child, \"here\"\na.jpg,A girl\n", "flickr30k_test_karpathy.txt")
      let test = try tree.pairs()
      #expect(test.split == "test" && test.content == ["a.jpg": ["A child, \"here\"", "A girl"]])
    }
  }

  @Test(
    "that are damaged are refused in words",
    arguments: [
      ("{", "is not a file of captions"), ("[]", "lists no pictures"),
      ("{\"images\": []}", "lists no pictures"), ("{\"images\": 1}", "is not a file"),
      (
        #"{"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 2, "caption": "x"}]}"#,
        "has a caption of picture 2"
      ),
      (
        #"{"images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}], "annotations": []}"#,
        "gives two pictures one id"
      ),
      (#"[{"image": "a", "caption": ["x", "y"]}, {"image": "a", "caption": ["z"]}]"#, "twice"),
      (#"[{"image": "a", "caption": [""]}]"#, "picture 1 has no input or no caption"),
      (#"[{"image": "a", "caption": ["x"]}]"#, "pairs everything with `x`"),
      (#"[{"image": "a", "caption": ["x", "y"]}]"#, "none of their files is there, such as `a`"),
    ])
  func damage(text: String, sentence: String) throws {
    try Tree.with(.image) { tree in
      try tree.place.write(text, "captions.json")
      let message = tree.pairRefusal(at: "captions.json")
      #expect(message.contains(sentence) && message.contains("hint: "), "\(message)")
    }
  }

  @Test("may be sampled: as many inputs as asked for, with what belongs to them")
  func sampled() throws {
    try Tree.with(.image) { tree in
      let rows = (0..<30).map { "\($0 % 10).png,caption \($0 % 15)" }
      for index in 0..<10 { try tree.place.picture("\(index).png") }
      let text = "input,caption\n" + rows.prefix(20).joined(separator: "\n")
      try tree.place.write(text, "pairs.csv")
      let all = try tree.pairs(at: "pairs.csv")
      let some = try all.taking(Subsample(count: 4, seed: 2))
      #expect(some.inputs.entries.count == 4 && some.subsample?.seed == 2)
      for (name, captions) in some.content { #expect(all.content[name] == captions) }
      #expect(Set(some.links.flatMap(\.self)) == Set(some.partners.entries.indices))
    }
  }

  @Test("of several modalities in one manifest need the modality that is meant")
  func senses() throws {
    try Tree.with(.image) { tree in
      let text =
        "modality,input,caption\nimage,a.png,x\nimage,b.png,y\naudio,c.wav,z\naudio,d.wav,w\n"
      try tree.place.write(text, "pairs.csv")
      let both = tree.pairRefusal(at: "pairs.csv")
      #expect(both.contains("several modalities: audio, image"), "\(both)")
      let audio = try openPairs(at: tree.place.path("pairs.csv"), modality: .audio)
      #expect(audio.modality == .audio && audio.inputs.entries.map(\.name) == ["c.wav", "d.wav"])
      let video = words { try openPairs(at: tree.place.path("pairs.csv"), modality: .video) }
      #expect(video.contains("lists no inputs of the modality video"), "\(video)")
    }
  }
}
