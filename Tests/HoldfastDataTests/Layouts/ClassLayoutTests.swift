import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Testing

/// Opens a small tree that a test writes, and says in words what is wrong with it.
struct Tree {
  let place: Place
  let modality: Modality

  func open(_ split: String? = nil, at path: String = "", classes: [String]? = nil) throws
    -> any DataSet
  {
    try openDataSet(at: place.path(path), classes: classes, modality: modality, split: split)
  }

  func refusal(_ split: String? = nil, at path: String = "", classes: [String]? = nil) -> String {
    words { try open(split, at: path, classes: classes) }
  }

  static func with(_ modality: Modality, _ body: (Tree) throws -> Void) throws {
    try Place.with { try body(Tree(place: $0, modality: modality)) }
  }
}

@Suite("ESC-50")
struct ESC50Tests {
  private let header = "filename,fold,target,category,esc10,src_file,take\n"

  private func write(_ tree: Tree, _ rows: [String]? = nil) throws {
    let own = [
      "1-100-A-0.wav,1,0,dog,True,100,A", "1-200-A-1.wav,1,1,chirping_birds,False,200,A",
      "2-300-B-0.wav,2,0,dog,True,300,B", "5-400-A-1.wav,5,1,chirping_birds,False,400,A",
    ]
    try tree.place.write(header + (rows ?? own).joined(separator: "\n") + "\n", "meta/esc50.csv")
    for row in own { try tree.place.write("RIFF", "audio/\(row.prefix { $0 != "," })") }
  }

  @Test("is read with folds as splits")
  func folds() throws {
    try Tree.with(.audio) { tree in
      try write(tree)
      let all = try tree.open()
      #expect(all.layout == "esc-50" && all.split == "all" && all.count == 4)
      #expect(all.classNames == ["dog", "chirping birds"])
      let first = try tree.open("fold1").items().map(\.id)
      #expect(first == ["1-100-A-0.wav", "1-200-A-1.wav"])
      let rest = try tree.open("without-fold1")
      #expect(try rest.items().map(\.label) == [0, 1] && rest.classNames?.count == 2)
    }
  }

  @Test("is refused in words where it is damaged")
  func damage() throws {
    try Tree.with(.audio) { tree in
      try write(tree)
      let split = tree.refusal("fold11")
      #expect(split.contains("did you mean `fold1`"), "\(split)")
      let empty = tree.refusal("fold3")
      #expect(empty.contains("lists no clips in fold3"), "\(empty)")
      let classes = tree.refusal(classes: ["a"])
      #expect(classes.contains("has 2 classes, and --classes names 1"), "\(classes)")
      for (rows, sentence) in [
        (["1-100-A-0.wav,1,0,dog", "1-100-A-0.wav,1,0,dog"], "lists `1-100-A-0.wav` twice"),
        (["1-100-A-0.wav,1,0,dog", "1-200-A-1.wav,1,0,cat"], "calls class 0"),
        (["1-100-A-0.wav,1,3,dog"], "numbers its classes [3]"),
        (["1-100-A-0.wav,one,0,dog"], "row 2 does not name a file"),
        (["1-999-A-0.wav,1,0,dog"], "1-999-A-0.wav`: is not there, though"),
      ] {
        try write(tree, rows)
        let message = tree.refusal()
        #expect(message.contains(sentence), "\(message)")
      }
      try tree.place.write("filename,fold\na,1\n", "meta/esc50.csv")
      let column = tree.refusal()
      #expect(column.contains("has no column `target`"), "\(column)")
      try tree.place.remove("meta")
      let missing = tree.refusal()
      #expect(missing.contains("meta/esc50.csv`: is missing"), "\(missing)")
    }
  }
}

