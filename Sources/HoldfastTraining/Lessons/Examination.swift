/// How a state does on the validation samples.
public struct Examination: Codable, Hashable, Sendable {
  /// One thing that was counted.
  public struct Count: Codable, Hashable, Sendable {
    /// What: `clean`, or the attack, such as `pgd-10`.
    public let name: String
    /// The samples that were answered right.
    public let right: Int
    /// The samples that were asked.
    public let asked: Int

    /// A count of right answers.
    public init(_ name: String, right: Int, of asked: Int) {
      self.name = name
      self.right = right
      self.asked = asked
    }

    /// The share of right answers; 0 when nothing was asked.
    public var value: Double { asked == 0 ? 0 : Double(right) / Double(asked) }
  }

  /// What was counted; the last is what states are chosen by.
  public let counts: [Count]

  /// An examination of the given counts.
  public init(_ counts: [Count]) { self.counts = counts }

  /// What states are chosen by, from 0 to 1.
  public var score: Double { counts.last?.value ?? 0 }
}
