import HoldfastTensor
import Testing

@Suite("Element types")
struct DTypeTests {
  static let real = DType.allCases.filter { ![.complex64, .complex128].contains($0) }

  @Test(arguments: real)
  func roundTrip(_ dtype: DType) throws {
    let small: [Float] = [0, 1, 1, 0, 1, 0]
    let there = try Tensor(small, [2, 3]).to(dtype)
    #expect(there.dtype == dtype)
    #expect(try there.to(.float32).array(of: Float.self) == small)
    let bytes = try there.bytes()
    #expect(bytes.count == 6 * dtype.width)
    let back = try bytes.withUnsafeBytes { try Tensor(bytes: $0, shape: [2, 3], dtype: dtype) }
    #expect(back.dtype == dtype && back.shape == [2, 3])
    #expect(try back.bytes() == bytes)
    #expect(try Tensor.full(1, [2], dtype: dtype).to(.float32).array(of: Float.self) == [1, 1])
  }

  @Test func arrays() throws {
    #expect(try Tensor([1.5, -2] as [Double]).array(of: Double.self) == [1.5, -2])
    #expect(try Tensor([1, Int.max]).array(of: Int64.self) == [1, .max])
    #expect(try Tensor([true, false]).array(of: Bool.self) == [true, false])
    #expect(try Tensor([0, 255] as [UInt8]).array(of: UInt8.self) == [0, 255])
    let bits = [Float(bitPattern: 1), -0.0, .infinity, .greatestFiniteMagnitude]
    #expect(try Tensor(bits).array(of: Float.self).map(\.bitPattern) == bits.map(\.bitPattern))
  }

  @Test func halfPrecisionRounds() throws {
    let x = try Tensor([1.0009765625, 65520, 1e-8] as [Float])
    #expect(try x.to(.float16).to(.float32).array(of: Float.self) == [1.0009765625, .infinity, 0])
    let coarse = try x.to(.bfloat16).to(.float32).array(of: Float.self)
    #expect(coarse[0] == 1 && coarse[1] == 65536)
  }

  @Test func codable() throws {
    #expect(DType.allCases.allSatisfy { DType(rawValue: $0.description) == $0 })
    #expect(DType.bfloat16.isFloatingPoint && !DType.uint8.isFloatingPoint)
  }
}
