import ArgumentParser
import Holdfast

/// Shows each part of the standard ensemble beside the bare passes of the model and a product.
struct SharesBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shares",
    abstract: "How near each part of the standard ensemble is to the matrix-product limit.")

  @OptionGroup var threads: Threads

  @Option(help: "How many images a batch has.")
  var batch = 16

  @Option(help: "How often all take their turns.")
  var rounds = 15

  func validate() throws {
    // Auto-PGD's run, the shortest, has a hundred steps.
    guard batch > 0, (1..<100).contains(rounds) else {
      throw ValidationError("a batch has at least 1 image, and rounds are 1 to 99")
    }
  }

  func run() throws {
    try threads.use()
    Threads.showOurs()
    let tower = try Tower(configuration: .vitB32)
    let parts = try EnsembleParts(
      tower.subject(), tower, tower.pixels(batch), Radius(1e-6))
    show("\nViT-B/32 shapes, batches of \(batch), float32, medians of \(rounds) rounds in turns\n")
    show(try parts.table(rounds: rounds).text())
  }
}
