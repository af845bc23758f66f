import Foundation
import Holdfast

extension Reader {
  static let tar = Reader(
    name: "tar",
    examples: {
      let picture = try encodePNG(
        Image(width: 2, height: 2, pixels: [UInt8](repeating: 9, count: 12)))
      let entries = (0..<3).flatMap { index -> [SeedArchives.Entry] in
        [("s000000\(index).png", picture), ("s000000\(index).cls", Array("\(index % 2)".utf8))]
      }
      return [
        [
          "test/0.tar": SeedArchives.tar(entries), "test/nshards.txt": Array("1".utf8),
          "classnames.txt": Array("a\nb\n".utf8),
        ]
      ]
    },
    seal: { example in
      guard var file = example["test/0.tar"] else { return }
      SeedArchives.sealTar(&file)
      example["test/0.tar"] = file
    },
    read: { folder in
      let set = try openDataSet(at: folder)
      let index = try set.indexed()
      for place in 0..<index.count { _ = try index.item(at: place) }
      try visit(set)
    })

  /// Manifests and pairs in both forms, and files of captions.
  static let manifests = Reader(
    name: "manifests",
    examples: {
      let texts = [
        ("list.csv", "path,label,modality\na.png,cat,image\n\"b.png\",\"a \"\"dog\"\"\",image\n"),
        (
          "list.jsonl",
          "{\"path\": \"a.png\", \"label\": \"x\"}\n{\"path\": \"b.png\", \"label\": 1}\n"
        ),
        ("pairs.csv", "input,caption\na.png,a cat\nb.png,\"a dog, asleep\"\n"),
        ("pairs.jsonl", "{\"input\": \"a.png\", \"caption\": [\"x\", \"y\"]}\n"),
        (
          "captions.json",
          "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}], \"annotations\": "
            + "[{\"image_id\": 1, \"caption\": \"x\"}, {\"image_id\": 1, \"caption\": \"y\"}]}"
        ),
      ]
      return texts.map { [$0.0: Array($0.1.utf8), "a.png": [1], "b.png": [2]] }
    },
    read: { folder in
      for name in ["list.csv", "list.jsonl"] where isThere("\(folder)/\(name)") {
        try visit(openDataSet(at: "\(folder)/\(name)"))
      }
      for name in ["pairs.csv", "pairs.jsonl", "captions.json"] where isThere("\(folder)/\(name)") {
        _ = try openPairs(at: "\(folder)/\(name)").listing()
      }
    })

  /// Folders of data sets with their lists.
  static let layouts = Reader(
    name: "layouts",
    examples: {
      let box =
        "<annotation><size><width>40</width><height>30</height></size><object><name>person</name>"
        + "<bndbox><xmin>5</xmin><ymin>4</ymin><xmax>9</xmax><ymax>13</ymax></bndbox></object>"
        + "</annotation>"
      let texts: [[String: String]] = [
        [
          "meta/esc50.csv": "filename,fold,target,category\n1-1-A-0.wav,1,0,dog\n",
          "audio/1-1-A-0.wav": "RIFF",
        ],
        [
          "ucfTrainTestlist/classInd.txt": "1 YoYo\n2 Ski\n",
          "ucfTrainTestlist/testlist01.txt": "YoYo/a.avi\nSki/b.avi\n", "UCF-101/YoYo/a.avi": "R",
          "UCF-101/Ski/b.avi": "R",
        ],
        ["Annotations/1.xml": box, "infrared/test/1.jpg": "J"],
        [
          "modelnet40_shape_names.txt": "bed\n", "modelnet40_test.txt": "bed_0001\n",
          "bed/bed_0001.txt": "0,0,0\n",
        ],
      ]
      return texts.map { $0.mapValues { Array($0.utf8) } }
    },
    read: { folder in
      let senses = try DataLayouts.senses(of: folder)
      try visit(openDataSet(at: folder, modality: senses.first ?? .thermal))
    })

  /// A run that is resumed.
  static let run = Reader(
    name: "run",
    examples: {
      try [
        written { folder in
          let run = try RunFolder(at: folder, plan: plan, session: session)
          for index in 0..<3 {
            try run.append(
              SampleRecord(
                id: "s\(index)", label: index % 2, input: "0",
                clean: CleanRecord(predicted: 0, margin: -1, correct: true),
                protocols: [
                  SampleProtocolRecord(
                    name: AuditProtocol.whiteBox.rawValue,
                    radii: [
                      SampleRadiusRecord(
                        radius: "1/255", robust: true, example: nil, forward: 3, backward: 2,
                        seconds: 0.1)
                    ])
                ]))
          }
          _ = try run.finish()
        }
      ]
    },
    writes: true,
    read: { folder in
      let run = try RunFolder(at: folder, plan: plan, session: session)
      let summary = try run.finish()
      _ = AuditReport(plan: plan, summary: summary).table().text()
    })

  private static let plan = PlanRecord(
    holdfast: "0", model: ModelRecord(path: "m", files: ["a": "b"], defense: nil),
    transferModel: nil,
    data: DataRecord(path: "d", layout: "csv", listing: "l", preprocessing: "p"),
    classes: ["x", "y"], templates: ["{}"],
    attackSpace: AttackSpaceRecord(place: "model", sense: "image", shape: [3, 8, 8], unit: "toy"),
    norm: "linf", radii: ["1/255"],
    protocols: [
      ProtocolRecord(name: AuditProtocol.clean.rawValue, attacks: []),
      ProtocolRecord(name: AuditProtocol.whiteBox.rawValue, attacks: []),
    ], precision: "float32", seed: 0)

  private static let session = SessionRecord(
    command: ["holdfast"], began: "now", device: "cpu", threads: 1, batchSize: 4, limit: nil,
    engine: "none")

  private static func isThere(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  private static func visit(_ set: any DataSet) throws {
    var cursor = try set.makeCursor()
    while try cursor.next() != nil {}
  }
}
