import Holdfast

/// The encoders that have a name: one row for each tower.
///
/// Others load as well, since sizes are taken from a model's own files.
enum EncoderList {
  static func table() -> Table {
    var table = Table(
      texts: ["encoder", "modality", "input"], numbers: ["layers", "width", "heads", "embedding"])
    for row in clip + languageBind + imageBind + uniBind {
      table.add(
        [row.name, row.sense.rawValue, row.input] + row.sizes.map { "\($0)" })
    }
    return table
  }

  private struct Row {
    let name: String
    let sense: Modality
    let input: String
    /// Layers, width, heads, width of the embedding.
    let sizes: [Int]
  }

  private static var clip: [Row] {
    CLIPConfiguration.presets.flatMap { name, preset in
      [
        image(
          name, .image, preset, .pixels(height: preset.vision.image, width: preset.vision.image)),
        text(name, preset.text, preset.projection),
      ]
    }
  }

  private static var languageBind: [Row] {
    LanguageBindConfiguration.presets.flatMap { name, preset in
      [
        image(name, preset.modality, preset.clip, preset.input),
        text(name, preset.clip.text, preset.clip.projection),
      ]
    }
  }

  private static var imageBind: [Row] {
    let huge = ImageBindConfiguration.huge
    func row(_ sense: Modality, _ shape: [Int], _ trunk: ImageBindConfiguration.Trunk) -> Row {
      Row(
        name: "ImageBind huge", sense: sense, input: shapeText(shape),
        sizes: [trunk.layers, trunk.width, trunk.heads, huge.projection])
    }
    var rows: [Row] = []
    if let vision = huge.vision {
      let side = vision.image
      rows.append(row(.image, [3, side, side], vision.trunk))
      rows.append(row(.video, [vision.views, 3, vision.frames, side, side], vision.trunk))
    }
    if let audio = huge.audio { rows.append(row(.audio, audio.sound.melShape, audio.trunk)) }
    for (sense, tower) in [(Modality.thermal, huge.thermal), (.depth, huge.depth)] {
      if let tower { rows.append(row(sense, [1, tower.image, tower.image], tower.trunk)) }
    }
    if let inertial = huge.inertial {
      let axes = ImageBindConfiguration.Inertial.axes
      rows.append(row(.inertial, [axes, inertial.samples], inertial.trunk))
    }
    if let reader = huge.text { rows.append(text("ImageBind huge", reader, huge.projection)) }
    return rows
  }

  /// What UniBind adds to ImageBind's towers: that of points; events go through that of images.
  private static var uniBind: [Row] {
    let model = UniBindConfiguration.published
    return [
      Row(
        name: "UniBind", sense: .points, input: shapeText([model.points, 3]),
        sizes: [
          model.stages.reduce(0) { $0 + $1.layers }, model.stages.last?.width ?? 0, model.heads,
          model.bind.projection,
        ])
    ]
  }

  private static func image(
    _ name: String, _ sense: Modality, _ preset: CLIPConfiguration, _ input: InputSpec
  ) -> Row {
    let tower = preset.vision
    return Row(
      name: name, sense: sense, input: shapeText(input.shape),
      sizes: [tower.layers, tower.width, tower.heads, preset.projection])
  }

  private static func text(
    _ name: String, _ tower: CLIPConfiguration.Text, _ projection: Int
  ) -> Row {
    Row(
      name: name, sense: .text, input: "\(tower.context) tokens",
      sizes: [tower.layers, tower.width, tower.heads, projection])
  }

  private static func shapeText(_ shape: [Int]) -> String {
    shape.map { "\($0)" }.joined(separator: "×")
  }
}
