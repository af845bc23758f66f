import HoldfastCore
import HoldfastMedia

extension DepthCamera {
  /// A camera from the text of `--depth-camera`: `focal=518.9,baseline=0.075,coding=rotated`.
  init(parsing text: String) throws(UsageError) {
    let (name, positive) = ("--depth-camera", "a number above 0")
    var options = try Spelling("\(name):\(text)")
    guard let focal = try options.takeNumber("focal", positive, where: { $0 > 0 }) else {
      throw UsageError(
        "\(name) lacks the focal length",
        hint: "write focal=PIXELS, which comes with the recordings")
    }
    let baseline = try options.takeNumber("baseline", positive) { $0 > 0 }
    let codings = DepthPreprocessor.Coding.allCases.map(\.rawValue).joined(separator: " or ")
    let coding = try options.take("coding", codings) { DepthPreprocessor.Coding(rawValue: $0) }
    try options.finish(known: ["focal", "baseline", "coding"])
    self.init(focal: focal, baseline: baseline ?? 0.075, coding: coding ?? .millimetres)
  }
}
