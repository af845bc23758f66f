import ArgumentParser
import Foundation
import Holdfast

struct ClassifyCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify", abstract: "Say which of some labels suits each image best.")

  @Argument(help: ArgumentHelp("JPEG or PNG files.", valueName: "image"), completion: .file())
  var images: [String]

  @OptionGroup var modelOptions: ModelOptions

  @Option(
    help: ArgumentHelp(
      "The labels: cat,dog,ship; a classifier of your own has some already.", valueName: "a,b,c"))
  var labels: String?

  @Option(
    help: ArgumentHelp("Prompt templates, one per line, with {} for the label."),
    completion: .file())
  var templates: String?

  @OptionGroup var anchors: AnchorOptions

  @Option(help: ArgumentHelp("text, json, csv, markdown or latex."))
  var format = OutputFormat.text

  private struct Answer: Encodable {
    let image: String
    let label: String
    let probabilities: [String: Double]
  }

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let given = try labels.map { try ClassNames($0.listed).names }
    guard given != nil || modelOptions.script.input != nil else {
      throw UsageError("there are no labels to choose from", hint: "give some with --labels a,b,c")
    }
    let model = try context.engine.load(modelOptions.request)
    guard let names = given ?? model.sense.classes?.names else {
      throw UsageError(
        "the description of `\(model.path)` names no classes", hint: "give them with --labels a,b,c"
      )
    }
    let subject = try model.subject(
      classes: names, templates: try promptTemplates(file: templates),
      anchors: try anchors.file(besideTemplates: templates != nil))
    let answers = try images.map { image in
      let input = try model.input(from: image)
      let probabilities = try withoutGradients {
        try subject.predict(input).logits?.softmax(1).to(.cpu).array(of: Float.self) ?? []
      }
      let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
      return Answer(
        image: image, label: names[best],
        probabilities: Dictionary(
          zip(names, probabilities.map(Double.init)), uniquingKeysWith: { a, _ in a }))
    }
    try show(answers, names, context.console)
  }

  private func show(_ answers: [Answer], _ names: [String], _ console: Console) throws {
    if format == .json {
      let json = try RecordCoding.documentEncoder().encode(answers)
      return console.result(String(decoding: json, as: UTF8.self))
    }
    var table = Table(texts: ["image", "label"], numbers: names)
    for answer in answers {
      table.add(
        [answer.image, answer.label]
          + names.map { String(format: "%.4f", answer.probabilities[$0] ?? 0) })
    }
    try console.result(table, as: format)
  }
}

extension String {
  /// The parts between commas, without white space around them.
  fileprivate var listed: [String] {
    split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }
}
