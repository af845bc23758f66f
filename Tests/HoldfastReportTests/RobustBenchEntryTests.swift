import Foundation
import HoldfastRecords
import HoldfastReport
import Testing

@Suite("Entries of RobustBench's model zoo")
struct RobustBenchEntryTests {
  private func attack(
    _ name: String, _ parameters: String, restarts: Int = 1, targets: Int? = nil
  ) -> AttackRecord {
    AttackRecord(
      name: name, objective: "o", parameters: parameters, restarts: restarts, targets: targets,
      stop: "firstSuccess")
  }

  private var standard: [AttackRecord] {
    [
      attack("screen", #"{"steps":10}"#), attack("apgd-ce", #"{"steps":100}"#),
      attack("apgd-t", #"{"steps":100}"#, targets: 9),
      attack("fab-t", #"{"steps":100}"#, targets: 9),
      attack("square", #"{"queries":5000}"#),
    ]
  }

  private func entry(
    _ attacks: [AttackRecord], precision: String = "float32"
  ) throws -> (entry: RobustBenchEntry, json: [String: Any]) {
    let plan = PlanRecord(
      holdfast: "1", model: ModelRecord(path: "/m/clip", files: [:], defense: nil),
      transferModel: nil,
      data: DataRecord(path: "/d/cifar10", layout: "csv", listing: nil, preprocessing: ""),
      classes: ["a", "b"], templates: [],
      attackSpace: AttackSpaceRecord(place: "model", sense: "image", shape: [3], unit: "u"),
      norm: "linf", radii: ["1/255", "4/255"],
      protocols: [ProtocolRecord(name: "white-box", attacks: attacks)], precision: precision,
      seed: 7)
    func row(_ radius: String, _ robust: Int) -> RadiusSummaryRecord {
      RadiusSummaryRecord(
        radius: radius, cleanAccuracy: 0.6, robustAccuracy: Double(robust) / 300,
        interval: [0, 1], robust: robust, total: 300, forwardPerSample: 0, backwardPerSample: 0,
        seconds: 0)
    }
    let summary = SummaryRecord(
      samples: 300, clean: ProportionRecord(count: 180, total: 300, value: 0.6, low: 0, high: 1),
      worstCase: [row("1/255", 90), row("4/255", 10)],
      protocols: [
        ProtocolSummaryRecord(
          name: "white-box", attacks: [], radii: [row("1/255", 90), row("4/255", 13)])
      ], omitted: [], inMarginBand: 0)
    let entry = try #require(RobustBenchEntry(plan: plan, summary: summary, radius: "4/255"))
    #expect(RobustBenchEntry(plan: plan, summary: summary, radius: "8/255") == nil)
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(entry))
    return (entry, try #require(json as? [String: Any]))
  }

  @Test("have the zoo's fields, and texts for numbers")
  func fields() throws {
    let (entry, json) = try entry(standard)
    #expect(entry.missing.isEmpty)
    #expect(json["clean_acc"] as? String == "60.00")
    #expect(json["autoattack_acc"] as? String == "4.33")
    #expect(json["eps"] as? String == "4/255")
    #expect(json["dataset"] as? String == "cifar10")
    #expect(json["number_forward_passes"] as? Int == 1)
    for key in ["link", "name", "authors", "venue", "architecture", "additional_data", "external"] {
      #expect(json[key] is NSNull, "\(key)")
    }
    #expect((json["footnote"] as? String)?.contains("300 samples") == true)
  }

  @Test("claim AutoAttack only for the whole of it")
  func incomplete() throws {
    var cases: [([AttackRecord], [String])] = [([], ["apgd-ce", "apgd-t", "fab-t", "square"])]
    for index in 1..<5 {
      var attacks = standard
      let name = attacks.remove(at: index).name
      cases.append((attacks, [name]))
    }
    cases.append((standard.dropLast() + [attack("square", #"{"queries":1000}"#)], ["square"]))
    var few = standard
    few[2].targets = 3
    few[3].parameters = #"{"steps":50}"#
    cases.append((few, ["apgd-t", "fab-t"]))
    for (attacks, missing) in cases {
      let (entry, json) = try entry(attacks)
      #expect(entry.missing == missing)
      #expect(json["autoattack_acc"] is NSNull)
    }
    #expect(try entry(standard, precision: "bf16").entry.autoAttack == nil)
  }
}
