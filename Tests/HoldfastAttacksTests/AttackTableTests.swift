import HoldfastAttacks
import HoldfastCore
import Testing

@Suite("The table of attacks")
struct AttackTableTests {
  @Test func everyEntryParsesWithItsDefaults() throws {
    for entry in AttackTable.entries {
      #expect(try AttackTable.recipe(entry.name, norm: entry.norms[0]).name == entry.name)
      #expect(!entry.summary.isEmpty)
    }
    #expect(Set(AttackTable.entries.map(\.name)).count == AttackTable.entries.count)
  }

  /// The options as listed are the defaults.
  @Test func listedDefaultsAreTheDefaults() throws {
    for entry in AttackTable.entries {
      let options = entry.options.filter { !$0.contains("/") }
      guard !options.isEmpty else { continue }
      let spelled = try AttackTable.recipe(
        "\(entry.name):\(options.joined(separator: ","))", norm: entry.norms[0])
      let plain = try AttackTable.recipe(entry.name, norm: entry.norms[0])
      #expect(spelled.restarts == plain.restarts)
      #expect("\(spelled.attack)" == "\(plain.attack)")
    }
  }

  @Test func options() throws {
    let recipe = try AttackTable.recipe("apgd-ce:steps=50,restarts=2,rho=0.5,parity=true")
    let attack = try #require(recipe.attack as? APGD)
    #expect(attack == APGD(steps: 50, rho: 0.5, randomStart: true, parity: true))
    #expect(recipe.restarts == 2)
    #expect(recipe.objective is CrossEntropy)
  }

  @Test(arguments: [
    "apgd-cee", "", ":", "pgd:", "pgd:steps", "pgd:steps=", "pgd:=3", "pgd:steps=0", "pgd:steps=-1",
    "pgd:steps=1e9", "pgd:steps=99999999999999999999", "pgd:steps=3,steps=4", "pgd:step=-1",
    "pgd:step=0", "pgd:step=nan", "pgd:step=inf", "pgd:random-start=maybe", "fgsm:steps=2",
    "apgd-ce:rho=2", "apgd-ce:rho=-0.1", "apgd-embedding:random-start=false", "pgd:colour=red",
    "pgd:steps=3,,restarts=2", "fab:targets=3", "fab-t:targets=0", "cw", "cw-linf:kappa=-1",
  ])
  func nonsenseIsRefused(_ text: String) {
    let error = #expect(throws: UsageError.self) { try AttackTable.recipe(text) }
    #expect(error?.message.isEmpty == false)
  }

  @Test func unknownNamesBringTheNearest() {
    let error = #expect(throws: UsageError.self) { try AttackTable.recipe("apgd-cd") }
    #expect(error?.description.contains("`apgd-ce`") == true)
    let option = #expect(throws: UsageError.self) { try AttackTable.recipe("pgd:colour=red") }
    #expect(option?.description.contains("restarts=1") == true)
  }
}
