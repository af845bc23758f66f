import ArgumentParser
import Holdfast

/// Which protocols are run, and what transfer examples are made on.
struct ProtocolOptions: ParsableArguments {
  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "clean, transfer, white-box, adaptive; all that make sense by default.", valueName: "names"),
    completion: .list(AuditRequest.protocolNames.map(\.rawValue)))
  var protocols: String?

  @Option(
    help: ArgumentHelp(
      "The model that transfer examples are made on; by default the base of a bundle.",
      valueName: "model"), completion: .model)
  var transferFrom: String?
}
