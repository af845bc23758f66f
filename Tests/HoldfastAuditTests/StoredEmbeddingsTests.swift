import Foundation
import HoldfastAudit
import HoldfastData
import HoldfastFormats
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Embeddings on disk")
struct StoredEmbeddingsTests {
  private func stored(
    _ values: [Float], _ shape: [Int], name: String = "embeddings", names: String? = nil,
    type: ElementType = .float32, width: Int = 2
  ) throws -> StoredEmbeddings {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("e.safetensors").path
      let tensor = try Tensor(values, shape).to(type == .float16 ? .float16 : .float32)
      try SafetensorsWriter.write(
        [SafetensorsWriter.Tensor(name: name, type: type, shape: shape) { try tensor.bytes() }],
        metadata: names.map { ["names": $0] } ?? [:], to: file)
      return try StoredEmbeddings(at: file, width: width)
    }
  }

  private func refusal(_ body: () throws -> StoredEmbeddings) -> String {
    do {
      _ = try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("are read with and without names, in any float type")
  func forms() throws {
    let plain = try stored([1, 2, 3, 4], [2, 2])
    #expect(plain.names == nil)
    #expect(try plain.rows.array(of: Float.self) == [1, 2, 3, 4])
    let named = try stored([1, 2, 3, 4], [2, 2], names: #"["a cat", "b"]"#, type: .float16)
    #expect(named.names == ["a cat", "b"])
    #expect(try named.rows.array(of: Float.self) == [1, 2, 3, 4])
  }

  @Test("that are wrong are refused")
  func wrong() {
    #expect(refusal { try stored([1, 2], [1, 2], name: "x") }.contains("no tensor `embeddings`"))
    #expect(refusal { try stored([1, 2], [2]) }.contains("the shape [2]"))
    #expect(refusal { try stored([1, 2], [1, 2], width: 3) }.contains("[any, 3]"))
    #expect(refusal { try stored([], [0, 2]) }.contains("the shape [0, 2]"))
    #expect(refusal { try stored([1, 2, 0, 0], [2, 2]) }.contains("0 or not finite"))
    #expect(refusal { try stored([1, .nan], [1, 2]) }.contains("0 or not finite"))
    #expect(refusal { try stored([1, .infinity], [1, 2]) }.contains("0 or not finite"))
    for names in [#"["a"]"#, #"["a", "a"]"#, "[1, 2]", "nonsense"] {
      #expect(refusal { try stored([1, 2, 3, 4], [2, 2], names: names) }.contains("2 different"))
    }
    #expect(refusal { try StoredEmbeddings(at: "/nowhere", width: 2) } != "no error")
  }
}
