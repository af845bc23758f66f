import ArgumentParser
import Holdfast

/// The options of an audit of retrieval.
struct RetrievalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "For retrieval: a .csv (input,caption or input,partner) or .jsonl with a pair per line, or a "
        + "data set with pairs. MODALITY=PATH names the modality.", valueName: "[modality=]path"),
    completion: .data)
  var pairs: String?

  @Option(
    name: [.customLong("index"), .customLong("gallery")],
    help: ArgumentHelp(
      "For retrieval: embeddings written by `holdfast embed --output`, as distractors.",
      discussion: """
        An entry with the name of a caption or partner of the pairs is used as its embedding.
        """, valueName: "file"), completion: .file(extensions: ["safetensors"]))
  var index: String?

  @Option(
    help: ArgumentHelp(
      "For retrieval: which side of the pairs is attacked, input (the default) or partner.",
      valueName: "side"), completion: .list(AuditRequest.Side.allCases.map(\.rawValue)))
  var side: String?
}
