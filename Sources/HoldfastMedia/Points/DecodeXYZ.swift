/// Reads points as text: x, y and z of one point in a line, parted by blanks or commas.
///
/// More columns (normals, colours) are skipped, but every line must have as many as the first.
func decodeXYZ(_ bytes: [UInt8], name: String) throws(MediaError) -> PointCloud {
  var lines = TextLines(bytes, name: name, takesCommas: true)
  var coordinates: [Float] = []
  var columns: Int?
  while let words = lines.next() {
    guard words.count >= 3 else {
      throw lines.error("a point has three coordinates, and here are \(words.count)")
    }
    guard words.count == columns ?? words.count else {
      throw lines.error("there are \(words.count) columns, and \(columns ?? 0) in the first line")
    }
    columns = words.count
    for word in words.prefix(3) {
      let value = try lines.float(word)
      guard value.isFinite else {
        throw lines.error("\(lines.shown(word)) is not a finite number")
      }
      coordinates.append(value)
    }
  }
  guard !coordinates.isEmpty else { throw MediaError("the point cloud has no points", file: name) }
  return PointCloud(known: coordinates)
}
