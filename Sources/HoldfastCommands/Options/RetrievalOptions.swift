import ArgumentParser
import Holdfast

/// What an audit measures.
enum TaskChoice: String, ExpressibleByArgument, CaseIterable {
  case classification, retrieval

  /// The attacks that are run where none is named.
  var attacks: [String] {
    switch self {
    case .classification: ["apgd-ce"]
    case .retrieval: ["crossmaxim", "apgd-rank"]
    }
  }
}

/// What an audit of retrieval takes beside the options of every audit.
struct RetrievalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "For retrieval: a .csv (input,caption or input,partner) or .jsonl with a pair per line, or a "
        + "data set with pairs. SENSE=PATH says of which sense.", valueName: "[sense=]path"),
    completion: .data)
  var pairs: String?

  @Option(
    name: [.customLong("index"), .customLong("gallery")],
    help: ArgumentHelp(
      "For retrieval: embeddings written by `holdfast embed --output`, as distractors.",
      discussion: """
        Those that the file names as a caption or partner of the pairs stand for it instead.
        """, valueName: "file"), completion: .file(extensions: ["safetensors"]))
  var index: String?

  @Option(
    help: ArgumentHelp(
      "For retrieval: which side of the pairs is attacked, input (the default) or partner.",
      valueName: "side"), completion: .list(["input", "partner"]))
  var side: String?

  /// The pairs with the attacked side first.
  ///
  /// - Throws: `UsageError` for a side that cannot be attacked, `DataError` for a bad manifest.
  func attackedPairs(_ selection: SelectionOptions) throws -> PairManifest {
    guard let pairs else {
      throw UsageError(
        "an audit of retrieval needs pairs", hint: "give a .csv with input,caption with --pairs")
    }
    let manifest: PairManifest
    let argument = try DataArgument(pairs)
    func open() throws -> PairManifest {
      try openPairs(at: argument.path, modality: argument.modality, split: selection.split)
    }
    switch side ?? "input" {
    case "input": manifest = try open()
    case "partner": manifest = try open().swapped
    default:
      throw UsageError("`\(side ?? "")` is no side of a pair", hint: "use input or partner")
    }
    guard manifest.inputs.kind == .files else {
      throw UsageError(
        "the partners in `\(pairs)` are captions, and text is not attacked yet",
        hint: "attack the other side with --side input")
    }
    return try selection.take(manifest)
  }

  /// Refuses options of one task in an audit of the other.
  func check(_ task: TaskChoice, _ others: [(name: String, isGiven: Bool)]) throws(UsageError) {
    let own = [("--pairs", pairs != nil), ("--index", index != nil), ("--side", side != nil)]
    let strange = task == .retrieval ? others.map { ($0.name, $0.isGiven) } : own
    guard let first = strange.first(where: \.1) else { return }
    throw UsageError(
      "\(first.0) has no meaning in an audit of \(task.rawValue)",
      hint: task == .retrieval ? "leave it out" : "add --task retrieval, or leave it out")
  }
}
