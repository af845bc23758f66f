/// What a scene shows: the class to be recognised.
///
/// The order is part of the generator: it decides labels and which combinations are held out.
public enum SceneShape: String, CaseIterable, Codable, Hashable, Sendable {
  /// A shape, by the name that is filled into a prompt.
  case circle, square, triangle, diamond, star, cross, ring, heart, crescent, arrow
  /// A shape, by the name that is filled into a prompt.
  case bolt, drop, spiral, zigzag, grid, hourglass, flower, house, fish, tree

  /// The name to fill into a prompt, such as "star".
  public var className: String { rawValue }
}

/// The colour of a shape or of the background behind it.
public enum SceneColor: String, CaseIterable, Codable, Hashable, Sendable {
  /// A colour, by the name that captions use.
  case red, orange, yellow, green, cyan, blue, purple, pink, white, black
}

/// How a shape is filled: with its colour alone, or with its colour and a second tone of it.
public enum SceneTexture: String, CaseIterable, Codable, Hashable, Sendable {
  /// A filling, by the name that captions use.
  case solid, striped, dotted, checkered, shaded
}

/// The place of the shape in the field of view.
public enum ScenePosition: String, CaseIterable, Codable, Hashable, Sendable {
  /// A ninth of the field of view.
  case topLeft, top, topRight, left, center, right, bottomLeft, bottom, bottomRight

  /// The column, from -1 at the left to 1 at the right.
  public var column: Int { index % 3 - 1 }

  /// The row, from -1 at the top to 1 at the bottom.
  public var row: Int { index / 3 - 1 }
}

/// How large the shape is.
public enum SceneSize: String, CaseIterable, Codable, Hashable, Sendable {
  /// A size, by the name that captions use.
  case small, medium, large
}

/// What the background looks like.
public enum SceneBackground: String, CaseIterable, Codable, Hashable, Sendable {
  /// A background, by the name that captions use.
  case plain, gradient, grainy, lined
}

extension CaseIterable where Self: Equatable, AllCases == [Self] {
  /// The place of the value among all cases, from zero.
  var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension SceneShape {
  /// The class number, from zero.
  public var label: Int { index }
}
