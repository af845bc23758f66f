import ArgumentParser
import Foundation
import Holdfast

/// Times the standard ensemble beside torchattacks, on the same inputs in one run.
struct AttackBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attacks",
    abstract:
      "Time the standard ensemble beside torchattacks, where samples fall and where they stand.")

  @Option(help: "The Python that has torch, transformers and torchattacks.")
  var peer: String?

  @Option(help: "The peer's program.")
  var peerScript = "Tools/peers/bench_attacks.py"

  @Option(help: "A CLIP directory that is not robust.")
  var model: String

  @Option(help: "A CLIP directory that is.")
  var robustModel: String

  @Option(help: "An image folder.")
  var data: String

  @OptionGroup var threads: Threads

  @Option(help: "How long the peer may take, about: it decides how many samples there are.")
  var minutes = 10.0

  @Option(help: "How many samples are looked at to find some that fall, whatever the minutes.")
  var fallen: Int?

  @Option(help: "How many samples that stand are attacked in full, whatever the minutes.")
  var standing: Int?

  @Option(help: "How many images at the shapes of a full-size tower, whatever the minutes.")
  var large: Int?

  @Option(help: "Those shapes.")
  var shape = TowerShape.vitB32

  @Option(help: "Where both sides compute: cpu, cuda or cuda:N.")
  var device = Device.cpu

  func validate() throws {
    guard device.isAvailable else { throw ValidationError("there is no \(device) here") }
    guard minutes > 0, [fallen, standing, large].allSatisfy({ $0 ?? 0 >= 0 }) else {
      throw ValidationError("the peer has more than 0 minutes, and samples are 0 or more")
    }
  }

  func run() throws {
    try threads.use()
    let peer = try peer.map {
      try AttackPeer(
        python: $0, script: peerScript, threads: Torch.threadCount, device: device)
    }
    Threads.showOurs()
    if let versions = peer?.versions {
      show(
        "peer      torchattacks \(versions.torchattacks), torch \(versions.torch), transformers "
          + "\(versions.transformers), \(versions.threads) threads, parameters frozen")
    }
    if device != .cpu { show("device    \(peer?.versions.device ?? device.description)") }
    var failures: [String] = []
    if fallen != 0 { try fall(peer, &failures) }
    if standing != 0 { try stand(peer, &failures) }
    if large != 0 { try atSize(peer, &failures) }
    guard failures.isEmpty else {
      failures.forEach { say("FAILED  \($0)") }
      throw ExitCode(1)
    }
  }

  // MARK: Samples that fall

  private func fall(_ peer: AttackPeer?, _ failures: inout [String]) throws {
    let subject = try classifier(model, peer)
    let inputs = try images(fallen ?? 200)
    show("\nsamples that fall, undefended model, whole ensemble of full budget\n")
    var table = Table(
      texts: ["radius", "samples"],
      numbers: ["holdfast ms", "peer ms", "ratio", "target", "F", "B"])
    for radius in ["4/255", "8/255"].compactMap(Radius.init) {
      let look = try Ensemble(subject: subject.subject, attack: "autoattack:version=gradient")
        .run(inputs, radii: [radius])
      let rows = look.standing(at: 0).enumerated().filter { !$0.element }.map(\.offset)
      guard !rows.isEmpty else { continue }
      var falling = try inputs.selecting(0, Tensor(rows))
      if fallen == nil, let peer {
        falling = try peer.manageable(
          falling, at: [radius], EnsembleBudget(), in: share(0.1), trial: 8)
      }
      let count = falling.shape[0]
      say("\(count) samples that fall at \(radius)")
      let ours = try Ensemble(subject: subject.subject).run(falling, radii: [radius])
      let theirs = try peer?.attack(falling, at: radius, EnsembleBudget())
      let n = Double(count)
      let ratio = theirs.map { $0.seconds / ours.seconds }
      table.add([
        radius.description, "\(count), all fall",
        decimal(1000 * ours.seconds / n), theirs.map { decimal(1000 * $0.seconds / n) } ?? "-",
        ratio.map(times) ?? "-", ratio.map { verdict($0 >= 20, times(20)) } ?? times(20),
        decimal(Double(ours.passes.forward) / n), decimal(Double(ours.passes.backward) / n),
      ])
      compare(ours.standing(at: 0), theirs?.standing, radius, &failures)
    }
    show(table.text())
  }

  // MARK: Samples that stand

  private func stand(_ peer: AttackPeer?, _ failures: inout [String]) throws {
    let subject = try classifier(robustModel, peer)
    let radii = ["1/255", "2/255", "4/255"].compactMap(Radius.init)
    let pool = try images(4 * (standing ?? 16))
    let look = try Ensemble(subject: subject.subject, attack: "autoattack:version=gradient")
      .run(pool, radii: [radii[2]])
    let rows = look.standing(at: 0).enumerated().filter(\.element).map(\.offset)
    var inputs = try pool.selecting(0, Tensor(Array(rows.prefix(standing ?? rows.count))))
    show("\nsamples that stand, robust model, the sweep 1/255, 2/255, 4/255, full budgets\n")
    if standing == nil {
      inputs =
        try peer?.manageable(inputs, at: radii, EnsembleBudget(), in: share(0.4), trial: 2)
        ?? inputs.slice(0, 0..<min(4, inputs.shape[0]))
    }
    let count = inputs.shape[0]
    say("\(count) samples that stand, ours")
    let ours = try Ensemble(subject: subject.subject).run(inputs, radii: radii)
    var theirs = 0.0
    if let peer {
      for (index, radius) in radii.enumerated() {
        say("the peer's run at \(radius)")
        let result = try peer.attack(inputs, at: radius, EnsembleBudget())
        theirs += result.seconds
        compare(ours.standing(at: index), result.standing, radius, &failures)
      }
    }
    failures += ours.missing(EnsembleBudget()).map { "a survivor missed work: \($0)" }
    var table = Table(
      texts: ["samples"], numbers: ["holdfast s", "peer s", "ratio", "target", "F", "B"])
    let n = Double(count)
    table.add([
      "\(count), of which \(ours.standing(at: 2).count { $0 }) stand at 4/255",
      decimal(ours.seconds / n), peer == nil ? "-" : decimal(theirs / n),
      peer == nil ? "-" : times(theirs / ours.seconds),
      peer == nil ? times(1.25) : verdict(theirs / ours.seconds >= 1.25, times(1.25)),
      decimal(Double(ours.passes.forward) / n), decimal(Double(ours.passes.backward) / n),
    ])
    show(table.text())
  }

  // MARK: Full size

  /// Both sides run a fiftieth of the steps and queries at a radius at which all stand.
  private func atSize(_ peer: AttackPeer?, _ failures: inout [String]) throws {
    let budget = EnsembleBudget(steps: 2, targets: 9, queries: 100, screens: false)
    let tower = try Tower(configuration: shape.sizes, device: device)
    let subject = try tower.subject()
    var cheap: Subject?
    if device != .cpu || Torch.multipliesBFloat16 {
      cheap = try Tower(configuration: shape.sizes, dtype: .bfloat16, device: device).subject()
    }
    let radius = Radius(1e-6)
    var inputs = try tower.pixels(large ?? 64)
    try peer?.loadRandom(shape.sizes)
    if large == nil {
      inputs =
        try peer?.manageable(inputs, at: [radius], budget, in: share(0.4), trial: 4)
        ?? inputs.slice(0, 0..<16)
    }
    let count = inputs.shape[0]
    let slots = min(count, BatchSizer.most)
    say("\(shape.name), \(count) samples, float32")
    let ours = try beside(tower) {
      try Ensemble(subject: subject, budget: budget).run(inputs, radii: [radius], slots: slots)
    }
    say("\(shape.name), the peer")
    let theirs = try peer?.attack(inputs, at: radius, budget)
    let fast = try cheap.map { cheap in
      say("\(shape.name), bfloat16 search")
      return try beside(tower) {
        try Ensemble(subject: subject, search: cheap, precision: .bfloat16, budget: budget)
          .run(inputs, radii: [radius], slots: slots)
      }
    }
    let n = Double(count)
    show(
      "\n\(shape.name) shapes, \(count) samples that all stand, a fiftieth of steps and queries\n")
    var table = Table(
      texts: ["search"],
      numbers: ["holdfast s", "peer s", "ratio", "target", "full budget s", "F", "B", "share"])
    func add(_ name: String, _ run: (result: Ensemble.Result, product: Double), target: Double) {
      let (result, product) = run
      let (forward, backward) = (Double(result.passes.forward), Double(result.passes.backward))
      let work = tower.work.total(of: result.passes)
      let ratio = theirs.map { $0.seconds / result.seconds }
      table.add([
        name, decimal(result.seconds / n), theirs.map { decimal($0.seconds / n) } ?? "-",
        ratio.map(times) ?? "-",
        ratio.map { verdict($0 >= target, times(target)) } ?? times(target),
        decimal(50 * result.seconds / n), decimal(forward / n), decimal(backward / n),
        percent(work / result.seconds / product),
      ])
      failures += result.missing(budget).map { "a survivor missed work: \($0)" }
      if !result.standing(at: 0).allSatisfy({ $0 }) { failures.append("\(name): not all stand") }
    }
    add("float32", ours, target: 1.25)
    if let fast { add("bf16", fast, target: 1.8) }
    if let theirs, theirs.standing.contains(false) {
      failures.append("\(shape.name): not all of the peer's stand, so it did less work")
    }
    show(table.text())
    show(
      "the full budget is extrapolated: fifty times the time per sample; the share is that of a "
        + "2048³ float32 product by our linear layer before and after, "
        + "\(decimal(ours.product / 1e9)) GFLOP/s")
  }

  /// A run, and the mean rate of a large product right before it and right after: the machine may not
  /// be as fast all the time.
  private func beside(
    _ tower: Tower, _ run: () throws -> Ensemble.Result
  ) throws -> (result: Ensemble.Result, product: Double) {
    let before = try tower.productRates().linear
    let result = try run()
    return (result, (before + (try tower.productRates().linear)) / 2)
  }

  // MARK: Shared

  /// The seconds that a part of the peer's time has.
  private func share(_ part: Double) -> Double { 60 * minutes * part }

  /// Ours must leave no more standing than the peer does.
  private func compare(
    _ ours: [Bool], _ theirs: [Bool]?, _ radius: Radius, _ failures: inout [String]
  ) {
    guard let theirs else { return }
    let (mine, its) = (ours.count { $0 }, theirs.count { $0 })
    if mine > its { failures.append("\(mine) stand at \(radius), \(its) of the peer's") }
  }

  private func classifier(_ path: String, _ peer: AttackPeer?) throws -> ZeroShotClassifier {
    let set = try openDataSet(at: data, classes: nil)
    let clip = try loadCLIP(at: path, device: device)
    guard let names = set.classNames, let tokenizer = clip.tokenizer else {
      throw ValidationError("\(path) has no tokenizer, or \(data) no classes")
    }
    try peer?.load(path, classes: names)
    return try clip.model.zeroShotClassifier(
      for: names, templates: PromptTemplates(["a photo of a {}."]), tokenizer: tokenizer)
  }

  /// The first images of the data: `(N, 3, H, W)`.
  private func images(_ count: Int) throws -> Tensor {
    let set = try openDataSet(at: data, classes: nil)
    let prefetcher = Prefetcher(
      set, preparation: try loadCLIP(at: model).preprocessor, limit: count)
    var rows: [Tensor] = []
    while let sample = try prefetcher.next() {
      rows.append(try Tensor(sample.input.values, [1] + sample.input.shape))
    }
    return try .concatenating(rows)
  }
}
