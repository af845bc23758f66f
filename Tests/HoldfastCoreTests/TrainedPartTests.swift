import HoldfastCore
import HoldfastErrors
import HoldfastLayers
import Testing

@Suite("The spelling of the part that is trained")
struct TrainedPartSpellingTests {
  @Test(arguments: [
    ("full", TrainedPart.full), ("shallow", .shallow),
    ("lora", .lora(size: .standard, targets: ["attention"])),
    ("lora:rank=4", .lora(size: LoRA(rank: 4, alpha: 16), targets: ["attention"])),
    (
      "lora:targets=attention+*.mlp.up,alpha=2.5,rank=2",
      .lora(size: LoRA(rank: 2, alpha: 2.5), targets: ["attention", "*.mlp.up"])
    ),
  ])
  func spelled(_ text: String, _ part: TrainedPart) throws {
    #expect(try TrainedPart(text) == part)
    #expect(try TrainedPart(part.description) == part)
  }

  @Test(arguments: [
    "", "deep", "full:rank=1", "shallow:blocks=2", "lora:", "lora:rank=0", "lora:rank=x",
    "lora:alpha=0", "lora:alpha=nan", "lora:targets=a+", "lora:targets=", "lora:dropout=0.1",
  ])
  func refused(_ text: String) {
    #expect(throws: UsageError.self) { try TrainedPart(text) }
  }
}
