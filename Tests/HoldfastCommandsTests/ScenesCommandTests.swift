import Foundation
import HoldfastTestSupport
import Testing

@Suite("The command that writes scenes", .serialized)
struct ScenesCommandTests {
  @Test("writes folders of several modalities in which scenes have the same names")
  func senses() throws {
    try withTemporaryFolder { folder in
      let outcome = try Program.run(
        [
          "scenes", "--output", "out", "--modality", "image,audio,text", "--concepts", "star,ring",
          "--count", "2", "--size", "16", "--seconds", "0.25", "--split", "train",
        ], in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output == "out/image\nout/audio\nout/text\n")
      func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
          atPath: folder.appendingPathComponent(path).path
        )
        .sorted()
      }
      #expect(try names("out/image") == ["manifest.csv", "pairs.csv", "ring", "star"])
      #expect(try names("out/image/star") == ["train-24.png", "train-4.png"])
      #expect(try names("out/audio/star") == ["train-24.wav", "train-4.wav"])
      #expect(try names("out/text/ring") == ["train-26.txt", "train-6.txt"])

      let again = try Program.run(["scenes", "--output", "out", "--modality", "text"], in: folder)
      expectFailure(again, code: 64, "`out/text` holds scenes already")
    }
  }

  @Test(
    "says what it does not know, and what comes near",
    arguments: [
      ("--modality sound,image", "unknown modality `sound`"),
      ("--modality vidio", "did you mean `video`?"), ("--concepts sta", "did you mean `star`?"),
      ("--split test", "unknown split `test`"), ("--count 0", "--count takes a number above 0"),
    ])
  func refusals(options: String, words: String) throws {
    let arguments = ["scenes", "--output", "out"] + options.split(separator: " ").map(String.init)
    let outcome = try withTemporaryFolder { try Program.run(arguments, in: $0) }
    expectFailure(outcome, code: 64, words)
  }

  @Test("refuses settings that no scene can be made with")
  func settings() throws {
    let outcome = try withTemporaryFolder {
      try Program.run(["scenes", "--output", "out", "--size", "3"], in: $0)
    }
    expectFailure(outcome, code: 2, "choose a size from 16 to 1024 pixels")
  }
}
