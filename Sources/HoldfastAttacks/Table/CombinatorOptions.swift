import HoldfastCore

extension AttackTable {
  /// The options of attacks that can be averaged over randomness and kept to the 8-bit lattice.
  static let combinatorOptions = ["draws=1", "lattice=false"]
}

extension Spelling {
  /// Takes the options that every attack inside the ball shares out, and puts them around `attack`.
  mutating func takeCombinators(around attack: any Attack) throws(UsageError) -> any Attack {
    let draws = try takeCount("draws", default: 1)
    let onLattice = try takeFlag("lattice", default: false)
    let kept = onLattice ? attack.onLattice() : attack
    return draws > 1 ? kept.averaged(draws) : kept
  }

  /// Takes the transformations of inputs that make examples transfer out, and puts them around
  /// `attack`.
  mutating func takeTransformations(around attack: any Attack) throws(UsageError) -> any Attack {
    let copies = try takeCount("scales", default: 1)
    let probability = try takeNumber("diversity", "a number of [0, 1]") { (0...1).contains($0) }
    let size = try take("translation", "an odd whole number above 0") { text in
      Int(text).flatMap { $0 > 0 && $0 % 2 == 1 && $0 < 1000 ? $0 : nil }
    }
    var result = attack
    if copies > 1 { result = result.scaleInvariant(copies) }
    if let probability, probability > 0 { result = result.diverse(probability) }
    if let size, size > 1 { result = result.translationInvariant(size) }
    return result
  }
}

extension Attack {
  fileprivate func averaged(_ draws: Int) -> any Attack { Averaged(self, draws: draws) }
  fileprivate func onLattice() -> any Attack { Lattice(self) }
  fileprivate func scaleInvariant(_ copies: Int) -> any Attack {
    ScaleInvariant(self, copies: copies)
  }
  fileprivate func diverse(_ probability: Double) -> any Attack {
    DiverseInput(self, probability: probability)
  }
  fileprivate func translationInvariant(_ size: Int) -> any Attack {
    TranslationInvariant(self, size: size)
  }
}
