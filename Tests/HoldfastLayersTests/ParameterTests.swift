import Foundation
import HoldfastErrors
import HoldfastFormats
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Parameters") struct ParameterTests {
  private let map = KeyMap(
    renames: [("block.", "layers."), (".up.", ".fc1.")],
    parts: (".qkv.", [".q.", ".k."]), transposed: ["head.weight"])

  @Test("a key map renames, cuts and transposes")
  func keyMap() {
    #expect(map.stored("block.0.up.weight") == .tensor("layers.0.fc1.weight"))
    #expect(map.stored("block.1.qkv.bias") == .rows(["layers.1.q.bias", "layers.1.k.bias"]))
    #expect(map.stored("head.weight") == .transposed("head.weight"))
    #expect(KeyMap.identity.stored("a.b") == .tensor("a.b"))
  }

  @Test("a store comes back from its file, in any float type")
  func roundTrip() throws {
    var store = ParameterStore()
    store["block.0.qkv.weight"] = try Tensor([1, 2, 3, 4] as [Float], [4, 1])
    store["head.weight"] = try Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
    try withTemporaryFolder { folder in
      for dtype in [DType.float32, .float64, .float16, .bfloat16] {
        var typed = store
        for name in store.names { typed[name] = try store[name]?.to(dtype) }
        let path = folder.appendingPathComponent("w.safetensors").path
        try typed.write(to: path, keys: map)
        let file = try openCheckpoint(at: path)
        #expect(file.names == ["head.weight", "layers.0.k.weight", "layers.0.q.weight"])
        #expect(try file.entry(for: "head.weight").shape == [3, 2])

        let loader = try ParameterLoader(CheckpointSource(file, keys: map))
        let qkv = loader.root["block"][0]["qkv"].parameter("weight", [4, 1])
        let head = loader.root["head"].parameter("weight", [2, 3])
        let read = try loader.finish()
        #expect(read.names == store.names)
        #expect(qkv.dtype == .float32 && !qkv.requiresGradient)
        #expect(try qkv.array(of: Float.self) == [1, 2, 3, 4])
        #expect(try head.array(of: Float.self) == [1, 2, 3, 4, 5, 6])
      }
    }
  }

  @Test("everything that does not fit is in one error")
  func oneError() throws {
    try withTemporaryFolder { folder in
      var store = ParameterStore()
      store["a"] = try .zeros([2])
      store["b"] = try .zeros([2, 3])
      store["spare"] = try .zeros([1])
      store["x.position_ids"] = try .zeros([1])
      store["buffers.mean"] = try .zeros([1])
      let path = folder.appendingPathComponent("w.safetensors").path
      try store.write(to: path, keys: .identity)
      let loader = try ParameterLoader(
        CheckpointSource(openCheckpoint(at: path), keys: .identity))
      _ = loader.root.parameter("a", [2])
      _ = loader.root.parameter("b", [3, 2])
      _ = loader.root["c"][7].parameter("weight", [1])
      let error = try #require(throws: CheckpointError.self) {
        try loader.finish(allowing: ["*.position_ids", "buffers.*"])
      }
      #expect(error.missing == ["c.7.weight"])
      #expect(error.unexpected == ["spare"])
      #expect(error.mismatched == ["b: [2, 3] in the file, [3, 2] in the model"])
      #expect(error.file == path)
      let text = error.description
      #expect(text.contains("1 missing, 1 unexpected, 1 unfit") && text.contains("hint: "))
    }
  }

  @Test("integers are no weights")
  func integers() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("w.safetensors").path
      let entry = SafetensorsWriter.Tensor(name: "a", type: .int64, shape: [1]) {
        [UInt8](repeating: 0, count: 8)
      }
      try SafetensorsWriter.write([entry], to: path)
      let loader = try ParameterLoader(
        CheckpointSource(openCheckpoint(at: path), keys: .identity))
      _ = loader.root.parameter("a", [1])
      let error = try #require(throws: CheckpointError.self) { try loader.finish() }
      #expect(error.mismatched.count == 1 && error.unexpected.isEmpty)
    }
  }

  @Test("a fresh parameter depends on the seed and its own name alone")
  func initialisation() throws {
    func draw(_ seed: UInt64, _ names: [String]) throws -> [String: [Float]] {
      let loader = try ParameterLoader(InitialSource(Generator(seed: seed, stream: 0)))
      var values: [String: [Float]] = [:]
      for name in names {
        values[name] = try loader.root.parameter(name, [4], .normal(1)).array(of: Float.self)
      }
      _ = try loader.finish()
      return values
    }
    let (one, other) = (try draw(1, ["a", "b"]), try draw(1, ["b", "a"]))
    #expect(one == other)
    #expect(one["a"] != one["b"])
    #expect(try draw(2, ["a"])["a"] != one["a"])
  }

  @Test("an absurd size is reported, not allocated")
  func absurdSize() throws {
    let loader = try ParameterLoader(InitialSource(Generator(seed: 1, stream: 0)))
    _ = loader.root.parameter("a", [1 << 40, 1 << 40])
    #expect(throws: CheckpointError.self) { try loader.finish() }
  }

  @Test("trainable copies leave the frozen originals alone")
  func trainable() throws {
    var store = ParameterStore()
    store["w"] = try Tensor([1, 2] as [Float])
    store["b"] = try Tensor([3] as [Float])
    let copy = try store.trainable { $0 == "w" }
    let (w, b) = (try #require(copy["w"]), try #require(copy["b"]))
    #expect(w.requiresGradient && !b.requiresGradient)
    #expect(store["w"]?.requiresGradient == false)
    let optimizer = try Optimizer.sgd([w])
    try optimizer.step([gradient(of: w.squared().sum(), withRespectTo: w)], learningRate: 0.5)
    #expect(try w.detached().array(of: Float.self) == [0, 0])
    #expect(try store["w"]?.array(of: Float.self) == [1, 2])
    #expect(try copy.frozen()["w"]?.requiresGradient == false)
  }

  @Test("a cast is recorded, and shares what has the type already")
  func cast() throws {
    var store = ParameterStore()
    store["a"] = try Tensor([1, 2, 3] as [Float]).leaf()
    store["b"] = try Tensor([1, 2] as [Float]).to(.bfloat16)
    let half = try store.cast(to: .bfloat16)
    #expect(half.names == store.names && half["a"]?.dtype == .bfloat16)
    #expect(half["b"] === store["b"])
    let loss = try #require(half["a"]).to(.float32).squared().sum()
    let slope = try gradient(of: loss, withRespectTo: #require(store["a"]))
    #expect(try slope.array(of: Float.self) == [2, 4, 6])
  }

  @Test("what lies over a store replaces its names in place, and appends its own")
  func overlaid() throws {
    var (store, over) = (ParameterStore(), ParameterStore())
    for name in ["a", "b"] { store[name] = try .zeros([2]) }
    for name in ["c", "a"] { over[name] = try .ones([2]) }
    let both = store.overlaid(by: over)
    #expect(both.names == ["a", "b", "c"])
    #expect(both["a"] === over["a"] && both["b"] === store["b"] && both["c"] === over["c"])
    #expect(store.names == ["a", "b"] && store["a"] !== over["a"])
  }

  @Test("written like its source: element types that hold every value, and buffers if asked")
  func likeSource() throws {
    var source = ParameterStore()
    source["head.weight"] = try Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3]).to(.float16)
    source["block.0.up.weight"] = try Tensor([1, 2] as [Float], [2, 1]).to(.float16)
    source["mask"] = try Tensor([7] as [Float])
    try withTemporaryFolder { folder in
      let path = { (name: String) in folder.appendingPathComponent(name).path }
      try source.write(to: path("in"), keys: map)
      let file = try openCheckpoint(at: path("in"))
      var store = ParameterStore()
      store["head.weight"] = try source["head.weight"]?.to(.float32)
      store["block.0.up.weight"] = try Tensor([1, 1e-9] as [Float], [2, 1])
      for buffers in [true, false] {
        try store.write(to: path("out"), keys: map, like: file, buffers: buffers)
        let written = try openCheckpoint(at: path("out"))
        let own = ["head.weight", "layers.0.fc1.weight"]
        #expect(written.names == own + (buffers ? ["mask"] : []))
        #expect(try written.entry(for: own[0]) == file.entry(for: own[0]))
        #expect(try written.entry(for: own[1]).type == .float32)
        #expect(try written.floats(of: own[1]) == [1, 1e-9])
        if buffers { #expect(try written.floats(of: "mask") == [7]) }
      }
    }
  }
}
