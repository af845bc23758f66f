import Foundation
import HoldfastRecords
import HoldfastRuns
import HoldfastTestSupport
import Testing

@Suite("What is said about a run")
struct RunFindingsTests {
  private let fell = [2, 3, 5].map { line($0, robust: false) }
  private let stood = [0, 1].map { line($0, robust: true) }

  @Test("is about the first samples of the data while it is not finished")
  func unfinished() throws {
    try withTemporaryFolder { folder in
      let found = try writeRun(folder, fell + stood, isFinished: false).findings()
      #expect(found.state == .unfinished && found.finished == 5)
      // Whatever is finished stands at 40 %, the first four of the data at 50 %.
      #expect(found.summary?.samples == 4)
      #expect(found.summary?.worstCase.map(\.robust) == [2])
    }
  }

  @Test("is its summary once it is finished, and again the first samples when more were added")
  func finished() throws {
    try withTemporaryFolder { folder in
      let stored = try writeRun(folder, fell + stood)
      let found = try stored.findings()
      #expect(found.state == .finished && found.finished == 5)
      #expect(found.summary?.worstCase.map(\.robust) == [2])
      try writeRun(folder, [line("7", place: 7, robust: true)], isFinished: false)
      let more = try stored.findings()
      #expect(more.state == .unfinished && more.finished == 6 && more.summary?.samples == 4)
    }
  }

  @Test("is nothing about accuracy when lines of an earlier version do not say their places")
  func unordered() throws {
    try withTemporaryFolder { folder in
      let found = try writeRun(
        folder, [line("a", place: nil, robust: false)], isFinished: false
      ).findings()
      #expect(found.state == .unfinished && found.finished == 1 && found.summary == nil)
    }
  }
}
