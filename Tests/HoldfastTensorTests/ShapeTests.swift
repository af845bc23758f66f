import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Shapes, selection and reductions")
struct ShapeTests {
  let x: Tensor

  init() throws { x = try Tensor((0..<24).map { Float($0) }, [2, 3, 4]) }

  func values(_ x: Tensor) throws -> [Int] {
    try x.to(.int64).array(of: Int.self)
  }

  @Test func facts() throws {
    #expect(x.shape == [2, 3, 4])
    #expect(x.rank == 3 && x.count == 24 && x.isContiguous && !x.requiresGradient)
    #expect(try Tensor([1 as Float], []).shape == [])
    #expect(try Tensor.zeros([0, 3]).array(of: Float.self) == [])
    #expect(try values(.range(4)) == [0, 1, 2, 3])
    #expect(try values(.ones([2])) == [1, 1])
    #expect(try x.zerosLike().shape == x.shape)
  }

  @Test func reshaping() throws {
    #expect(try x.reshaped([6, -1]).shape == [6, 4])
    #expect(try x.flattenedRows().shape == [2, 12])
    #expect(try x.permuted([2, 0, 1]).shape == [4, 2, 3])
    #expect(try !x.transposed().isContiguous)
    #expect(try x.unsqueezed(-1).shape == [2, 3, 4, 1])
    #expect(try x.unsqueezed(0).squeezed(0).shape == [2, 3, 4])
    #expect(try Tensor([1, 2] as [Float]).perRow(rank: 4).shape == [2, 1, 1, 1])
    #expect(try Tensor([1, 2] as [Float], [2, 1]).expanded([-1, 3]).count == 6)
    // Copying out of a tensor with gaps gives the elements in C order.
    #expect(try values(x.select(0, 0).transposed()) == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
  }

  @Test func selection() throws {
    #expect(try values(x.slice(2, 1..<4, step: 2).select(0, 1)) == [13, 15, 17, 19, 21, 23])
    #expect(try values(x.slice(-1, 3..<4).flattenedRows()) == [3, 7, 11, 15, 19, 23])
    #expect(try x.slice(1, 1..<1).shape == [2, 0, 4])
    #expect(try values(x.select(-1, -1)) == [3, 7, 11, 15, 19, 23])
    let order = try Tensor([2, 0])
    #expect(try values(x.selecting(1, order).select(0, 0)) == [8, 9, 10, 11, 0, 1, 2, 3])
    let mask = try Tensor([false, true])
    #expect(try values(x.rows(where: mask)) == Array(12..<24))
    #expect(try values(mask.nonzero()) == [1])
    let matrix = try Tensor([1, 2, 3, 4] as [Float], [2, 2])
    let index = try Tensor([1, 0], [2, 1])
    #expect(try values(matrix.gathering(1, index)) == [2, 3])
    let nines = try Tensor.full(9, [2, 1])
    #expect(try values(matrix.scattering(1, index, nines)) == [1, 9, 9, 4])
    #expect(try values(matrix) == [1, 2, 3, 4], "scattering changed its operand")
    #expect(try values(matrix.flipped([-1])) == [2, 1, 4, 3])
    #expect(try values(matrix.padded([1, 0], with: 7)) == [7, 1, 2, 7, 3, 4])
    #expect(try values(.concatenating([matrix, matrix], 1)) == [1, 2, 1, 2, 3, 4, 3, 4])
    #expect(try Tensor.stacking([matrix, matrix], -1).shape == [2, 2, 2])
    #expect(try values(order.embedded(in: x.select(0, 0))) == [8, 9, 10, 11, 0, 1, 2, 3])
  }

  @Test func writing() throws {
    let target = try Tensor.zeros([3, 2])
    try target.assign(Tensor([1, 2] as [Float]))
    #expect(try values(target) == [1, 2, 1, 2, 1, 2])
    try target.assignRows(Tensor([2, 0]), Tensor([5, 6, 7, 8] as [Float], [2, 2]))
    #expect(try values(target) == [7, 8, 1, 2, 5, 6])
    let copy = try target.clone()
    try copy.assign(.zeros([1]))
    #expect(try values(target) == [7, 8, 1, 2, 5, 6], "a clone shares memory")
  }

  @Test func reductions() throws {
    let m = try Tensor([1, 2, 3, 6] as [Float], [2, 2])
    #expect(try m.sum().item() == 12)
    #expect(try values(m.sum([0])) == [4, 8])
    #expect(try m.sum([-1], keepAxes: true).shape == [2, 1])
    #expect(try m.mean().item() == 3)
    #expect(try m.mean([0, 1]).item() == 3)
    #expect(try m.max().item() == 6)
    #expect(try values(m.min([1])) == [1, 3])
    #expect(try m.variance().item() == 3.5)
    #expect(try m.norm().item() == Double(Float(50).squareRoot()))
    #expect(try values(m.norm(1, [1])) == [3, 9])
    #expect(try m.norm(.infinity).item() == 6)
    #expect(try values(m.cumulativeSum(1)) == [1, 3, 3, 9])
    #expect(try values(m.argmax()) == [1, 1])
    #expect(try (m .> 5).any().item() == 1)
    #expect(try (m .> 5).all().item() == 0)
    #expect(try (m .> 0).all([0]).array(of: Bool.self) == [true, true])
    let unit = try Tensor([3, 4, 0, 0] as [Float], [2, 2]).normalized()
    try expectClose(unit, Tensor([0.6, 0.8, 0, 0] as [Float], [2, 2]), atol: 1e-7)
  }

  @Test func products() throws {
    let a = try Tensor([1, 2, 3, 4] as [Float], [2, 2])
    let b = try Tensor([1, 0, 1, 1] as [Float], [2, 2])
    #expect(try values(a.matmul(b)) == [3, 2, 7, 4])
    #expect(try values(a.linear(b, Tensor([10, 20] as [Float]))) == [11, 23, 13, 27])
    #expect(try x.matmul(.ones([4, 5])).shape == [2, 3, 5])
  }
}
