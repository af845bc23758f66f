import ArgumentParser
import Holdfast

/// How perturbations are measured, and how large they may be.
struct ThreatOptions: ParsableArguments {
  @Option(help: ArgumentHelp("linf, l2 or l1."), completion: .list(Norm.allCases.map(\.rawValue)))
  var norm = "linf"

  @Option(help: ArgumentHelp("Radii in units of the input's range: 1/255,2/255,4/255."))
  var epsilon = "1/255,2/255,4/255"

  /// The norm, and the radii in the order in which they are given.
  func parsed() throws(UsageError) -> (norm: Norm, radii: [Radius]) {
    guard let norm = Norm(rawValue: norm.lowercased()) else {
      throw UsageError("`\(self.norm)` is not a norm", hint: "use linf, l2 or l1")
    }
    var radii: [Radius] = []
    for text in epsilon.split(separator: ",", omittingEmptySubsequences: false) {
      guard let radius = Radius(String(text)) else {
        throw UsageError(
          "`\(text)` is not a radius", hint: "write fractions or decimals: 1/255,2/255 or 0.5")
      }
      guard !radii.contains(radius) else {
        throw UsageError("the radius \(radius) is given twice", hint: "give each radius once")
      }
      radii.append(radius)
    }
    return (norm, radii)
  }
}
