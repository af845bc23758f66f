import ArgumentParser
import Foundation
import Holdfast

struct EmbedCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Write the embeddings of images or texts.",
    discussion: """
      Embeddings have unit length unless --raw is given. They are printed as JSON lines, or written \
      as the tensor `embeddings` (N, D) of a safetensors file with --output, whose metadata lists \
      the inputs as `names`; `audit --task retrieval --index` reads it.
      """)

  @Argument(
    help: ArgumentHelp("JPEG or PNG files, or texts with --text.", valueName: "input"),
    completion: .file())
  var inputs: [String]

  @OptionGroup var modelOptions: ModelOptions

  @Flag(help: "The inputs are texts.")
  var text = false

  @Flag(help: "Leave the embeddings at their own length.")
  var raw = false

  @Option(
    help: ArgumentHelp("A safetensors file to write.", valueName: "file"), completion: .file())
  var output: String?

  private struct Line: Encodable {
    let input: String
    let embedding: [Float]
  }

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let model = try context.engine.load(modelOptions.request)
    var rows: [Tensor] = []
    for input in inputs {
      let embedding = try withoutGradients { try embed(input, model) }
      rows.append(try (raw ? embedding : embedding.normalized()).to(.cpu))
    }
    guard let output else {
      for (input, row) in zip(inputs, rows) {
        let line = Line(input: input, embedding: try row.array(of: Float.self))
        let json = try RecordCoding.lineEncoder().encode(line)
        context.console.result(String(decoding: json, as: UTF8.self))
      }
      return
    }
    let all = try Tensor.concatenating(rows).contiguous()
    let names = try RecordCoding.lineEncoder().encode(inputs)
    try SafetensorsWriter.write(
      [
        SafetensorsWriter.Tensor(
          name: "embeddings", type: .float32, shape: all.shape, bytes: { try all.bytes() })
      ], metadata: ["format": "pt", "names": String(decoding: names, as: UTF8.self)], to: output)
    context.console.result(output)
  }

  private func embed(_ input: String, _ model: ModelSource) throws -> Tensor {
    try text
      ? model.texts.embed([input]) : model.subject.predict(model.input(from: input)).embedding
  }
}
