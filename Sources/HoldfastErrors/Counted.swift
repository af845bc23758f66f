/// A number with its noun, such as `1 sample` or `3 samples`.
///
/// - Parameter plural: the noun of several; nil when it only takes an s.
public func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(plural ?? noun + "s")"
}
