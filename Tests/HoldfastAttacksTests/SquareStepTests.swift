import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("Steps of Square")
struct SquareStepTests {
  let golden: SquareGolden

  init() throws {
    golden = try .load()
  }

  func patch(_ place: [Int], side: Int) -> PatchPlane.Patch {
    PatchPlane.Patch(
      rows: Array(place[0]..<place[0] + side), columns: Array(place[1]..<place[1] + side))
  }

  /// All goldens of a norm in one batch, each with its own window.
  @Test(arguments: Norm.allCases)
  func theFormulas(_ norm: Norm) throws {
    let steps = golden.steps.filter { $0.norm == norm.rawValue }
    #expect(steps.count == 3)
    let shape = [steps.count] + golden.shape
    let clean = try Tensor(steps.flatMap { _ in golden.clean }, shape)
    let best = try Tensor(steps.flatMap(\.best), shape)
    let ball = try Ball(
      around: clean, norm: norm, radii: steps.map { Radius($0.epsilon) }, range: 0...1)
    let plane = try PatchPlane(of: ball)
    var moved: Tensor
    if norm == .linf {
      let draws = try steps.map {
        PatchDraw(patch: patch(try #require($0.place), side: $0.side), signs: $0.signs)
      }
      moved = try ball.project(Square().painted(best, draws, in: ball, plane))
    } else {
      let draws = try steps.map {
        TransferDraw(
          to: patch(try #require($0.to), side: $0.side),
          from: patch(try #require($0.source), side: $0.side),
          isTurned: $0.turned == true, signs: $0.signs)
      }
      moved = try Square().transferred(best, draws, in: ball, plane)
    }
    try expectClose(moved, Tensor(steps.flatMap(\.moved), shape), atol: 2e-6, rtol: 2e-6)
  }

  /// With parity each channel of a window has what all channels had, as in the reference.
  @Test(arguments: [Norm.l2, .l1], [false, true])
  func aWindowHasWhatItsChannelHad(_ norm: Norm, _ parity: Bool) throws {
    // The whole perturbation lies in the first channel of the window, and fills the radius.
    let shape = [1, 2, 9, 9]
    let clean = try Tensor.full(0.5, shape)
    let ball = try Ball(around: clean, norm: norm, radii: [Radius(0.3)], range: 0...1)
    let plane = try PatchPlane(of: ball)
    let patch = PatchPlane.Patch(rows: [0, 1, 2], columns: [0, 1, 2])
    let only = try plane.mask([patch]).to(.float32) * plane.perChannel([[1, 0]] as [[Float]])
    let best = try clean + only * (0.3 / ball.sizePerRow(only))
    let draw = TransferDraw(
      to: patch, from: .init(rows: [6, 7, 8], columns: [6, 7, 8]), isTurned: false, signs: [1, -1])
    let moved = try Square(parity: parity).transferred(best, [draw], in: ball, plane) - clean
    let sizes = try moved.norm(norm.order, [2, 3]).array(of: Float.self)
    #expect(sizes[0] > 0.1)
    #expect(parity ? abs(sizes[1] - sizes[0]) < 1e-5 : sizes[1] < 1e-5, "\(sizes)")
  }

  @Test func bumps() throws {
    for known in golden.bumps {
      let bump = Bump(side: known.side, norm: try #require(Norm(rawValue: known.norm)))
      for (cell, value) in known.values.enumerated() {
        let (row, column) = (cell / known.side, cell % known.side)
        let found = known.turned ? bump[column, row] : bump[row, column]
        #expect(abs(found - value) <= 1e-6, "side \(known.side), \(known.norm), cell \(cell)")
      }
    }
  }

  @Test func shares() {
    for known in golden.schedule {
      let square = Square(queries: known.queries, rescale: known.rescale)
      for pair in known.shares {
        let share = square.share(atStep: Int(pair[0]))
        #expect(abs(share - pair[1]) <= 1e-12, "step \(pair[0]) of \(known.queries)")
      }
    }
  }

  /// A window that is repeated over the frames of a clip has the same norm as in an image.
  @Test(arguments: [Norm.l2, .l1])
  func theRadiusIsSpent(_ norm: Norm) throws {
    for toy in try ToyEncoder.all() + [ToyEncoder.waveform()] {
      let origin = try Tensor.zeros([2] + toy.input.shape)
      let ball = try Ball(
        around: origin, norm: norm, radii: [Radius(1), Radius(3)], range: nil,
        patches: toy.input.patches)
      var noise = Noise([Generator(seed: 0, stream: 0), Generator(seed: 0, stream: 1)])
      let square = Square()
      var x = try ball.project(square.start(in: ball, noise: &noise))
      var state = try square.begin(at: x, in: ball)
      for step in 0..<60 {
        let loss = try Tensor.full(Double(step), [2])
        x = try ball.project(
          square.step(
            &state,
            Evaluation(
              x: x, loss: loss, gradient: x, margin: loss, steps: [step, step]),
            in: ball, noise: &noise))
        try expectClose(
          ball.sizePerRow(x).flattenedRows(), Tensor([1, 3] as [Float], [2, 1]), atol: 1e-5,
          "step \(step) on \(toy.modality)")
      }
    }
  }
}

@Suite("Where patches lie")
struct PatchPlaneTests {
  func plane(_ shape: [Int], _ patches: Patches? = nil) throws -> PatchPlane {
    try PatchPlane(
      of: Ball(
        around: .zeros([1] + shape), norm: .linf, radii: [Radius(1)], range: nil,
        patches: patches))
  }

  /// Every place comes up, the last row and column too; with parity those never do.
  @Test(arguments: [false, true])
  func everyPlaceIsDrawn(_ parity: Bool) throws {
    let plane = try plane([3, 7, 11])
    var generator = Generator(seed: 1, stream: 0)
    var (rows, columns) = (Set<Int>(), Set<Int>())
    for _ in 0..<2000 {
      let patch = plane.draw(side: 3, parity: parity, &generator)
      #expect(patch.rows.count == 3 && patch.columns.count == 3)
      rows.formUnion(patch.rows)
      columns.formUnion(patch.columns)
    }
    #expect(rows == Set(0..<(parity ? 6 : 7)))
    #expect(columns == Set(0..<(parity ? 10 : 11)))
    let whole = plane.draw(side: 7, parity: parity, &generator)
    #expect(whole.rows == Array(0..<7))
  }

  @Test func sides() throws {
    let wide = try plane([1, 6, 100])
    #expect(wide.side(of: 0.8) == 6)
    #expect(wide.side(of: 0.8, least: 3, isOdd: true) == 5)
    #expect(wide.side(of: 0.01) == 2)
    #expect(wide.side(of: 1e-9) == 1)
    let square = try plane([3, 32, 32])
    #expect(square.side(of: 0.8) == 29)
    #expect(square.side(of: 0.8 / 512) == 1)
    #expect(square.side(of: 0.4, least: 3, isOdd: true) == 21)
    #expect(square.side(of: 1, least: 3, isOdd: true) == 31)
    #expect(try plane([1, 2, 2]).side(of: 0.8, least: 3, isOdd: true) == 1)
    let set = try plane([12, 3], .items(axis: 0))
    #expect([0.8, 0.25, 0.001, 1].map { set.side(of: $0) } == [10, 3, 1, 12])
    #expect(set.side(of: 0.001, least: 3, isOdd: true) == 3)
  }

  @Test func aPatchOfAClipIsTheSameInEveryFrame() throws {
    let toy = try ToyEncoder.video()
    let origin = try Tensor.zeros([1] + toy.input.shape)
    let ball = try Ball(
      around: origin, norm: .linf, radii: [Radius(1)], range: nil, patches: toy.input.patches)
    let draw = PatchDraw(
      patch: PatchPlane.Patch(rows: [1, 2], columns: [3, 4]), signs: [1, -1, 1])
    let x = try Square().painted(origin, [draw], in: ball, PatchPlane(of: ball))
    for frame in 0..<4 {
      for channel in 0..<3 {
        let picture = try x.select(0, 0).select(0, channel).select(0, frame)
        let sum = try picture.sum().item()
        #expect(sum == Double(draw.signs[channel] * 4))
        #expect(try picture.slice(0, 1..<3).slice(1, 3..<5).sum().item() == sum)
      }
    }
  }

  @Test func aPatchOfACloudIsSomePoints() throws {
    let toy = try ToyEncoder.points()
    let origin = try Tensor.zeros([1] + toy.input.shape)
    let ball = try Ball(
      around: origin, norm: .linf, radii: [Radius(1)], range: nil, patches: toy.input.patches)
    let draw = PatchDraw(
      patch: PatchPlane.Patch(rows: [0], columns: [2, 7]), signs: [1, -1, 1])
    let x = try Square().painted(origin, [draw], in: ball, PatchPlane(of: ball))
    for point in 0..<12 {
      let moved = try x.select(0, 0).select(0, point).array(of: Float.self)
      #expect(moved == (draw.patch.columns.contains(point) ? [1, -1, 1] : [0, 0, 0]))
    }
  }

  @Test func aPatchOfAWaveformIsAWindow() throws {
    let toy = try ToyEncoder.waveform()
    let plane = try plane(toy.input.shape, toy.input.patches)
    #expect(plane.isOrdered && !plane.isSquare && plane.channels == 1)
    #expect([0.8, 0.25, 1e-9, 1].map { plane.side(of: $0) } == [32, 10, 1, 40])
    #expect(plane.side(of: 0.25, least: 3, isOdd: true) == 11)
    #expect(plane.side(of: 1, least: 3, isOdd: true) == 39)
    var generator = Generator(seed: 1, stream: 0)
    var seen = Set<Int>()
    for _ in 0..<1000 {
      let patch = plane.draw(side: 5, parity: false, &generator)
      #expect(patch.rows == [0] && patch.columns.count == 5)
      #expect(patch.columns == Array(patch.columns[0]..<patch.columns[0] + 5))
      seen.formUnion(patch.columns)
    }
    #expect(seen == Set(0..<40))
  }

  /// A hill and then a hollow of the same norm, highest in the middle of its half.
  @Test(arguments: [Norm.l2, .l1])
  func aBumpOfAWindowHasUnitNorm(_ norm: Norm) {
    for size in 1...9 {
      let bump = Bump(window: size, norm: norm)
      let values = (0..<size).map { Double(bump[0, $0]) }
      let total = values.reduce(0) { $0 + (norm == .l1 ? abs($1) : $1 * $1) }
      #expect(abs(total - 1) < 1e-5, "a window of \(size)")
      #expect(values.prefix(size / 2).allSatisfy { $0 > 0 })
      #expect(values.dropFirst(size / 2).allSatisfy { $0 < 0 })
    }
  }

  @Test func choicesAreDifferentAndFair() {
    var generator = Generator(seed: 3, stream: 0)
    var counts = [Int](repeating: 0, count: 9)
    for _ in 0..<3000 {
      let chosen = generator.choose(4, of: 9)
      #expect(Set(chosen).count == 4)
      for number in chosen { counts[number] += 1 }
    }
    // 3000 · 4/9, give or take five standard deviations.
    #expect(counts.allSatisfy { abs($0 - 1333) < 136 }, "\(counts)")
    #expect(generator.choose(9, of: 9) == Array(0..<9))
    #expect(generator.choose(0, of: 9).isEmpty)
  }

  @Test(arguments: [
    Patches.grid(rows: 3, columns: 1, channels: []), .grid(rows: 1, columns: 1, channels: []),
    .grid(rows: 1, columns: 2, channels: [2]), .grid(rows: -1, columns: 2, channels: []),
    .grid(rows: -4, columns: 1, channels: []), .items(axis: 3),
    .grid(rows: 0, columns: 1, channels: [.max / 2]),
  ])
  func axesThatAreNotThereAreAnError(_ patches: Patches) {
    let error = #expect(throws: TorchError.self) { try plane([3, 4, 5], patches) }
    #expect(error?.code == .shape)
  }
}
