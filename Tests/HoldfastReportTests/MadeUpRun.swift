import Foundation
import HoldfastRecords

/// A run folder that no audit made: its samples decide its summary.
struct MadeUpRun {
  var plan: PlanRecord
  var sessions: [SessionRecord]
  var samples: [SampleRecord]
  var summary: SummaryRecord
  var gallery: GalleryRecord?

  /// Texts of every kind that a page must show and not obey.
  static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)",
    "' onmouseover='alert(1)", "{{title}} {{{title}}} {{> page}} {{#runs}}", "&lt;b&gt; &amp;",
    "\"\u{301} onfocus=alert(1) autofocus x=\"", "<\u{338}script>alert(2)</script>",
    "evil\u{202E}gnp.exe", "\u{2066}turned\u{2069} \u{0}\u{7}\u{1B}[31m", "</title></style></svg>",
    "]]> --> <!-- <![CDATA[", "https://example.com/x.png", "猫 and кот and قطة", "a|b\\c_d%e$f#g",
  ]

  /// An audit of so many samples in so many classes, in which more fall as the radius grows.
  init(
    classes: [String] = ["cat", "dog", "ship"], samples count: Int = 60,
    radii: [String] = ["1/255", "2/255", "4/255"],
    protocols: [String] = ["transfer", "white-box"], sense: String = "image",
    unit: String = "pixel range [0, 1]", model: String = "/models/clip", text: String = "",
    firmness: Int = 7
  ) {
    plan = PlanRecord(
      holdfast: "1.2.3\(text)",
      model: ModelRecord(
        path: "\(model)\(text)", files: ["model.safetensors\(text)": "abc\(text)"],
        defense: text.isEmpty ? nil : "r-adapt\(text)"),
      transferModel: ModelRecord(path: "/models/base\(text)", files: [:], defense: nil),
      data: DataRecord(
        path: "/data/test\(text)", layout: "csv\(text)", listing: "def\(text)",
        preprocessing: "P {}\(text)"),
      classes: classes, templates: ["a {}\(text)"],
      attackSpace: AttackSpaceRecord(
        place: "model", sense: sense, shape: [3, 32, 32], unit: "\(unit)\(text)"), norm: "linf",
      radii: radii,
      protocols: [ProtocolRecord(name: "clean", attacks: [])]
        + protocols.map {
          ProtocolRecord(
            name: $0,
            attacks: [
              AttackRecord(
                name: "apgd-ce\(text)", objective: "cross-entropy\(text)",
                parameters: "{\"steps\":100}\(text)", restarts: 1, stop: "firstSuccess\(text)")
            ])
        } + [
          ProtocolRecord(
            name: "adaptive\(text)", attacks: [], omitted: "there is no defence\(text)")
        ], precision: "float32", seed: 7)
    sessions = [
      SessionRecord(
        command: ["holdfast", "audit", "--model", "a b\(text)"], began: "2026-01-02T03:04:05Z",
        device: "cpu", threads: 2, batchSize: 32, limit: count, engine: "libtorch\(text)")
    ]
    samples = (0..<count).map { number in
      let isRight = number % 10 != 9
      return SampleRecord(
        id: "sample \(number)\(text)", label: number % classes.count, input: "00",
        clean: CleanRecord(
          predicted: isRight ? number % classes.count : (number + 1) % classes.count,
          margin: isRight ? -1 : 1, correct: isRight),
        protocols: protocols.enumerated().map { place, name in
          SampleProtocolRecord(
            name: name,
            radii: radii.enumerated().map { index, radius in
              let stands = isRight && number % firmness >= (place + 1) * (index + 1)
              return SampleRadiusRecord(
                radius: radius, robust: stands, forward: 11, backward: 10, seconds: 0.5)
            })
        })
    }
    summary = SummaryRecord(
      samples: 0, clean: .made(0, 1), worstCase: [], protocols: [], omitted: [], inMarginBand: 0)
    sum(text)
  }

  /// The summary of the samples.
  private mutating func sum(_ text: String) {
    let total = samples.count
    let clean = ProportionRecord.made(samples.filter(\.clean.correct).count, total)
    func row(_ radius: String, _ stands: (SampleRecord) -> Bool) -> RadiusSummaryRecord {
      let share = ProportionRecord.made(
        samples.filter { $0.clean.correct && stands($0) }.count, total)
      return RadiusSummaryRecord(
        radius: radius, cleanAccuracy: clean.value, robustAccuracy: share.value,
        interval: [share.low, share.high], robust: share.count, total: total,
        forwardPerSample: 11.25, backwardPerSample: 10.75, seconds: 12.5)
    }
    let run = plan.protocols.filter { $0.omitted == nil && $0.name != "clean" }
    summary = SummaryRecord(
      samples: total, clean: clean,
      worstCase: plan.radii.indices.map { index in
        row(plan.radii[index]) { sample in sample.protocols.allSatisfy { $0.radii[index].robust } }
      },
      protocols: run.enumerated().map { place, entry in
        let radii = plan.radii.indices.map { index in
          row(plan.radii[index]) { $0.protocols[place].radii[index].robust }
        }
        return ProtocolSummaryRecord(
          name: entry.name, attacks: entry.attacks.map(\.name), radii: radii,
          work: entry.attacks.map {
            AttackSummaryRecord(
              attack: $0.name, fooled: radii.map { clean.count - $0.robust }, runs: 31,
              forwardPerSample: 33.75, backwardPerSample: 32.25)
          })
      },
      omitted: plan.protocols.compactMap { entry in
        entry.omitted.map { OmittedRecord(name: entry.name, reason: $0) }
      }, inMarginBand: 3)
    let stands = summary.worstCase.map(\.robust)
    summary.smallest = SmallestRecord(
      all: SmallestGroupRecord(
        label: nil, samples: total, wrong: total - clean.count,
        fooled: zip([clean.count] + stands, stands).map { $0 - $1 }, standing: stands.last ?? 0,
        quartiles: [0.002, 0.0055, nil]), classes: [])
  }

  /// Adds a checklist in which one line failed.
  mutating func addChecks(text: String = "") {
    let verdicts: [CheckRecord.Verdict] = [.pass, .fail, .notRun, .notApplicable]
    summary.add(
      checks: verdicts.enumerated().map { place, verdict in
        CheckRecord(
          letter: ["a", "b", "c", "d"][place], name: "check\(text)",
          question: "Is question \(place) answered?\(text)", verdict: verdict,
          reason: place > 1 ? "for a reason\(text)" : nil,
          figures: place > 1
            ? [] : [CheckFigureRecord(name: "right under it\(text)", count: 41, total: 59)],
          samples: 59, against: 17, inFavour: 3, p: place > 1 ? nil : 0.0013,
          meaning: "something is masked\(text)")
      })
  }

  /// Adds a gallery of one sample that falls and one that stands.
  mutating func addGallery(text: String = "") {
    let look = GalleryLookRecord(predicted: 0, cosineToTruth: 0.3125, cosineToOther: 0.21875)
    let panel = { (name: String) in
      GalleryPanelRecord(
        name: name, pictures: ["\(name).png", "\(name).svg"], sound: "\(name).wav",
        note: "a note\(text)")
    }
    gallery = GalleryRecord(
      rule: "by rule\(text)", size: 8,
      entries: [
        GalleryEntryRecord(
          id: "sample 1\(text)", label: 0, input: "00", folder: "aa11", clean: look,
          found: GalleryFindRecord(
            protocol: "white-box", attack: "apgd-ce\(text)", radius: plan.radii[0],
            distance: 0.00390625, sha256: "11",
            seen: GalleryLookRecord(predicted: 1, cosineToTruth: 0.125, cosineToOther: 0.4375),
            cosineToClean: 0.6875, amplification: 100),
          panels: ["clean", "perturbation", "adversarial"].map(panel)),
        GalleryEntryRecord(
          id: "sample 2\(text)", label: 1, input: "00", folder: "bb22", clean: look, found: nil,
          panels: [panel("clean")]),
      ])
  }

  /// Writes the folder, the samples in as many files as there are shards.
  func write(to folder: URL, shards: Int = 1) throws {
    let files = FileManager.default
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    let encoder = RecordCoding.documentEncoder()
    func place(_ name: String) -> URL { folder.appendingPathComponent(name) }
    try encoder.encode(RunRecord(plan: plan, sessions: sessions)).write(to: place("run.json"))
    try encoder.encode(summary).write(to: place("summary.json"))
    for shard in 0..<shards {
      let lines = try samples.enumerated().filter { $0.offset % shards == shard }.map {
        try RecordCoding.lineEncoder().encode($0.element) + Data("\n".utf8)
      }
      try lines.reduce(Data(), +).write(
        to: place(shards == 1 ? "samples.jsonl" : "samples.\(shard).jsonl"))
    }
    guard let gallery else { return }
    let home = place(GalleryRecord.place)
    try files.createDirectory(at: home, withIntermediateDirectories: true)
    try encoder.encode(gallery).write(to: home.appendingPathComponent(GalleryRecord.file()))
    for entry in gallery.entries {
      let folder = home.appendingPathComponent(entry.folder)
      try files.createDirectory(at: folder, withIntermediateDirectories: true)
      for panel in entry.panels {
        for name in panel.pictures + [panel.sound ?? ""] {
          try? Self.content(name).write(to: folder.appendingPathComponent(name))
        }
      }
    }
  }

  private static func content(_ name: String) -> Data {
    if name.hasSuffix(".png") { return Data(base64Encoded: png) ?? Data() }
    if name.hasSuffix(".svg") {
      return Data(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 3\"><path d=\"M0 0h9\"/></svg>"
          .utf8)
    }
    return wav
  }

  /// One pixel.
  private static let png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJg"
    + "gg=="

  /// A tenth of a second of silence: 8-bit, 8000 Hz.
  private static let wav: Data = {
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
    let samples = [UInt8](repeating: 128, count: 800)
    let format =
      little(1, 2) + little(1, 2) + little(8000, 4) + little(8000, 4) + little(1, 2)
      + little(8, 2)
    return Data(
      Array("RIFF".utf8) + little(836, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + format
        + Array("data".utf8) + little(800, 4) + samples)
  }()
}

extension ProportionRecord {
  /// A share; the interval is made up, and wider than the share.
  static func made(_ count: Int, _ total: Int) -> ProportionRecord {
    let value = Double(count) / Double(total)
    return ProportionRecord(
      count: count, total: total, value: value, low: max(0, value - 0.0875),
      high: min(1, value + 0.0625))
  }
}
