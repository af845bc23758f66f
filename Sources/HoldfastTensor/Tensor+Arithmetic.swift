import CTorch

// Element by element, with broadcasting. A number may stand on either side.

extension Tensor {
  func unary(_ op: Int, _ name: String) throws(TorchError) -> Tensor {
    try make(name, [self]) { hf_unary(Int32(op), handle, $0) }
  }

  func binary(_ op: Int, _ name: String, _ other: Tensor) throws(TorchError) -> Tensor {
    try make(name, [self, other]) { hf_binary(Int32(op), handle, other.handle, $0) }
  }

  func binary(_ op: Int, _ name: String, _ other: Double) throws(TorchError) -> Tensor {
    try make(name, [self]) { hf_binary_scalar(Int32(op), handle, other, $0) }
  }
}

extension Tensor {
  /// Elementwise sum.
  public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_ADD, "+", b)
  }
  /// Sum with a number.
  public static func + (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.binary(HF_ADD, "+", b)
  }
  /// Elementwise difference.
  public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_SUBTRACT, "-", b)
  }
  /// Difference from a number.
  public static func - (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.binary(HF_SUBTRACT, "-", b)
  }
  /// A number minus each element.
  public static func - (a: Double, b: Tensor) throws(TorchError) -> Tensor {
    try make("-", [b]) { hf_scalar_binary(Int32(HF_SUBTRACT), a, b.handle, $0) }
  }
  /// Elementwise product.
  public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_MULTIPLY, "*", b)
  }
  /// Product with a number.
  public static func * (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.binary(HF_MULTIPLY, "*", b)
  }
  /// Product with a number.
  public static func * (a: Double, b: Tensor) throws(TorchError) -> Tensor {
    try b.binary(HF_MULTIPLY, "*", a)
  }
  /// Elementwise quotient.
  public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_DIVIDE, "/", b)
  }
  /// Quotient by a number.
  public static func / (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.binary(HF_DIVIDE, "/", b)
  }
  /// A number over each element.
  public static func / (a: Double, b: Tensor) throws(TorchError) -> Tensor {
    try make("/", [b]) { hf_scalar_binary(Int32(HF_DIVIDE), a, b.handle, $0) }
  }
  /// Elementwise negation.
  public static prefix func - (a: Tensor) throws(TorchError) -> Tensor {
    try a.unary(HF_NEGATE, "negate")
  }

  /// Elementwise power.
  public func power(_ exponent: Double) throws(TorchError) -> Tensor {
    try binary(HF_POWER, "power", exponent)
  }
  /// The larger of two elements.
  public func maximum(_ other: Tensor) throws(TorchError) -> Tensor {
    try binary(HF_MAXIMUM, "maximum", other)
  }
  /// The larger of each element and a number.
  public func maximum(_ other: Double) throws(TorchError) -> Tensor {
    try binary(HF_MAXIMUM, "maximum", other)
  }
  /// The smaller of two elements.
  public func minimum(_ other: Tensor) throws(TorchError) -> Tensor {
    try binary(HF_MINIMUM, "minimum", other)
  }
  /// The smaller of each element and a number.
  public func minimum(_ other: Double) throws(TorchError) -> Tensor {
    try binary(HF_MINIMUM, "minimum", other)
  }
  /// The neighbouring representable number in the direction of `other`.
  public func nextAfter(_ other: Tensor) throws(TorchError) -> Tensor {
    try binary(HF_NEXT_AFTER, "next after", other)
  }
  /// Each element, moved between two bounds, which are broadcast.
  public func clamped(_ low: Tensor, _ high: Tensor) throws(TorchError) -> Tensor {
    try make("clamp", [self, low, high]) { hf_clamp(handle, low.handle, high.handle, $0) }
  }
  /// Each element, moved between two bounds.
  public func clamped(_ low: Double, _ high: Double) throws(TorchError) -> Tensor {
    try make("clamp", [self]) { hf_clamp_scalar(handle, low, high, $0) }
  }
}

// MARK: Comparisons, as masks

