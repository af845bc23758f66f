import HoldfastCore
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("A tower is its parameters")
struct RebuildTests {
  @Test("rebuilt of its own parameters it embeds the same to the bit", arguments: Family.all)
  func same(family: Family) throws {
    for sense in try family.load().model.senses {
      let (x, again) = (try sense.noise(rows: 2), try sense.rebuilt(sense.parameters))
      #expect(sense.parameters.count > 0)
      try expectClose(again.embed(x), sense.encoder.embed(x), atol: 0, "\(sense.modality)")
    }
  }

  @Test("rebuilt in bfloat16 it is what the model's own conversion gives", arguments: Family.all)
  func bfloat16(family: Family) throws {
    let sample = try family.load()
    for sense in sample.model.senses {
      let x = try sense.noise(rows: 2)
      let half = try sense.rebuilt(sense.parameters.cast(to: .bfloat16)).embed(x)
      let expected = try #require(try sample.converted(sense.modality, .bfloat16)).embed(x)
      #expect(half.dtype == expected.dtype)
      try expectClose(
        half.to(.float32), expected.to(.float32), atol: 0, "\(sense.modality)")
      let change = try (half.to(.float32) - sense.encoder.embed(x)).absolute().max().item()
      #expect(change > 0, "\(sense.modality) was not converted")
    }
  }

  @Test("every parameter it has, and no other", arguments: Family.all)
  func complete(family: Family) throws {
    for sense in try family.load().model.senses {
      var (fewer, more) = (sense.parameters, sense.parameters)
      let name = try #require(sense.parameters.names.last)
      fewer[name] = nil
      more["another"] = try .zeros([1])
      let missing = #expect(throws: CheckpointError.self) { try sense.rebuilt(fewer) }
      #expect(missing?.missing == [name])
      let unexpected = #expect(throws: CheckpointError.self) { try sense.rebuilt(more) }
      #expect(unexpected?.unexpected == ["another"])
    }
  }

  @Test("what lies over a parameter takes effect, and can be trained", arguments: Family.all)
  func overlaid(family: Family) throws {
    for sense in try family.load().model.senses {
      let name = try #require(
        sense.parameters.names.last { (sense.parameters[$0]?.rank ?? 0) >= 2 })
      let x = try sense.noise(rows: 2)
      var over = ParameterStore()
      over[name] = try (#require(sense.parameters[name]) * 1.5 + 0.1).leaf()
      let other = try sense.rebuilt(sense.parameters.overlaid(by: over)).embed(x)
      let change = try (other - sense.encoder.embed(x)).absolute().max().item()
      #expect(change > 1e-4, "\(sense.modality) \(name)")
      let slope = try gradient(of: other.squared().sum(), withRespectTo: #require(over[name]))
      #expect(try slope.absolute().max().item() > 0, "\(sense.modality) \(name)")
    }
  }

  @Test("modalities that share a trunk say so")
  func shared() throws {
    func sharing(_ family: Family, _ modality: Modality) throws -> [Modality] {
      let model = try family.load().model
      return try model.modalities(sharing: #require(model[modality]))
    }
    #expect(try sharing(.imageBind, .video) == [.image, .video])
    #expect(try sharing(.imageBind, .audio) == [.audio])
    #expect(try sharing(.uniBind, .event) == [.image, .video, .event])
    #expect(try sharing(.uniBind, .points) == [.points])
    #expect(try sharing(.tinyBind, .thermal) == [.thermal])
    let model = try Family.uniBind.load().model
    let (image, event) = (try #require(model[.image]), try #require(model[.event]))
    #expect(image.parameters.names == event.parameters.names)
    #expect(image.parameters.names.allSatisfy { image.parameters[$0] === event.parameters[$0] })
  }
}
