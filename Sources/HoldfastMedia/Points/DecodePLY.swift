/// Reads a PLY file, as text or binary in either order of bytes.
///
/// Of the element `vertex` x, y and z are taken, of `face` the list `vertex_indices` (or
/// `vertex_index`), as fans of triangles; everything else is skipped.
func decodePLY(_ bytes: [UInt8], name: String) throws(MediaError) -> PointShape {
  let header = try PLYHeader(bytes, name: name)
  var values = PLYValues(bytes, header, name: name)
  var coordinates: [Float] = []
  var polygons: [Int] = []
  var vertices = 0
  for element in header.elements where element.count > 0 {
    // So that a count costs no more than the bytes that are there.
    let least = values.leastBytes(of: element)
    guard least > 0, element.count <= values.remaining / least + 1 else {
      throw MediaError(
        "\(element.count) elements of one kind are announced, and \(values.remaining) bytes are left",
        file: name, hint: "the file is truncated or damaged: fetch it again")
    }
    let axes = ["x", "y", "z"].map { axis in
      element.properties.firstIndex { $0.name == axis && $0.count == nil }
    }
    let corners = element.properties.firstIndex {
      ["vertex_indices", "vertex_index"].contains($0.name) && $0.count != nil
    }
    if element.name == "vertex" {
      guard axes.allSatisfy({ $0 != nil }) else {
        throw MediaError("the vertices have no x, y and z", file: name)
      }
      vertices = element.count
    }
    if element.name == "face", corners == nil {
      throw MediaError("the faces have no list of vertex indices", file: name)
    }
    for index in 0..<element.count {
      var row: [Float] = [0, 0, 0]
      for (place, property) in element.properties.enumerated() {
        if element.name == "vertex", let axis = axes.firstIndex(of: place) {
          row[axis] = Float(try values.number(property.type))
        } else if element.name == "face", place == corners, let count = property.count {
          let polygon = try values.list(of: property.type, count: count)
          guard polygon.count >= 3 else {
            throw MediaError("face \(index) has \(polygon.count) corners", file: name)
          }
          let indices = polygon.map { Int(exactly: $0) ?? -1 }
          if let wrong = indices.firstIndex(where: { $0 < 0 }) {
            throw MediaError("face \(index) has the vertex \(polygon[wrong])", file: name)
          }
          polygons += fan(indices)
        } else if let count = property.count {
          _ = try values.list(of: property.type, count: count)
        } else {
          _ = try values.number(property.type)
        }
      }
      if element.name == "vertex" { coordinates += row }
    }
  }
  guard vertices > 0 else { throw MediaError("the point cloud has no points", file: name) }
  return try shape(coordinates: coordinates, corners: polygons, name: name)
}

/// The numbers after the header of a PLY file, in order.
private struct PLYValues {
  private let bytes: [UInt8]
  private let encoding: PLYHeader.Encoding
  private let name: String
  private var position: Int

  init(_ bytes: [UInt8], _ header: PLYHeader, name: String) {
    self.bytes = bytes
    encoding = header.encoding
    self.name = name
    position = header.start
  }

  var remaining: Int { bytes.count - position }

  /// The fewest bytes that an element takes; as text, a digit and what parts it from the next.
  func leastBytes(of element: PLYHeader.Element) -> Int {
    encoding == .ascii
      ? 2 * element.properties.count : element.properties.reduce(0) { $0 + $1.minimum }
  }

  mutating func list(
    of type: PLYHeader.Scalar, count: PLYHeader.Scalar
  ) throws(MediaError) -> [Double] {
    let announced = try number(count)
    let width = encoding == .ascii ? 2 : type.width
    guard let count = Int(exactly: announced), count >= 0, count <= remaining / width + 1 else {
      throw MediaError(
        "a list of \(announced) numbers is announced at byte \(position)", file: name)
    }
    var values: [Double] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try number(type)) }
    return values
  }

  mutating func number(_ type: PLYHeader.Scalar) throws(MediaError) -> Double {
    guard encoding != .ascii else { return try word(type) }
    guard remaining >= type.width else {
      throw MediaError(
        "the file ends at byte \(bytes.count), within its elements", file: name,
        hint: "copy or download it again")
    }
    var bits: UInt64 = 0
    for index in 0..<type.width {
      let place = encoding == .bigEndian ? index : type.width - 1 - index
      bits = bits << 8 | UInt64(bytes[position + place])
    }
    position += type.width
    return switch type {
    case .uint8, .uint16, .uint32: Double(bits)
    case .int8: Double(Int8(truncatingIfNeeded: bits))
    case .int16: Double(Int16(truncatingIfNeeded: bits))
    case .int32: Double(Int32(truncatingIfNeeded: bits))
    case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .float64: Double(bitPattern: bits)
    }
  }

  private mutating func word(_ type: PLYHeader.Scalar) throws(MediaError) -> Double {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    while position < bytes.count, isBlank(bytes[position]) { position += 1 }
    let word = bytes[position...].prefix { !isBlank($0) }
    guard !word.isEmpty else {
      throw MediaError(
        "the file ends within its elements", file: name, hint: "copy or download it again")
    }
    let text = word.count <= 64 ? String(decoding: word, as: UTF8.self) : ""
    let value = type.isFloat ? Double(text) : Int(text).flatMap { Double($0) }
    guard let value else {
      throw MediaError("the text at byte \(position) is not a number", file: name)
    }
    position = word.endIndex
    // As float32 keeps it, so that text and binary files of the same points are alike.
    return type == .float32 ? Double(Float(text) ?? .nan) : value
  }
}
