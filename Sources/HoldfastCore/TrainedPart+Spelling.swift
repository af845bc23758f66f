public import HoldfastLayers

extension TrainedPart {
  /// Parses `full`, `shallow`, `lora`, or `lora:rank=16,alpha=16,targets=attention+patch`.
  ///
  /// - Throws: `UsageError` for another name or option; whether a target names anything shows with a
  ///   tower.
  public init(_ text: String) throws(UsageError) {
    var spelling = try Spelling(text)
    switch spelling.name {
    case "full", "shallow":
      try spelling.finish(known: [])
      self = spelling.name == "full" ? .full : .shallow
    case "lora":
      var size = LoRA.standard
      size.rank = try spelling.takeCount("rank", default: size.rank)
      size.alpha = try spelling.takeNumber("alpha", "a number above 0") { $0 > 0 } ?? size.alpha
      let targets = try spelling.take("targets", "a list such as attention+patch", Self.targets)
      try spelling.finish(known: ["rank", "alpha", "targets"])
      self = .lora(size: size, targets: targets ?? Self.standardTargets)
    default:
      throw UsageError(
        "unknown part `\(text)` of a tower",
        hint: "use full, shallow, lora, or lora:rank=8,targets=attention+patch")
    }
  }

  /// The targets of a list with `+` between them; nil if one is empty.
  private static func targets(_ text: String) -> [String]? {
    let targets = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    return targets.contains("") ? nil : targets
  }
}