@Suite("UCF-101")
struct UCF101Tests {
  private func write(_ tree: Tree) throws {
    try tree.place.write("1 ApplyEyeMakeup\n2 YoYo\n", "ucfTrainTestlist/classInd.txt")
    let test = ["ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi", "YoYo/v_YoYo_g01_c01.avi"]
    let train = ["ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi", "YoYo/v_YoYo_g08_c01.avi"]
    try tree.place.write(
      test.joined(separator: "\r\n") + "\r\n", "ucfTrainTestlist/testlist01.txt")
    try tree.place.write(
      "\(train[0]) 1\n\(train[1]) 2\n", "ucfTrainTestlist/trainlist01.txt")
    for name in test + train.prefix(1) { try tree.place.write("RIFF", "UCF-101/\(name)") }
    try tree.place.picture("UCF-101/YoYo/v_YoYo_g08_c01/0001.png")
  }

  @Test("is read by its lists, from either folder, a folder of frames in place of a video")
  func lists() throws {
    try Tree.with(.video) { tree in
      try write(tree)
      let test = try tree.open()
      #expect(test.layout == "ucf-101" && test.split == "test01")
      #expect(test.classNames == ["Apply Eye Makeup", "Yo Yo"])
      let train = try tree.open("train", at: "UCF-101").items()
      #expect(train.map(\.label) == [0, 1])
      #expect(train[1].file.hasSuffix("v_YoYo_g08_c01"))
    }
  }

  @Test("is refused in words where it is damaged")
  func damage() throws {
    try Tree.with(.video) { tree in
      try write(tree)
      let missing = tree.refusal("test02")
      #expect(missing.contains("testlist02.txt`: is missing"), "\(missing)")
      let split = tree.refusal("tests")
      #expect(split.contains("did you mean `test`"), "\(split)")
      for (file, text, sentence) in [
        (
          "trainlist01", "YoYo/v_YoYo_g01_c01.avi 1\n",
          "line 1 does not name a video of the classes"
        ),
        ("trainlist01", "Yo/v_YoYo_g01_c01.avi 2\n", "line 1 does not name a video of the classes"),
        ("trainlist01", "YoYo/gone.avi 2\n", "gone.avi`: is not there, though"),
        ("trainlist01", "YoYo/v_YoYo_g01_c01.avi 2\nYoYo/v_YoYo_g01_c01.avi 2\n", "twice"),
        ("trainlist01", "\n", "is empty"),
        ("classInd", "2 YoYo\n", "line 1 should be the number 1"),
      ] {
        try tree.place.write(text, "ucfTrainTestlist/\(file).txt")
        let message = tree.refusal("train01")
        #expect(message.contains(sentence), "\(message)")
      }
      try tree.place.remove("ucfTrainTestlist")
      let lists = tree.refusal()
      #expect(lists.contains("classInd.txt`: is missing"), "\(lists)")
    }
  }
}

@Suite("ModelNet40")
struct ModelNetTests {
  @Test("is read as meshes by the folders of its splits")
  func meshes() throws {
    try Tree.with(.points) { tree in
      for name in ["night_stand/test/a.off", "bed/test/b.off", "bed/train/c.off"] {
        try tree.place.write("OFF", "ModelNet40/\(name)")
      }
      let test = try tree.open()
      #expect(test.layout == "modelnet40" && test.classNames == ["bed", "night stand"])
      #expect(try test.items().map(\.id) == ["bed/test/b.off", "night_stand/test/a.off"])
      let train = tree.refusal("train")
      #expect(train.contains("night_stand/train`: is missing"), "\(train)")
      #expect(try tree.open(at: "ModelNet40").count == 2)
    }
  }

