import HoldfastCore
import HoldfastEncoders
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Sites of every tower")
struct TowerSitesTests {
  private func sites(of tower: any SitedEncoder) -> [Site] {
    [.patchEmbedding, .pooled]
      + (tower.modality == .points && !(tower is TinyBindEncoder) ? [] : [.tokens])
      + (0..<tower.blockCount).flatMap { [.heads($0), .attention($0), .mlp($0), .residual($0)] }
  }

  /// Every sited tower of a family with its modality's noise.
  private func towers(_ family: Family) throws -> [(sense: Sense, tower: any SitedEncoder)] {
    try family.load().model.senses.map { ($0, try #require($0.encoder as? any SitedEncoder)) }
  }

  @Test("reading leaves the embedding the same to the bit", arguments: Family.sited)
  func reading(family: Family) throws {
    for (sense, tower) in try towers(family) {
      for rows in [1, 2] {
        let x = try sense.noise(rows: rows)
        let plain = try tower.embed(x)
        for site in sites(of: tower) {
          let read = try tower.embed(x, sites: SiteReader([site]).sites)
          try expectClose(read, plain, atol: 0, "\(sense.modality) \(site), \(rows) rows")
        }
        let all = SiteReader(sites(of: tower))
        try expectClose(tower.embed(x, sites: all.sites), plain, atol: 0, "\(sense.modality)")
      }
    }
  }

  @Test("what stands at a site decides", arguments: Family.sited)
  func replacing(family: Family) throws {
    for (sense, tower) in try towers(family) {
      let x = try sense.noise(rows: 2)
      let plain = try tower.embed(x)
      for site in sites(of: tower) {
        // A scaled and shifted value would leave a layer norm as it came.
        let other = try tower.embed(
          x, sites: Sites([site: { (compute) throws(TorchError) in try compute().squared() + 0.1 }])
        )
        let change = try (other - plain).absolute().max().item()
        #expect(change > 1e-4, "\(sense.modality) \(site) was not replaced")
      }
    }
  }

  @Test("heads lie side by side in what the projection takes", arguments: Family.sited)
  func shapes(family: Family) throws {
    for (sense, tower) in try towers(family) {
      let (x, reader) = (try sense.noise(rows: 2), SiteReader(sites(of: tower)))
      _ = try tower.embed(x, sites: reader.sites)
      for block in 0..<tower.blockCount {
        let (heads, branch) = (try reader[.heads(block)].shape, try reader[.attention(block)].shape)
        #expect(heads.count == 4 && heads[2] > 1, "\(sense.modality)")
        #expect(Array(heads.prefix(2)) == Array(branch.prefix(2)), "\(sense.modality)")
        #expect(heads[2] * heads[3] == branch[2], "\(sense.modality)")
      }
      #expect(try reader[.pooled].rank == 2)
      if sites(of: tower).contains(.tokens) {
        let (tokens, stream) = (
          try reader[.tokens].shape, try reader[.residual(tower.blockCount - 1)].shape
        )
        #expect(tokens == Array(stream.prefix(2)) + [tower.embeddingWidth], "\(sense.modality)")
      }
    }
  }

  @Test("a tower that pools before it projects says that it has no tokens")
  func withoutTokens() throws {
    let model = try Family.uniBind.load().model
    let sense = try #require(model[.points])
    let tower = try #require(sense.encoder as? any SitedEncoder)
    let error = try #require(throws: TorchError.self) {
      try tower.embed(sense.noise(rows: 1), sites: SiteReader([.tokens]).sites)
    }
    #expect(error.message.contains("tokens"))
  }

  @Test("a gradient may be asked for with respect to what was read in the last block")
  func gradients() throws {
    let sense = try Family.clip.load().model.senses[0]
    let tower = try #require(sense.encoder as? any SitedEncoder)
    let site = Site.residual(tower.blockCount - 1)
    let reader = SiteReader([site])
    let embedding = try tower.embed(sense.noise(rows: 1).leaf(), sites: reader.sites)
    let slope = try gradient(of: embedding.squared().sum(), withRespectTo: reader[site])
    #expect(try slope.select(1, 0).absolute().max().item() > 0)
    #expect(try slope.slice(1, 1..<slope.shape[1]).absolute().max().item() == 0)
  }
}

@Suite("Sites of CLIP's towers against transformers")
struct CLIPSitesTests {
  private static let peers = Array(PeerModel.all.prefix(2))

  private func expectGolden(
    _ peer: PeerModel, _ tower: String, blocks: Int, _ run: (Sites) throws -> Tensor
  ) throws {
    let golden = try Golden("clip-sites/\(peer.name).safetensors")
    let sites = [Site.pooled, .tokens] + (0..<blocks).map { .heads($0) }
    let reader = SiteReader(sites)
    _ = try run(reader.sites)
    for site in sites {
      let name =
        switch site {
        case .pooled: "pooled"
        case .tokens: "tokens"
        case .heads(let block): "heads.\(block)"
        default: ""
        }
      let (ours, theirs) = (try reader[site], try golden["\(tower).\(name)"])
      // Ours ends where the longest text does.
      let expected =
        site == .pooled ? theirs : try theirs.slice(1, 0..<ours.shape[1])
      try expectCloseToScale(ours, expected, ratio: 2e-5, "\(tower) \(name)")
    }
  }

  @Test("images", arguments: peers)
  func vision(peer: PeerModel) throws {
    let (model, golden) = (try peer.load(), try peer.golden())
    try expectGolden(peer, "vision", blocks: model.vision.blockCount) {
      try model.vision.embed(golden["pixels"], sites: $0)
    }
  }

  @Test("texts", arguments: peers)
  func text(peer: PeerModel) throws {
    let (model, golden) = (try peer.load(), try peer.golden())
    try expectGolden(peer, "text", blocks: model.text.blockCount) {
      try model.text.embed(golden["token_ids"], sites: $0)
    }
  }

  @Test("reading a text tower leaves embeddings the same, replacing changes them", arguments: peers)
  func textSites(peer: PeerModel) throws {
    let (text, golden) = (try peer.load().text, try peer.golden())
    let all = try golden["token_ids"]
    for ids in [all, try all.slice(0, 0..<1)] {
      let plain = try text.embed(ids)
      for site in [Site.patchEmbedding, .pooled, .tokens]
        + (0..<text.blockCount).flatMap({ [.heads($0), .attention($0), .mlp($0), .residual($0)] })
      {
        let read = try text.embed(ids, sites: SiteReader([site]).sites)
        try expectClose(read, plain, atol: 0, "\(site)")
        let other = try text.embed(
          ids,
          sites: Sites([site: { (compute) throws(TorchError) in try compute().squared() + 0.1 }]))
        #expect(try (other - plain).absolute().max().item() > 1e-4, "\(site) was not replaced")
      }
    }
  }

  @Test(
    "a text embedder hands its sites on",
    .enabled(if: Fixtures.isPresent, "needs the models in shared/"))
  func embedder() throws {
    let model = try loadModel(at: Fixtures.path("models/clip-tiny-cifar10"))
    let texts = try #require(model.text as? any SitedTextEmbedder)
    let reader = SiteReader([.heads(0)])
    let read = try texts.embed(["a photo of a cat.", "a ship"], sites: reader.sites)
    try expectClose(read, texts.embed(["a photo of a cat.", "a ship"]), atol: 0)
    #expect(try reader[.heads(0)].rank == 4 && texts.blockCount > 0)
  }
}
