import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastRecords
import HoldfastRuns
import HoldfastTensor

/// How often what belongs to a scene is found among what belongs to many, by cosine.
struct SceneRetrieval {
  /// The share of queries whose own scene is among the first k, in one direction.
  struct Direction {
    let first: ProportionRecord
    let firstTen: ProportionRecord
  }

  /// The number of scenes.
  let scenes: Int
  /// From the rows to the columns.
  let there: Direction
  /// From the columns to the rows.
  let back: Direction

  /// - Parameters:
  ///   - rows: unit embeddings of one modality, a row a scene: `(N, E)`.
  ///   - columns: those of another, or of texts, in the same order.
  ///   - captions: texts of the scenes if one side is texts; equal texts are all right.
  init(rows: Tensor, columns: Tensor, captions: [String]? = nil) throws {
    let count = rows.shape[0]
    let cosines = try rows.matmul(columns.transposed(0, 1)).array(of: Float.self)
    scenes = count
    func direction(_ cosine: (Int, Int) -> Float) -> Direction {
      let ranks = (0..<count).map { query in
        func isRight(_ other: Int) -> Bool {
          other == query || captions.map { $0[other] == $0[query] } ?? false
        }
        let best = (0..<count).filter(isRight).map { cosine(query, $0) }.max() ?? -1
        // A tie goes against the model.
        return (0..<count).count { !isRight($0) && cosine(query, $0) >= best }
      }
      return Direction(
        first: .wilson(ranks.count { $0 < 1 }, of: count),
        firstTen: .wilson(ranks.count { $0 < 10 }, of: count))
    }
    there = direction { cosines[$0 * count + $1] }
    back = direction { cosines[$1 * count + $0] }
  }

  /// R@1 and R@10 by chance, if every scene has one partner.
  var chance: (first: Double, firstTen: Double) {
    (1 / Double(scenes), min(1, 10 / Double(scenes)))
  }
}

/// Unit embeddings of samples: `(N, E)`.
func unitEmbeddings(of samples: [PreparedSample], by encoder: any Encoder) throws -> Tensor {
  var parts: [Tensor] = []
  for start in stride(from: 0, to: samples.count, by: 64) {
    let some = samples[start..<min(start + 64, samples.count)]
    let inputs = try Tensor(some.flatMap(\.input.values), [some.count] + encoder.input.shape)
      .to(encoder.device)
    parts.append(try withoutGradients { try encoder.embed(inputs).normalized() })
  }
  return try .concatenating(parts)
}
