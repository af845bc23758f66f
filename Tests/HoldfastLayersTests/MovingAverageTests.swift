import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("The moving average of parameters") struct MovingAverageTests {
  private func store(_ a: [Float], _ b: Float) throws -> ParameterStore {
    var store = ParameterStore()
    store["a"] = try Tensor(a).leaf()
    store["b"] = try Tensor([b]).leaf()
    return store
  }

  @Test("d · average + (1 - d) · parameter, from the parameters as they were")
  func formula() throws {
    let leaves = try store([1, 2], 8)
    var average = try MovingAverage(of: leaves, decay: 0.75)
    try #require(leaves["a"]).assign(Tensor([5, 2] as [Float]))
    #expect(try average.average["a"]?.array(of: Float.self) == [1, 2])
    try average.update(with: leaves)
    try average.update(with: store([2, 2], 0))
    #expect(try average.average["a"]?.array(of: Float.self) == [2, 2])
    #expect(try average.average["b"]?.array(of: Float.self) == [6])
    #expect(average.average.names.allSatisfy { average.average[$0]?.requiresGradient == false })
    var fewer = leaves
    fewer["b"] = nil
    #expect(throws: TorchError.self) { try average.update(with: fewer) }
  }

  @Test("goes on from what was saved, to the bit; other names and shapes are refused")
  func restored() throws {
    var whole = try MovingAverage(of: store([0.1, 0.2], 0.3), decay: 0.9)
    for step in 0..<4 { try whole.update(with: store([Float(step), 0.7], 1)) }
    let saved = try whole.average.frozen()
    for step in 4..<9 { try whole.update(with: store([Float(step), 0.7], 1)) }
    var resumed = try MovingAverage(of: store([9, 9], 9), decay: 0.9)
    try resumed.restore(saved)
    for step in 4..<9 { try resumed.update(with: store([Float(step), 0.7], 1)) }
    for name in saved.names {
      #expect(try resumed.average[name]?.bytes() == whole.average[name]?.bytes())
    }
    for change in [("a", [3]), ("c", [2])] as [(String, [Int])] {
      var other = saved
      other[change.0] = try .zeros(change.1)
      #expect(throws: CheckpointError.self) { try resumed.restore(other) }
    }
    #expect(try resumed.average["a"]?.bytes() == whole.average["a"]?.bytes())
  }
}
