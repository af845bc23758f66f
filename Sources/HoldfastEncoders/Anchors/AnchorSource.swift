import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastTensor
public import HoldfastText

/// The source of the anchors.
public enum AnchorSource: Hashable, Sendable {
  /// The class names, in sentences.
  case templates(PromptTemplates)
  /// A JSON file of texts for each class, such as descriptions by a language model:
  /// `{"cat": ["a small …", …], …}`.
  case descriptions(String)
  /// A file of embeddings for each class, a tensor `(rows, D)` under each name: safetensors, a file
  /// of torch.save, or of Python's pickle as UniBind's centres.
  case centres(String)

  /// The source in a file, by its name: descriptions if it ends in `.json`, else centres.
  public static func file(_ path: String) -> AnchorSource {
    path.lowercased().hasSuffix(".json") ? .descriptions(path) : .centres(path)
  }
}

extension AnchorBank {
  /// The bank of a source.
  ///
  /// - Parameters:
  ///   - classNames: the classes in the order of their labels; empty for all that a file has,
  ///     sorted. A file may have more than are asked for.
  ///   - texts: what reads texts; centres need none.
  ///   - chunk: how many texts are embedded at a time.
  /// - Throws: ``EncoderError`` when there are no classes, when a file lacks some (all of them in
  ///   one error), and when there is no text tower or no tokeniser to embed texts with;
  ///   `FormatError` for damaged files; `TorchError`, `TextError`.
  public init(
    _ source: AnchorSource, for classNames: [String]? = nil, texts: (any TextEmbedder)? = nil,
    chunk: Int = 256
  ) throws {
    switch source {
    case .templates(let templates):
      let names = classNames ?? []
      let prompts = names.map(templates.apply)
      try self.init(names, prompts, texts, chunk, place: "zero-shot classifier")
    case .descriptions(let path):
      let all = try Self.descriptions(in: path)
      let names = try Self.chosen(classNames, of: all.keys.sorted(), in: path)
      try self.init(names, names.map { all[$0] ?? [] }, texts, chunk, place: path)
    case .centres(let path):
      let file = try openTensors(at: path)
      let names = try Self.chosen(classNames, of: file.names, in: path)
      var parts: [Tensor] = []
      for name in names { parts.append(try Self.centres(of: name, in: file)) }
      let widths = Set(parts.map { $0.shape[1] })
      guard widths.count == 1 else {
        throw EncoderError(
          what: "has embeddings of several widths, \(widths.sorted())", where: path,
          hint: "the classes must be embedded by one model")
      }
      try self.init(
        classNames: names, counts: parts.map { $0.shape[0] }, rows: .concatenating(parts),
        place: path)
    }
  }

  /// The bank of texts for each class.
  private init(
    _ names: [String], _ texts: [[String]], _ embedder: (any TextEmbedder)?, _ chunk: Int,
    place: String
  ) throws {
    guard let embedder else {
      throw EncoderError(
        what: "there is nothing to read texts with", where: place,
        hint: "put the tokeniser files beside the weights, or give embeddings of the classes")
    }
    let all = texts.flatMap { $0 }
    try self.init(
      classNames: names, counts: texts.map(\.count),
      rows: all.isEmpty
        ? .zeros([0, embedder.embeddingWidth])
        : embedder.unitEmbeddings(of: all, chunk: chunk),
      place: place)
  }

  /// The classes that are asked for, which must be in the file, or all of it.
  private static func chosen(
    _ wanted: [String]?, of known: [String], in file: String
  ) throws(EncoderError) -> [String] {
    guard let wanted else { return known }
    let names = Set(known)
    let missing = wanted.filter { !names.contains($0) }
    guard let first = missing.first else { return wanted }
    let like = nearest(first, among: known)
    throw EncoderError(
      what: "has no entry for \(missing.named)", where: file,
      hint: like.isEmpty
        ? "its \(known.count) names must be those of the classes"
        : "names must be those of the classes; like `\(first)` are \(like.named)")
  }

  /// The texts for each class in a JSON file, in the order of the classes.
  ///
  /// - Throws: ``EncoderError`` for a file that does not have texts for each of them.
  public static func descriptions(
    in path: String, for classNames: [String]
  ) throws -> [[String]] {
    let all = try descriptions(in: path)
    return try chosen(classNames, of: all.keys.sorted(), in: path).map { all[$0] ?? [] }
  }

  private static func descriptions(in path: String) throws -> [String: [String]] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw EncoderError(
        what: "cannot be read", where: path, hint: "give a JSON file of texts for each class")
    }
    do {
      return try JSONDecoder().decode([String: [String]].self, from: data)
    } catch {
      throw EncoderError(
        what: "is not a JSON object with a list of texts for each class", where: path,
        hint: "write {\"cat\": [\"a small animal with fur\", …], …}")
    }
  }

  /// The embeddings of one class: `(rows, D)`, float32.
  private static func centres(of name: String, in file: any TensorSource) throws -> Tensor {
    let shape = try file.entry(for: name).shape
    guard (1...2).contains(shape.count), !shape.contains(0) else {
      throw EncoderError(
        what: "holds \(shape) under `\(name)`, not a matrix of embeddings", where: file.file,
        hint: "give a tensor [rows, width] for each class")
    }
    let rows = shape.count == 1 ? [1] + shape : shape
    return try Tensor(file.floats(of: name), rows)
  }
}
