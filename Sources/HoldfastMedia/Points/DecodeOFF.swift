/// Reads an OFF file: vertices and polygons as text.
///
/// The counts may follow the word OFF directly, as in some files of ModelNet40. Polygons become fans of
/// triangles around their first corner; numbers after the corners, colours mostly, are skipped.
/// Source: Geomview's manual, "OFF Files".
func decodeOFF(_ bytes: [UInt8], name: String) throws(MediaError) -> PointShape {
  var lines = TextLines(bytes, name: name, from: 3)
  guard bytes.starts(with: Array("OFF".utf8)), let counts = lines.next() else {
    throw MediaError("the OFF file ends before its counts", file: name)
  }
  guard counts.count == 3 else {
    throw lines.error("the counts of vertices, faces and edges are expected here")
  }
  let vertices = try lines.integer(counts[0])
  let faces = try lines.integer(counts[1])
  // A vertex takes six bytes at least, a face four.
  guard vertices >= 0, faces >= 0, vertices <= bytes.count / 6, faces <= bytes.count / 4 else {
    throw lines.error(
      "\(vertices) vertices and \(faces) faces are announced, and the file has \(bytes.count) bytes"
    )
  }
  var coordinates: [Float] = []
  coordinates.reserveCapacity(3 * vertices)
  for index in 0..<vertices {
    guard let words = lines.next() else {
      throw truncated("vertex \(index) of \(vertices)", name)
    }
    guard words.count == 3 else {
      throw lines.error("vertex \(index) has \(words.count) coordinates instead of 3")
    }
    for word in words { coordinates.append(try lines.float(word)) }
  }
  var corners: [Int] = []
  for index in 0..<faces {
    guard let words = lines.next() else { throw truncated("face \(index) of \(faces)", name) }
    let count = try lines.integer(words[0])
    guard count >= 3, count < words.count else {
      throw lines.error("face \(index) announces \(count) corners and has \(words.count - 1)")
    }
    var polygon: [Int] = []
    for word in words[1...count] { polygon.append(try lines.integer(word)) }
    if let wrong = polygon.first(where: { !(0..<vertices).contains($0) }) {
      throw lines.error("face \(index) has the vertex \(wrong), and there are \(vertices)")
    }
    corners += fan(polygon)
  }
  guard lines.next() == nil else {
    throw lines.error("the file goes on after its last face")
  }
  return try shape(coordinates: coordinates, corners: corners, name: name)
}

/// The corners of the triangles around the first corner of a polygon.
func fan(_ polygon: [Int]) -> [Int] {
  guard polygon.count >= 3 else { return [] }
  return (1..<polygon.count - 1).flatMap { [polygon[0], polygon[$0], polygon[$0 + 1]] }
}

/// A mesh, or points if there are no triangles; errors get the file's name.
func shape(coordinates: [Float], corners: [Int], name: String) throws(MediaError) -> PointShape {
  do {
    let cloud = try PointCloud(coordinates: coordinates)
    return corners.isEmpty
      ? .cloud(cloud) : .mesh(try TriangleMesh(vertices: cloud, corners: corners))
  } catch {
    throw MediaError(error.what, file: name, hint: error.hint)
  }
}

private func truncated(_ place: String, _ name: String) -> MediaError {
  MediaError("the file ends before \(place)", file: name, hint: "copy or download it again")
}