extension Tensor {
  /// Elementwise equality, as bools.
  public static func .== (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_EQUAL, "==", b)
  }
  /// Elementwise equality with a number, as bools.
  public static func .== (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.binary(HF_EQUAL, "==", b)
  }
  /// Elementwise inequality, as bools.
  public static func .!= (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_NOT_EQUAL, "!=", b)
  }
  /// Elementwise `<`, as bools.
  public static func .< (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_LESS, "<", b)
  }
  /// Elementwise `<` with a number, as bools.
  public static func .< (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.binary(HF_LESS, "<", b)
  }
  /// Elementwise `<=`, as bools.
  public static func .<= (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_LESS_EQUAL, "<=", b)
  }
  /// Elementwise `<=` with a number, as bools.
  public static func .<= (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.binary(HF_LESS_EQUAL, "<=", b)
  }
  /// Elementwise `>`, as bools.
  public static func .> (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_GREATER, ">", b)
  }
  /// Elementwise `>` with a number, as bools.
  public static func .> (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.binary(HF_GREATER, ">", b)
  }
  /// Elementwise `>=`, as bools.
  public static func .>= (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.binary(HF_GREATER_EQUAL, ">=", b)
  }
  /// Elementwise `>=` with a number, as bools.
  public static func .>= (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.binary(HF_GREATER_EQUAL, ">=", b)
  }
  /// Elementwise and of two masks.
  public func and(_ other: Tensor) throws(TorchError) -> Tensor {
    try binary(HF_AND, "and", other)
  }
  /// Elementwise or of two masks.
  public func or(_ other: Tensor) throws(TorchError) -> Tensor { try binary(HF_OR, "or", other) }
  /// Elementwise exclusive or of two masks.
  public func xor(_ other: Tensor) throws(TorchError) -> Tensor { try binary(HF_XOR, "xor", other) }
  /// Elementwise negation of a mask.
  public func not() throws(TorchError) -> Tensor { try unary(HF_NOT, "not") }
  /// Whether each element is NaN.
  public func isNaN() throws(TorchError) -> Tensor { try unary(HF_IS_NAN, "is NaN") }
  /// Whether each element is neither infinite nor NaN.
  public func isFinite() throws(TorchError) -> Tensor { try unary(HF_IS_FINITE, "is finite") }

  /// Elements of `a` where the mask is true, else of `b`; all broadcast.
  public static func `where`(
    _ mask: Tensor, _ a: Tensor, _ b: Tensor
  ) throws(TorchError) -> Tensor {
    try make("where", [mask, a, b]) { hf_where(mask.handle, a.handle, b.handle, $0) }
  }
  /// These elements, replaced by `value` where the mask is true.
  public func filled(_ value: Double, where mask: Tensor) throws(TorchError) -> Tensor {
    try make("masked fill", [self, mask]) { hf_masked_fill(handle, mask.handle, value, $0) }
  }
}

// MARK: Functions of one element

extension Tensor {
  /// Elementwise absolute value.
  public func absolute() throws(TorchError) -> Tensor { try unary(HF_ABS, "absolute") }
  /// Elementwise exponential.
  public func exp() throws(TorchError) -> Tensor { try unary(HF_EXP, "exp") }
  /// Elementwise natural logarithm.
  public func log() throws(TorchError) -> Tensor { try unary(HF_LOG, "log") }
  /// Natural logarithms of 1 + x, exact near 0.
  public func log1p() throws(TorchError) -> Tensor { try unary(HF_LOG1P, "log1p") }
  /// Elementwise square root.
  public func squareRoot() throws(TorchError) -> Tensor { try unary(HF_SQRT, "square root") }
  /// Elementwise 1 / √x.
  public func inverseSquareRoot() throws(TorchError) -> Tensor {
    try unary(HF_RSQRT, "inverse square root")
  }
  /// Elementwise sine.
  public func sin() throws(TorchError) -> Tensor { try unary(HF_SIN, "sin") }
  /// Elementwise cosine.
  public func cos() throws(TorchError) -> Tensor { try unary(HF_COS, "cos") }
  /// Angles from 0 to π of their cosines.
  public func acos() throws(TorchError) -> Tensor { try unary(HF_ACOS, "acos") }
  /// Elementwise hyperbolic tangent.
  public func tanh() throws(TorchError) -> Tensor { try unary(HF_TANH, "tanh") }
  /// Inverse hyperbolic tangents.
  public func atanh() throws(TorchError) -> Tensor { try unary(HF_ATANH, "atanh") }
  /// Elementwise logistic function.
  public func sigmoid() throws(TorchError) -> Tensor { try unary(HF_SIGMOID, "sigmoid") }
  /// Elementwise max(x, 0).
  public func relu() throws(TorchError) -> Tensor { try unary(HF_RELU, "relu") }
  /// Elementwise sign: -1, 0 or 1.
  public func sign() throws(TorchError) -> Tensor { try unary(HF_SIGN, "sign") }
  /// Largest integers not above.
  public func floor() throws(TorchError) -> Tensor { try unary(HF_FLOOR, "floor") }
  /// Smallest integers not below.
  public func ceil() throws(TorchError) -> Tensor { try unary(HF_CEIL, "ceil") }
  /// Nearest integers, halves to even.
  public func rounded() throws(TorchError) -> Tensor { try unary(HF_ROUND, "round") }
  /// Elementwise square.
  public func squared() throws(TorchError) -> Tensor { try unary(HF_SQUARE, "square") }
  /// Elementwise reciprocal.
  public func reciprocal() throws(TorchError) -> Tensor { try unary(HF_RECIPROCAL, "reciprocal") }
  /// Elementwise error function.
  public func erf() throws(TorchError) -> Tensor { try unary(HF_ERF, "erf") }
  /// GELU, exact (Hendrycks and Gimpel, 2016).
  public func gelu() throws(TorchError) -> Tensor { try unary(HF_GELU, "gelu") }
  /// GELU by its tanh approximation.
  public func geluTanh() throws(TorchError) -> Tensor { try unary(HF_GELU_TANH, "gelu tanh") }
  /// x · σ(1.702 x), the activation of OpenAI's CLIP.
  public func quickGELU() throws(TorchError) -> Tensor { try unary(HF_QUICK_GELU, "quick gelu") }
  /// Elementwise x · σ(x).
  public func silu() throws(TorchError) -> Tensor { try unary(HF_SILU, "silu") }
  /// Real parts of complex elements.
  public func realPart() throws(TorchError) -> Tensor { try unary(HF_REAL, "real part") }
  /// Imaginary parts of complex elements.
  public func imaginaryPart() throws(TorchError) -> Tensor { try unary(HF_IMAG, "imaginary part") }
}
