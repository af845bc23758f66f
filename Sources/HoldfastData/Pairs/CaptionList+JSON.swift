import Foundation

extension CaptionList {
  /// The most bytes of JSON that are read.
  static let limit = 1 << 30

  /// Reads one of the three forms of JSON that go round.
  ///
  /// - COCO's: `{"images": [{"id", "file_name"}], "annotations": [{"image_id", "caption"}]}`.
  /// - Karpathy's: `{"images": [{"filename", "filepath", "split", "sentences": [{"raw"}]}]}`;
  ///   `restval` belongs to `train`.
  /// - ALBEF's and BLIP's: `[{"image", "caption"}]`, with one caption or a list.
  ///
  /// - Throws: ``DataError`` when it has none of the three forms, is too large, or names a picture
  ///   that it does not list.
  static func json(_ path: String) throws(DataError) -> CaptionList {
    guard let size = try? fileSize(path), size <= limit,
      let data = FileManager.default.contents(atPath: path)
    else {
      throw DataError(
        "cannot be read, or is larger than \(limit >> 20) MiB", in: path,
        hint: "download the file of captions again")
    }
    let decoder = JSONDecoder()
    if let list = try? decoder.decode([Captioned].self, from: data) {
      return try CaptionList(
        list.map { Picture(file: $0.image, captions: $0.caption.values) }, path: path)
    }
    if let karpathy = try? decoder.decode(Karpathy.self, from: data) {
      let pictures = karpathy.images.map { image in
        Picture(
          file: image.filepath.map { "\($0)/\(image.filename)" } ?? image.filename,
          captions: image.sentences.map(\.raw),
          split: image.split == "restval" ? "train" : image.split)
      }
      return try CaptionList(pictures, path: path)
    }
    if let coco = try? decoder.decode(COCO.self, from: data) {
      return try CaptionList(coco.pictures(in: path), path: path)
    }
    throw DataError(
      "is not a file of captions", in: path,
      hint: "COCO's, Karpathy's and ALBEF's forms of JSON are read")
  }
}

private struct Captioned: Decodable {
  let image: String
  let caption: Texts
}

private struct Karpathy: Decodable {
  struct Image: Decodable {
    let filename: String
    let filepath: String?
    let split: String
    let sentences: [Sentence]
  }

  struct Sentence: Decodable {
    let raw: String
  }

  let images: [Image]
}

private struct COCO: Decodable {
  struct Image: Decodable {
    let id: Int
    let file: String

    enum CodingKeys: String, CodingKey {
      case id
      case file = "file_name"
    }
  }

  struct Annotation: Decodable {
    let image: Int
    let caption: String

    enum CodingKeys: String, CodingKey {
      case image = "image_id"
      case caption
    }
  }

  let images: [Image]
  let annotations: [Annotation]

  /// The pictures in their order, their captions in the order of the annotations.
  func pictures(in path: String) throws(DataError) -> [CaptionList.Picture] {
    var captions: [Int: [String]] = [:]
    for note in annotations { captions[note.image, default: []].append(note.caption) }
    let known = Set(images.map(\.id))
    guard known.count == images.count else {
      throw DataError("gives two pictures one id", in: path, hint: "download it again")
    }
    if let strange = annotations.first(where: { !known.contains($0.image) }) {
      throw DataError(
        "has a caption of picture \(strange.image), which it does not list", in: path,
        hint: "download it again")
    }
    return images.map { CaptionList.Picture(file: $0.file, captions: captions[$0.id] ?? []) }
  }
}
