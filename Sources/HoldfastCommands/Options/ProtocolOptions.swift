import ArgumentParser
import Holdfast

/// Which protocols are run, and what transfer examples are made on.
struct ProtocolOptions: ParsableArguments {
  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "clean, transfer, white-box, adaptive; all that make sense by default.", valueName: "names"),
    completion: .list(["clean", "transfer", "white-box", "adaptive"]))
  var protocols: String?

  @Option(
    help: ArgumentHelp(
      "The model that transfer examples are made on; by default the base of a bundle.",
      valueName: "model"), completion: .model)
  var transferFrom: String?

  @Option(
    help: ArgumentHelp(
      "The folder of transfer inputs that audits share, so that each is made once; none to make all "
        + "of them anew.", valueName: "folder"), completion: .directory)
  var transferCache = TransferCache.place

  /// The folder of transfer inputs; nil for none.
  var cacheFolder: String? { transferCache == "none" ? nil : transferCache }

  private static let protocolNames = ["clean", "transfer", "white-box", "adaptive"]

  /// The protocols that were asked for; nil for all that make sense.
  func parsed() throws(UsageError) -> Set<AuditProtocol>? {
    guard let text = protocols else { return nil }
    var names: Set<AuditProtocol> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let name = AuditProtocol(rawValue: String(part)),
        Self.protocolNames.contains(name.rawValue)
      else {
        let near = nearest(String(part), among: Self.protocolNames)
        throw UsageError(
          "there is no protocol `\(part)`",
          hint: near.first.map { "did you mean `\($0)`?" }
            ?? "the protocols are \(Self.protocolNames.joined(separator: ", "))")
      }
      names.insert(name)
    }
    return names
  }
}
