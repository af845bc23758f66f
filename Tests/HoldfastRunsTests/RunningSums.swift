import Foundation
import HoldfastRecords
import HoldfastRuns
import HoldfastTestSupport

/// A line about a sample under the white-box protocol at one radius.
func line(
  _ id: String, place: Int?, robust: Bool, input: String = "", file: String? = nil
) -> SampleRecord {
  SampleRecord(
    id: id, label: 0, input: input, file: file, place: place,
    clean: CleanRecord(predicted: 0, margin: -1, correct: true),
    protocols: [
      SampleProtocolRecord(
        name: "white-box", radii: [SampleRadiusRecord(radius: "1/255", robust: robust)])
    ])
}

/// A line about the sample of a place, which is its id too.
func line(
  _ place: Int, robust: Bool, input: String = "", file: String? = nil
) -> SampleRecord {
  line("\(place)", place: place, robust: robust, input: input, file: file)
}

/// The plan that such lines answer.
let shortPlan = PlanRecord.madeUp(["white-box"], radii: ["1/255"])

/// Writes a run of such lines, finished or not.
@discardableResult
func writeRun(
  _ folder: URL, _ lines: [SampleRecord], isFinished: Bool = true,
  _ change: (inout PlanRecord) -> Void = { _ in }
) throws -> StoredRun {
  var plan = shortPlan
  change(&plan)
  let run = try RunFolder(at: folder.path, plan: plan, session: .madeUp)
  for line in lines { try run.append(line) }
  if isFinished { _ = try run.finish() }
  return try StoredRun(at: folder.path)
}
