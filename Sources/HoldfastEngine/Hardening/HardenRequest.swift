public import HoldfastCore

/// A request for hardening, from a command line, a YAML file or an HTTP body.
///
/// Its keys are the names of the options of `holdfast harden`.
public struct HardenRequest: Hashable, Sendable {
  /// The model that the defence goes around.
  public var model: ModelRequest
  /// A defence with its options, such as `r-adapt:alpha=1.2,d0=40`.
  public var method: String
  /// A hardened model of the same shape to learn from; nil for none.
  public var guide: String?
  /// The modalities to harden; empty for all around which the defence can go.
  public var modalities: [Modality] = []
  /// How a defence that learns is trained; methods that compute what they need take nothing of it.
  public var training = TrainingRequest()
  /// The bundle's folder.
  public var output: String

  /// A defence around every modality of a model that it can go around.
  public init(model: String, method: String, output: String) {
    self.model = ModelRequest(model)
    self.method = method
    self.output = output
  }
}

extension HardenRequest: Codable {
  /// Reads the options by name.
  public init(from decoder: any Decoder) throws {
    self = try decodeRequest(
      HardenRequest(model: "", method: "", output: ""), Self.fields, called: "hardening",
      from: decoder)
    for (option, value) in [("model", model.model), ("method", method), ("output", output)]
    where value.isEmpty {
      throw UsageError("hardening needs the option `\(option)`", option: option)
    }
  }

  /// Writes the options that are not the defaults.
  public func encode(to encoder: any Swift.Encoder) throws {
    try encodeRequest(
      self, HardenRequest(model: "", method: "", output: ""), Self.fields, to: encoder)
  }

  /// Refuses options of a training for a method that trains nothing.
  func refuseTraining() throws(UsageError) {
    guard let first = training.given.first else { return }
    throw UsageError(
      "--\(first) is about a training, and \(method) trains nothing",
      hint: "leave it out; `holdfast list defenses` says which methods learn from data",
      option: first)
  }

  private static var fields: [RequestField<HardenRequest>] {
    [
      .value("model", \.model.model), .value("vision", \.model.vision),
      .value("input", \.model.input), .value("trust", \.model.trust),
      .value("depth-camera", \.model.depthCamera), .value("device", \.model.device),
      .value("threads", \.model.threads), .value("method", \.method),
      .value("guide", \.guide), .list("modality", \.modalities, senses, \.rawValue),
      .value("output", \.output),
    ] + TrainingRequest.fields.map { $0.within(\.training) }
  }

  private static func senses(_ names: [String]) throws(UsageError) -> [Modality] {
    try about("modality") { () throws(UsageError) in
      var senses: [Modality] = []
      for name in names { senses.append(try parseSense(name)) }
      return senses
    }
  }
}
