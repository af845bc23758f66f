import HoldfastTensor
import Testing

@Suite("Bad operations end in an error that says what and with which shapes")
struct ErrorTests {
  func error(_ body: () throws -> Tensor) throws -> TorchError {
    try #require(#expect(throws: TorchError.self) { _ = try body() })
  }

  @Test func shapesThatDoNotFit() throws {
    let (a, b) = (try Tensor.zeros([2, 3]), try Tensor.zeros([4, 5]))
    let cases: [(String, String, () throws -> Tensor)] = [
      ("matmul", "[2, 3] float32, [4, 5] float32", { try a.matmul(b) }),
      ("+", "[2, 3] float32, [4, 5] float32", { try a + b }),
      ("reshape to [7]", "[2, 3]", { try a.reshaped([7]) }),
      ("slice", "[2, 3]", { try a.slice(0, 1..<4) }),
      ("slice", "[2, 3]", { try a.slice(0, -1..<1) }),
      ("slice", "[2, 3]", { try a.slice(2, 0..<1) }),
      ("slice", "[2, 3]", { try a.slice(-3, 0..<1) }),
      ("select 2 of axis 0", "[2, 3]", { try a.select(0, 2) }),
      ("select 0 of axis 5", "[2, 3]", { try a.select(5, 0) }),
      ("concatenate", "[2, 3] float32, [4, 5] float32", { try .concatenating([a, b]) }),
      ("stack", "[2, 3] float32, [4, 5] float32", { try .stacking([a, b]) }),
      ("linear", "[4, 5]", { try a.linear(b) }),
      ("index select", "[2, 3]", { try a.selecting(0, Tensor([2])) }),
      ("gather", "[2, 3]", { try a.gathering(1, Tensor([3], [1, 1])) }),
      ("expand to [4, 3]", "[2, 3]", { try a.expanded([4, 3]) }),
      ("permute [0, 0]", "[2, 3]", { try a.permuted([0, 0]) }),
      ("top 9", "[2, 3]", { try a.top(9).values }),
      ("sum", "[2, 3]", { try a.sum([2]) }),
      ("embedding", "[1]", { try Tensor([9]).embedded(in: a) }),
      ("convolution", "[2, 3]", { try a.convolved(b, stride: [1, 1]) }),
    ]
    for (operation, shapes, body) in cases {
      let error = try error(body)
      #expect(error.code == .shape, "\(error)")
      #expect(error.operation == operation)
      #expect(error.message.contains(shapes), "\(error)")
      #expect(!error.description.contains("frame #"), "\(error)")
    }
  }

  @Test func typesThatDoNotFit() throws {
    let (a, b) = (try Tensor.zeros([2, 2]), try Tensor.zeros([2, 2], dtype: .float64))
    for body in [{ try a.matmul(b) }, { try a.linear(b) }] {
      let error = try error(body)
      #expect(error.code == .dtype, "\(error)")
      #expect(error.message.contains("[2, 2] float32"), "\(error)")
    }
    let error = #expect(throws: TorchError.self) { try a.array(of: Double.self) }
    #expect(error?.code == .dtype)
  }

  @Test func absurdShapes() throws {
    var generator = Generator(seed: 0, stream: 0)
    let huge = [Int.max / 2, 3]
    for body in [
      { try Tensor.zeros(huge) }, { try Tensor.zeros([-1]) }, { try Tensor([1 as Float], huge) },
      { try Tensor([1 as Float], [-1, -1]) }, { try Tensor([1 as Float], [2]) },
      { try generator.uniform(huge) }, { try generator.normal([-4]) },
      { try Tensor.zeros([2, 2]).padded([Int.max / 2, 0]) },
    ] {
      let error = try error(body)
      #expect([.shape, .outOfMemory].contains(error.code), "\(error)")
    }
  }

  @Test func outOfMemoryIsAnErrorAndWorkGoesOn() throws {
    let error = try error { try .zeros([1 << 46]) }
    #expect(error.code == .outOfMemory, "\(error)")
    #expect(try Tensor.ones([3]).sum().item() == 3)
  }

  @Test func devicesThatAreAbsent() throws {
    let x = try Tensor.zeros([1])
    for device in [Device.cuda(99), .cuda(300), .cuda(Int.max)] where !device.isAvailable {
      for body in [{ try x.to(device) }, { try Tensor.zeros([1], device: device) }] {
        let error = try error(body)
        #expect(error.code == .device, "\(error)")
      }
      #expect(throws: TorchError.self) { try device.synchronize() }
    }
    #expect(Device.cpu.isAvailable)
    try Device.cpu.synchronize()
  }

  @Test func namesOfDevices() {
    #expect(Device("cpu") == .cpu && Device("cuda") == .cuda(0) && Device("cuda:3") == .cuda(3))
    #expect(Device("mps") == .mps)
    for name in ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU", "cuda:99999999999999999999"] {
      #expect(Device(name) == nil)
    }
    #expect(Device.cuda(2).description == "cuda:2")
  }

  @Test func itemsAndThreads() throws {
    #expect(throws: TorchError.self) { try Tensor.zeros([2]).item() }
    #expect(throws: TorchError.self) { try Torch.setThreadCount(0) }
    #expect(throws: TorchError.self) { try Torch.setThreadCount(-3) }
    #expect(Torch.threadCount >= 1)
    #expect(Torch.version.hasPrefix("2."))
    #expect(!Torch.cpuCapability.isEmpty)
  }
}
