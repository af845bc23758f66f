import ArgumentParser
import Holdfast

/// How a defence is trained.
struct TrainingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Training data, in a layout of `holdfast list datasets`, a manifest, or scenes:train. "
        + "MODALITY=PATH names the modality; repeat it for several.",
      valueName: "[modality=]path"), completion: .data)
  var data: [String] = []

  @Option(
    help: ArgumentHelp(
      "The part of the data to learn from, by its layout's names; train by default where there is one.",
      valueName: "name"))
  var split: String?

  @Option(
    help: ArgumentHelp(
      "Learn from n samples: two of each class, then any, fixed by the seed (0).",
      valueName: "n[:seed]"))
  var subsample: String?

  @Flag(help: ArgumentHelp("Stop at a damaged file, instead of counting and replacing it."))
  var strict = false

  @Option(
    help: ArgumentHelp(
      "Validation samples from data of their own; by default some of --data are held back.",
      valueName: "path"), completion: .data)
  var validationData: String?

  @Option(help: ArgumentHelp("How many validation samples there are.", valueName: "n"))
  var validation = TrainingRequest().validation

  @OptionGroup var classOptions: ClassOptions

  @Option(
    help: ArgumentHelp(
      "Descriptions of the classes, a .json with texts for each, for methods that learn from them.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var captions: String?

  @Option(
    help: ArgumentHelp(
      "What of the tower is trained: full, shallow (patch embedding and first block), or "
        + "lora:rank=16,targets=attention+patch.",
      valueName: "part"), completion: .list(["full", "shallow", "lora"]))
  var train: String?

  @Option(
    help: ArgumentHelp(
      "The radius of the inner attack, in the unit of the modality; the method's own by default.",
      valueName: "radius"))
  var epsilon: String?

  @Option(
    help: ArgumentHelp("The precision of the inner attack's search: float32 or bf16."),
    completion: .list(["float32", "bf16"]))
  var precision = SearchPrecision.float32.rawValue

  @Option(
    help: ArgumentHelp(
      "How pictures are varied: none, or crop-flip:scale=0.5,flip=true.", valueName: "name"),
    completion: .list(["none", "crop-flip"]))
  var augment = TrainingRequest().augment

  @Option(help: ArgumentHelp("Optimiser steps, over all stages.", valueName: "n"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Passes over the data, over all stages; the method's own length by default.", valueName: "n"))
  var epochs: Double?

  @Option(
    help: ArgumentHelp("Samples of a batch; the method's own number by default.", valueName: "n"))
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "Samples that go through the tower at a time, to save memory; by default all of a step.",
      valueName: "n"))
  var microBatch: Int?

  @Option(
    help: ArgumentHelp("The highest learning rate; the method's own by default.", valueName: "rate")
  )
  var learningRate: Double?

  @Option(help: ArgumentHelp("The weight decay; the method's own by default.", valueName: "share"))
  var weightDecay: Double?

  @Option(
    help: ArgumentHelp(
      "The share of the steps in which the rate rises; the method's own by default.",
      valueName: "share"))
  var warmup: Double?

  @Option(
    help: ArgumentHelp("The most that all gradients together may measure.", valueName: "norm"))
  var clip: Double?

  @Option(help: ArgumentHelp("Batches of a step, whose gradients are averaged.", valueName: "n"))
  var accumulate = 1

  @Option(
    help: ArgumentHelp(
      "Keep a moving average of the weights with this decay, and end with it.", valueName: "decay"))
  var ema: Double?

  @Option(help: ArgumentHelp("The seed of new weights, of the order of samples, and of noise."))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp("The steps from one saved state to the next.", valueName: "n"))
  var saveEvery = TrainingRequest().saveEvery

  @Option(
    help: ArgumentHelp(
      "The steps from one look at the validation samples to the next; ten looks by default.",
      valueName: "n"))
  var examineEvery: Int?

  @Option(
    help: ArgumentHelp(
      "The state to end with: last, or robust (the best on validation samples under attack)."),
    completion: .list(TrainingRequest.Keep.allCases.map(\.rawValue)))
  var keep = TrainingRequest.Keep.last.rawValue

  /// The training that the options describe.
  ///
  /// - Throws: `UsageError` for a word that means nothing.
  func request() throws(UsageError) -> TrainingRequest {
    var request = TrainingRequest()
    request.data = data
    request.selection = Selection(split: split, subsample: subsample, strict: strict)
    request.validationData = validationData
    request.validation = validation
    request.classes = classOptions.classes
    request.templates = classOptions.templates
    request.anchors = classOptions.anchors.anchors
    request.anchorReduction = try classOptions.anchors.reduction
    request.captions = captions
    request.part = train
    request.epsilon = try epsilon.map { (text) throws(UsageError) in
      guard let radius = Radius(text) else {
        throw UsageError(
          "`\(text)` is not a radius", hint: "give one such as 4/255", option: "epsilon")
      }
      return radius
    }
    request.precision = try choose(SearchPrecision.self, precision, option: "precision")
    request.augment = augment
    request.steps = steps
    request.epochs = epochs
    request.batchSize = batchSize
    request.microBatch = microBatch
    request.learningRate = learningRate
    request.weightDecay = weightDecay
    request.warmup = warmup
    request.clip = clip
    request.accumulate = accumulate
    request.ema = ema
    request.seed = seed
    request.saveEvery = saveEvery
    request.examineEvery = examineEvery
    request.keep = try choose(TrainingRequest.Keep.self, keep, option: "keep")
    return request
  }
}
