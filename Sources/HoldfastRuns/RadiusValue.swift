/// The value of a radius written as `4/255` or `0.5`; nil when the text is not a radius.
public func radiusValue(_ text: String) -> Double? {
  let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) }
  switch (parts.count, parts.first ?? nil, parts.last ?? nil) {
  case (1, let value?, _): return value
  case (2, let top?, let bottom?) where bottom != 0: return top / bottom
  default: return nil
  }
}
