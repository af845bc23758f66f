/// A length of time as people read it: `40 s`, `3 min 5 s`, `2 h 10 min`.
package func timeSpan(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  switch whole {
  case ..<60: return "\(whole) s"
  case ..<3600: return "\(whole / 60) min \(whole % 60) s"
  default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
