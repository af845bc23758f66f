import HoldfastCore

/// Tells scenes in words: lower-case English from a small closed vocabulary.
public enum SceneCaptions {
  /// Prompts for zero-shot classification of pictures; `{}` stands for the class name.
  public static let templates = templates(for: .image)

  /// Prompts for zero-shot classification in a modality; `{}` stands for the class name.
  public static func templates(for sense: SceneSense) -> [String] {
    sense.media.map { "\($0) of a {}." }
  }

  /// Every word and punctuation mark that a caption or a filled template of a picture may contain,
  /// sorted.
  public static let vocabulary = vocabulary(for: [.image])

  /// Every word and punctuation mark that a caption or a filled template of any of the modalities
  /// may contain, sorted.
  public static func vocabulary(for senses: [SceneSense]) -> [String] {
    let attributes =
      SceneShape.allCases.map(\.className) + SceneColor.allCases.map(\.rawValue)
      + SceneTexture.allCases.map(\.rawValue) + SceneBackground.allCases.map(\.rawValue)
      + ScenePosition.allCases.flatMap { words(of: $0.phrase) } + SceneSize.allCases.map(\.rawValue)
    let grammar = words(of: "a an of the there is it and on background leaning to left right,.")
    let media = senses.flatMap(\.media).flatMap { words(of: $0) }
    return Set(attributes + grammar + media).sorted()
  }

  /// Tells what a scene shows.
  ///
  /// The scene's seed chooses among sentences that tell more or fewer of the attributes; every
  /// caption names the shape and says nothing untrue. About one in three is a filled template, with
  /// the article that zero-shot prompts have ("a photo of a arrow.").
  ///
  /// What is told of a scene is the same for all modalities, in words for what is seen, although a
  /// colour is a pitch in sounds and warmth in thermal pictures. Only the medium differs: a photo
  /// of a ring, a sound of a ring.
  public static func caption(_ scene: SceneDescription, for sense: SceneSense = .image) -> String {
    var random = scene.randomness(for: .text)
    let name = scene.shape.className
    let color = scene.color.rawValue
    let texture = scene.texture.rawValue
    let size = scene.size.rawValue
    let place = scene.position.phrase
    let medium = random.pick(sense.media) ?? "a photo"
    let behind = scene.backgroundColor.rawValue
    let ground = "\(scene.background.rawValue) \(behind) background"

    switch random.integer(in: 0...11) {
    case 0...2: return fill("\(sense.media[0]) of a {}.", with: name)
    case 3: return fill("\(medium) of a {}.", with: name)
    case 4:
      return
        "\(medium) of \(noun(size, color, texture, name)) \(place) on \(noun(behind)) background."
    case 5: return "\(noun(color, texture, name)) on \(noun(ground))."
    case 6: return "there is \(noun(size, texture, name)) \(place), and it is \(color)."
    case 7: return "the \(name) is \(color) and \(texture), the background is \(behind)."
    case 8: return "\(medium) of \(noun(color, name))\(leaning(scene.tilt)) on \(noun(ground))."
    case 9: return "\(noun(size, name)) \(place), \(color) on \(behind)."
    case 10: return "\(noun(texture, name))\(leaning(scene.tilt)), \(color), \(place)."
    default: return "\(medium) of \(noun(color, texture, name))."
    }
  }

  /// A prompt with the class name in place of `{}`.
  public static func fill(_ template: String, with className: String) -> String {
    template.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: className)
  }

  /// The words and punctuation marks of a caption, in order.
  public static func words(of caption: String) -> [String] {
    var words: [String] = []
    var word = ""
    for character in caption {
      if character.isLetter {
        word.append(character)
        continue
      }
      if !word.isEmpty { words.append(word) }
      word = ""
      if character != " " { words.append(String(character)) }
    }
    return word.isEmpty ? words : words + [word]
  }

  /// The words in a row, behind the article that fits the first one.
  private static func noun(_ words: String...) -> String {
    let phrase = words.joined(separator: " ")
    return phrase.first.map { "aeiou".contains($0) } == true ? "an \(phrase)" : "a \(phrase)"
  }

  /// How the shape leans, if it does so visibly.
  private static func leaning(_ tilt: Int) -> String {
    if tilt <= -10 { return " leaning to the left" }
    return tilt >= 10 ? " leaning to the right" : ""
  }
}

extension SceneSense {
  /// What a scene is in this modality: three nouns with their articles, the plainest one first.
  fileprivate var media: [String] {
    switch self {
    case .image, .text: ["a photo", "a picture", "a drawing"]
    case .video: ["a video", "a film", "a clip"]
    case .audio: ["a sound", "a recording", "the sound"]
    case .thermal: ["a thermal image", "an infrared image", "a heat map"]
    case .points: ["a point cloud", "a scan", "a model"]
    case .event: ["an event image", "an event recording", "an event camera recording"]
    }
  }
}

extension ScenePosition {
  /// The position as words that may follow a noun.
  fileprivate var phrase: String {
    switch self {
    case .topLeft: "in the top left"
    case .top: "at the top"
    case .topRight: "in the top right"
    case .left: "on the left"
    case .center: "in the center"
    case .right: "on the right"
    case .bottomLeft: "in the bottom left"
    case .bottom: "at the bottom"
    case .bottomRight: "in the bottom right"
    }
  }
}
