import ArgumentParser
import Holdfast

/// Which protocols are run, and what transfer examples are made on.
struct ProtocolOptions: ParsableArguments {
  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "clean, transfer, white-box, adaptive; by default all that apply.", valueName: "names"),
    completion: .list(AuditRequest.protocolNames.map(\.rawValue)))
  var protocols: String?

  @Option(
    help: ArgumentHelp(
      "The model that transfer examples are made on; by default the base of a bundle.",
      valueName: "model"), completion: .model)
  var transferFrom: String?

  @Option(
    help: ArgumentHelp(
      "The folder of transfer inputs that audits share, so that each is made once; none to make all "
        + "of them again.", valueName: "folder"), completion: .directory)
  var transferCache = TransferCache.place
}
