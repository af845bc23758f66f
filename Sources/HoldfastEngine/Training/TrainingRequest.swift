public import HoldfastCore
public import HoldfastEncoders

/// How a defence is trained: on which data, what of the tower, how long, and how it is watched.
///
/// What is nil is the method's own default.
public struct TrainingRequest: Hashable, Sendable {
  /// Which state a training ends with.
  public enum Keep: String, Codable, Hashable, Sendable, CaseIterable {
    /// The last.
    case last
    /// The one of the highest robust accuracy on validation samples.
    case robust
  }

  /// Training data: `PATH` or `MODALITY=PATH`, one for each modality that is trained.
  public var data: [String] = []
  /// Which samples of it; by default the training part.
  public var selection = Selection()
  /// Held-out samples: data of their own; nil to hold some of ``data`` back.
  public var validationData: String?
  /// How many validation samples there are.
  public var validation = 256
  /// A file of class names.
  public var classes: String?
  /// A file of prompt templates.
  public var templates: String?
  /// A file of anchors.
  public var anchors: String?
  /// How several anchors of a class become its logit.
  public var anchorReduction = AnchorBank.Reduction.mean
  /// A JSON file of descriptions for each class, for methods that take them.
  public var captions: String?
  /// What of the tower is trained: `full`, `shallow` or `lora:rank=16,targets=attention+patch`.
  public var part: String?
  /// The radius of the inner attack.
  public var epsilon: Radius?
  /// The precision that the inner attack searches in.
  public var precision = SearchPrecision.float32
  /// How samples are varied: `none` or `crop-flip`.
  public var augment = "none"
  /// Optimiser steps, over all stages; nil for ``epochs``.
  public var steps: Int?
  /// Passes over the training data, over all stages; nil for ``steps``.
  public var epochs: Double?
  /// Samples of a batch.
  public var batchSize: Int?
  /// Samples that share a forward pass with gradients; nil for all of a step.
  public var microBatch: Int?
  /// The highest learning rate.
  public var learningRate: Double?
  /// The weight decay.
  public var weightDecay: Double?
  /// The share of the steps in which the learning rate rises.
  public var warmup: Double?
  /// The most that all gradients together may measure.
  public var clip: Double?
  /// The batches of one step, whose gradients are averaged.
  public var accumulate = 1
  /// The decay of the moving average of the weights.
  public var ema: Double?
  /// The seed of weights, of the order of samples, and of noise.
  public var seed: UInt64 = 0
  /// The steps from one saved state to the next.
  public var saveEvery = 100
  /// The steps from one look at the validation samples to the next; nil for ten looks in all.
  public var examineEvery: Int?
  /// Which state the training ends with.
  public var keep = Keep.last

  /// No training data.
  public init() {}

  /// The names of the options that are not what they are by default, for methods that train nothing.
  var given: [String] {
    TrainingRequest.fields.filter { $0.differs(self, TrainingRequest()) }.map(\.name)
  }
}

extension TrainingRequest {
  /// The options, by the names that the command line has.
  static var fields: [RequestField<TrainingRequest>] {
    [
      .repeated("data", \.data), .value("split", \.selection.split),
      .text("subsample", \.selection.subsample), .value("strict", \.selection.strict),
      .value("validation-data", \.validationData), .value("validation", \.validation),
      .value("classes", \.classes), .value("templates", \.templates),
      .value("anchors", \.anchors), .choice("anchor-reduction", \.anchorReduction),
      .value("captions", \.captions), .value("train", \.part),
      .value("epsilon", \.epsilon), .choice("precision", \.precision),
      .value("augment", \.augment), .value("steps", \.steps), .value("epochs", \.epochs),
      .value("batch-size", \.batchSize), .value("micro-batch", \.microBatch),
      .value("learning-rate", \.learningRate), .value("weight-decay", \.weightDecay),
      .value("warmup", \.warmup), .value("clip", \.clip),
      .value("accumulate", \.accumulate), .value("ema", \.ema),
      .value("seed", \.seed), .value("save-every", \.saveEvery),
      .value("examine-every", \.examineEvery), .choice("keep", \.keep),
    ]
  }

  /// Refuses numbers that cannot be meant.
  func check() throws(UsageError) {
    let positive: [(String, Bool)] = [
      ("steps", steps ?? 1 > 0), ("epochs", epochs ?? 1 > 0), ("batch-size", batchSize ?? 1 > 0),
      ("accumulate", accumulate > 0),
      ("micro-batch", microBatch ?? 1 > 0), ("learning-rate", learningRate ?? 1 > 0),
      ("clip", clip ?? 1 > 0), ("save-every", saveEvery > 0),
      ("examine-every", examineEvery ?? 1 > 0), ("validation", validation > 0),
    ]
    for (option, isMet) in positive where !isMet {
      throw UsageError("--\(option) takes a number above 0", option: option)
    }
    guard weightDecay ?? 0 >= 0 else {
      throw UsageError("--weight-decay takes a number from 0", option: "weight-decay")
    }
    guard (0..<1).contains(ema ?? 0) else {
      throw UsageError(
        "--ema takes a number below 1, such as 0.999", hint: "leave it out for no average",
        option: "ema")
    }
    guard (0...1).contains(warmup ?? 0) else {
      throw UsageError(
        "--warmup takes a share of the steps from 0 to 1", hint: "0.07 is FARE's",
        option: "warmup")
    }
    if let epsilon, epsilon.value == 0 {
      throw UsageError(
        "an inner attack of radius 0 finds nothing to train against",
        hint: "give a radius such as 4/255", option: "epsilon")
    }
    guard precision != .mixed else {
      throw UsageError(
        "an inner attack has no screens, so it cannot search in mixed precision",
        hint: "use float32 or bf16", option: "precision")
    }
    guard steps == nil || epochs == nil else {
      throw UsageError(
        "--steps and --epochs both say how long", hint: "leave one of them out",
        option: "epochs")
    }
  }
}
