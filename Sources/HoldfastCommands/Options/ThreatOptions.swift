import ArgumentParser
import Holdfast

/// How perturbations are measured, and how large they may be.
struct ThreatOptions: ParsableArguments {
  @Option(help: ArgumentHelp("linf, l2 or l1."), completion: .list(Norm.allCases.map(\.rawValue)))
  var norm = "linf"

  @Option(help: ArgumentHelp("Radii in units of the input's range: 1/255,2/255,4/255."))
  var epsilon = "1/255,2/255,4/255"
}
