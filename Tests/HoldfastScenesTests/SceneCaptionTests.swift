import Testing

@testable import HoldfastScenes

@Suite("Scene captions")
struct SceneCaptionTests {
  let generator = SceneGenerator(seed: 0)

  @Test("Captions are what they have always been")
  func golden() {
    let captions = (0..<3).map { SceneCaptions.caption(generator.scene(.train, $0)) }
    #expect(
      captions == [
        "there is a small striped circle in the center, and it is red.",
        "a large square at the top, orange on white.",
        "a green dotted triangle on a grainy white background.",
      ])
  }

  @Test("A caption names its shape and no attribute that the scene does not have")
  func truth() {
    for index in 0..<20_000 {
      let scene = generator.scene(.train, index)
      let caption = SceneCaptions.caption(scene)
      let words = SceneCaptions.words(of: caption)
      #expect(words.contains(scene.shape.className), "\(caption)")
      let told = Set(words)
      #expect(told.isDisjoint(with: untrueWords(of: scene)), "\(caption) is not \(scene)")
      #expect(words.count <= 24, "\(caption)")
    }
  }

  func untrueWords(of scene: SceneDescription) -> Set<String> {
    var words: Set<String> = []
    words.formUnion(SceneShape.allCases.map(\.rawValue).filter { $0 != scene.shape.rawValue })
    let colors = [scene.color.rawValue, scene.backgroundColor.rawValue]
    words.formUnion(SceneColor.allCases.map(\.rawValue).filter { !colors.contains($0) })
    words.formUnion(SceneTexture.allCases.map(\.rawValue).filter { $0 != scene.texture.rawValue })
    words.formUnion(SceneSize.allCases.map(\.rawValue).filter { $0 != scene.size.rawValue })
    words.formUnion(
      SceneBackground.allCases.map(\.rawValue).filter { $0 != scene.background.rawValue })
    if scene.position.row != -1 { words.insert("top") }
    if scene.position.row != 1 { words.insert("bottom") }
    if scene.position.column != -1 && scene.tilt > -10 { words.insert("left") }
    if scene.position.column != 1 && scene.tilt < 10 { words.insert("right") }
    return words
  }

  @Test("The colour told of a shape is its own, not its background's")
  func colorOfShape() {
    for index in 0..<5000 {
      let scene = generator.scene(.train, index)
      let words = SceneCaptions.words(of: SceneCaptions.caption(scene))
      let colors = words.filter { SceneColor(rawValue: $0) != nil }
      if let first = colors.first, colors.count == 2 {
        #expect(first == scene.color.rawValue)
        #expect(colors[1] == scene.backgroundColor.rawValue)
      }
    }
  }

  @Test("The vocabulary is exactly what captions and templates use")
  func vocabulary() {
    var used: Set<String> = []
    for index in 0..<40_000 {
      used.formUnion(SceneCaptions.words(of: SceneCaptions.caption(generator.scene(.train, index))))
    }
    for template in SceneCaptions.templates {
      for name in SceneGenerator.classNames {
        let prompt = SceneCaptions.fill(template, with: name)
        #expect(Set(SceneCaptions.words(of: prompt)).isSubset(of: SceneCaptions.vocabulary))
      }
    }
    #expect(used.sorted() == SceneCaptions.vocabulary)
  }

  @Test("In every modality the same is told of a scene, only the medium differs")
  func senses() {
    func media(_ sense: SceneSense) -> Set<String> {
      Set(SceneCaptions.templates(for: sense).flatMap { SceneCaptions.words(of: $0) })
    }
    let pictures = media(.image)
    for sense in SceneSense.allCases {
      let vocabulary = Set(SceneCaptions.vocabulary(for: [sense]))
      #expect(vocabulary.isSuperset(of: SceneGenerator.classNames))
      #expect(vocabulary.isSuperset(of: media(sense).subtracting(["{", "}"])))
      #expect(SceneCaptions.templates(for: sense).allSatisfy { $0.hasSuffix(" of a {}.") })
      for index in 0..<2000 {
        let scene = generator.scene(.train, index)
        let words = Set(SceneCaptions.words(of: SceneCaptions.caption(scene, for: sense)))
        let picture = Set(SceneCaptions.words(of: SceneCaptions.caption(scene)))
        let medium = media(sense).union(pictures)
        #expect(words.subtracting(medium) == picture.subtracting(medium))
        #expect(words.isSubset(of: vocabulary))
      }
    }
    let audio = SceneCaptions.templates(for: .audio)
    #expect(audio.first.map { SceneCaptions.fill($0, with: "star") } == "a sound of a star.")
    #expect(
      SceneCaptions.vocabulary(for: SceneSense.allCases).count == SceneCaptions.vocabulary.count
        + 16)
  }

  @Test("Zero-shot prompts are a good share of the training captions, word for word")
  func templates() {
    let prompts = Set(
      SceneCaptions.templates.flatMap { template in
        SceneGenerator.classNames.map { SceneCaptions.fill(template, with: $0) }
      })
    #expect(prompts.contains("a photo of a star."))
    let filled = (0..<6000).count {
      prompts.contains(SceneCaptions.caption(generator.scene(.train, $0)))
    }
    #expect((1800...2200).contains(filled))
  }

  @Test("Captions vary: most scenes of one shape are told differently")
  func variety() {
    let captions = Set((0..<4000).map { SceneCaptions.caption(generator.scene(.train, $0)) })
    #expect(captions.count > 2000)
  }

  @Test("Words and punctuation come apart")
  func splitting() {
    #expect(SceneCaptions.words(of: "a star,  red.") == ["a", "star", ",", "red", "."])
    #expect(SceneCaptions.words(of: "") == [])
    #expect(SceneCaptions.words(of: "blue ring") == ["blue", "ring"])
  }
}