  @Test("is read as points by its lists")
  func points() throws {
    try Tree.with(.points) { tree in
      try tree.place.write("bed\nnight_stand\n", "modelnet40_shape_names.txt")
      try tree.place.write("night_stand_0001\nbed_0002\n", "modelnet40_test.txt")
      for name in ["night_stand/night_stand_0001", "bed/bed_0002"] {
        try tree.place.write("0,0,0,1,1,1\n", "\(name).txt")
      }
      let test = try tree.open()
      #expect(test.layout == "modelnet40-resampled" && test.classNames == ["bed", "night stand"])
      #expect(try test.items().map(\.label) == [0, 1])
      let train = tree.refusal("train")
      #expect(train.contains("modelnet40_train.txt`: is missing"), "\(train)")
      for (text, sentence) in [
        ("chair_0001\n", "line 1 is of none of the classes"), ("bed_0009\n", "is not there"),
        ("bed_0002\nbed_0002\n", "twice"), ("", "is empty"),
      ] {
        try tree.place.write(text, "modelnet40_test.txt")
        let message = tree.refusal()
        #expect(message.contains(sentence), "\(message)")
      }
    }
  }
}

@Suite("N-ImageNet")
struct NImageNetTests {
  @Test("is read by its folders, its list and its synsets")
  func folders() throws {
    try Tree.with(.event) { tree in
      for name in ["n02/a.npz", "n01/b.npz", "n01/c.npz"] {
        try tree.place.write("PK", "extracted_val/\(name)")
      }
      let bare = try tree.open()
      #expect(bare.layout == "n-imagenet" && bare.split == "val" && bare.classNames == nil)
      #expect(try bare.items().map(\.id) == ["n01/b.npz", "n02/a.npz", "n01/c.npz"])
      #expect(try tree.open(classes: ["x", "y"]).classNames == ["x", "y"])
      let classes = tree.refusal(classes: ["x"])
      #expect(classes.contains("has 2 classes, and --classes names 1"), "\(classes)")
      try tree.place.write("n01 tench, Tinca tinca\nn02 goldfish\n", "synset_words.txt")
      #expect(try tree.open().classNames == ["tench", "goldfish"])
      try tree.place.write("/home/x/extracted_val/n01/c.npz\n/y/n02/a.npz\n", "val_list.txt")
      #expect(try tree.open().items().map(\.id) == ["n01/c.npz", "n02/a.npz"])
      for (text, sentence) in [
        ("/y/n03/a.npz\n", "line 1 is of none of the classes"), ("n02/gone.npz\n", "is not there"),
        ("n02/a.npz\nn02/a.npz\n", "twice"),
      ] {
        try tree.place.write(text, "val_list.txt")
        let message = tree.refusal()
        #expect(message.contains(sentence), "\(message)")
      }
      let train = tree.refusal("train")
      #expect(train.contains("extracted_train`: is missing"), "\(train)")
      let near = tree.refusal("vall")
      #expect(near.contains("did you mean `val`"), "\(near)")
    }
  }
}

@Suite("LLVIP")
struct LLVIPTests {
  private func annotation(_ boxes: [[Int]], _ width: Int = 40, _ height: Int = 30) -> String {
    let objects = boxes.map { box in
      """
      <object><name>person</name><bndbox><xmin>\(box[0])</xmin><ymin>\(box[1])</ymin>\
      <xmax>\(box[2])</xmax><ymax>\(box[3])</ymax></bndbox></object>
      """
    }
    return """
      <annotation><size><width>\(width)</width><height>\(height)</height></size>\
      \(objects.joined())</annotation>
      """
  }

  /// A picture of 40 by 30 pixels that is white in the box (5, 4) to (9, 13), and else black.
  private func picture(_ tree: Tree, _ name: String) throws {
    var pixels = [UInt8](repeating: 0, count: 40 * 30 * 3)
    for y in 3..<13 {
      for x in 4..<9 { for channel in 0..<3 { pixels[(y * 40 + x) * 3 + channel] = 255 } }
    }
    try tree.place.write(
      try encodePNG(Image(width: 40, height: 30, pixels: pixels)), name)
  }

  @Test("is cut into persons and as much background, which no person touches")
  func boxes() throws {
    try Tree.with(.thermal) { tree in
      try picture(tree, "infrared/test/010001.jpg")
      try tree.place.write(annotation([[5, 4, 9, 13]]), "Annotations/010001.xml")
      let set = try tree.open()
      #expect(set.layout == "llvip" && set.split == "test")
      #expect(set.classNames == ["background", "person"])
      let items = try set.items()
      #expect(items.map(\.id) == ["010001/background-0", "010001/person-0"])
      let region = ImageRegion(x: 4, y: 3, width: 5, height: 10)
      #expect(items[1].region == region)
      #expect(items[0].region?.overlaps(region) == false)
      #expect(items[0].region?.width == 5 && items[0].region?.height == 10)
      let again = try tree.open().items()
      #expect(again[0].region == items[0].region)
      for (item, level) in zip(items, [Float(0), 1]) {
        let sample = try Prefetcher.prepare(item, asTheyAre)
        #expect(sample.input.shape == [3, 10, 5])
        #expect(sample.input.values.allSatisfy { $0 == level })
      }
    }
  }

  @Test("gives no background where persons leave no room, and changes its listing with a box")
  func crowd() throws {
    try Tree.with(.image) { tree in
      try picture(tree, "visible/train/1.jpg")
      try tree.place.write(annotation([[1, 1, 40, 30]]), "Annotations/1.xml")
      let full = try tree.open("train")
      #expect(full.count == 1)
      try tree.place.write(annotation([[1, 1, 39, 30]]), "Annotations/1.xml")
      #expect(try tree.open("train").listing != full.listing)
    }
  }

  @Test("is refused in words where it is damaged")
  func damage() throws {
    try Tree.with(.thermal) { tree in
      try picture(tree, "infrared/test/1.jpg")
      try tree.place.write("", "Annotations/other.xml")
      let missing = tree.refusal()
      #expect(missing.contains("Annotations/1.xml`: is missing"), "\(missing)")
      for (text, sentence) in [
        ("<annotation><size>", "is not XML"), ("<annotation/>", "does not say how large"),
        (annotation([[5, 4, 41, 9]]), "number 1, without a box inside"),
        (annotation([[9, 4, 5, 9]]), "number 1, without a box inside"),
        (annotation([]), "holds no pictures with persons"),
        (
          "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><annotation>&x;</annotation>", ""
        ),
      ] {
        try tree.place.write(text, "Annotations/1.xml")
        let message = tree.refusal()
        #expect(message.contains(sentence) && !message.hasPrefix("no error"), "\(message)")
      }
      // A picture that is smaller than its annotation says.
      try tree.place.write(annotation([[39, 4, 41, 9]], 50), "Annotations/1.xml")
      let item = try #require(try tree.open().items().last)
      let small = words { try Prefetcher.prepare(item, asTheyAre) }
      #expect(small.contains("1.jpg`: the picture of"), "\(small)")
      let sense = words { try openDataSet(at: tree.place.path(""), modality: .audio) }
      #expect(sense.contains("is llvip data, which is thermal and image"), "\(sense)")
      let train = tree.refusal("train")
      #expect(train.contains("infrared/train`: is missing"), "\(train)")
    }
  }
}

@Suite("Folders of splits")
struct SplitFolderTests {
  @Test("are read as class folders, the one to test on by default")
  func splits() throws {
    try Tree.with(.image) { tree in
      for name in ["train/a/1.png", "train/b/2.png", "val/a/3.png", "val/b/4.png"] {
        try tree.place.picture(name)
      }
      let set = try tree.open()
      #expect(set.split == "val" && set.layout == "image-folder")
      #expect(try set.items().map(\.id) == ["a/3.png", "b/4.png"])
      #expect(try tree.open("train").items().map(\.id) == ["a/1.png", "b/2.png"])
      let wrong = tree.refusal("trian")
      #expect(wrong.contains("did you mean `train`"), "\(wrong)")
      let none = tree.refusal("val", at: "train")
      #expect(none.contains("has no splits"), "\(none)")
    }
  }

  @Test("Every layout has a name of its own, and what it can be audited for")
  func table() {
    let names = DataLayouts.entries.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(DataLayouts.entries.allSatisfy { !$0.tasks.isEmpty && !$0.files.isEmpty })
  }
}
