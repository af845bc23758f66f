import HoldfastAttacks
import HoldfastCore
import HoldfastErrors
import Testing

@Suite("The table of attacks")
struct AttackTableTests {
  @Test func everyEntryParsesWithItsDefaults() throws {
    for entry in AttackTable.entries {
      let recipes = try AttackTable.recipes(entry.name, norm: entry.norms[0])
      #expect(recipes.count > 1 || recipes.first?.name == entry.name)
      #expect(!entry.summary.isEmpty)
    }
    #expect(Set(AttackTable.entries.map(\.name)).count == AttackTable.entries.count)
  }

  /// The options as listed are the defaults.
  @Test func listedDefaultsAreTheDefaults() throws {
    for entry in AttackTable.entries {
      let options = entry.options.filter { !$0.contains("/") }
      guard !options.isEmpty else { continue }
      let spelled = try AttackTable.recipes(
        "\(entry.name):\(options.joined(separator: ","))", norm: entry.norms[0])
      let plain = try AttackTable.recipes(entry.name, norm: entry.norms[0])
      #expect("\(spelled)" == "\(plain)")
    }
  }

  @Test(arguments: [
    ("standard", ["screen", "screen-t", "apgd-ce", "apgd-t", "fab-t", "square"]),
    (
      "plus",
      ["screen", "screen-t", "apgd-ce", "apgd-dlr", "fab", "square", "apgd-t", "fab-t"]
    ),
    ("gradient", ["screen", "screen-t", "apgd-ce", "apgd-t"]),
    ("binary", ["screen", "screen-t", "apgd-ce", "square"]),
    ("rand", ["apgd-ce", "apgd-dlr"]),
  ])
  func versionsOfAutoAttack(_ version: String, _ parts: [String]) throws {
    let recipes = try AttackTable.recipes("autoattack:version=\(version)")
    #expect(recipes.map(\.name) == parts)
    let screens = version == "rand" ? [] : ["screen", "screen-t"]
    #expect(recipes.filter(\.isScreen).map(\.name) == screens)
    for recipe in recipes {
      let isRepeated = version == "plus" && ["apgd-ce", "apgd-dlr", "fab"].contains(recipe.name)
      #expect(recipe.restarts == (isRepeated ? 5 : 1))
      let targets = ["screen-t": 3, "apgd-t": 9, "fab-t": 9]
      #expect(recipe.targets == targets[recipe.name] ?? 0)
    }
    let full = try AttackTable.recipes("autoattack:version=\(version),screen=false")
    #expect(full.map(\.name) == parts.filter { !screens.contains($0) })
  }

  @Test func autoAttackInL1() throws {
    let recipes = try AttackTable.recipes("autoattack:screen=false", norm: .l1)
    #expect(recipes.map(\.restarts) == [5, 1, 1, 1])
    #expect(recipes.map(\.targets) == [0, 5, 9, 0])
    #expect((recipes[0].attack as? SparseAPGD)?.largeRadii == true)
    #expect((recipes[1].attack as? SparseAPGD)?.largeRadii == true)

    // The reference changes its standard form alone.
    let plus = try AttackTable.recipes("autoattack:version=plus,screen=false", norm: .l1)
    #expect(plus.map(\.restarts) == [5, 5, 5, 1, 1, 1])
    #expect(plus.map(\.targets) == [0, 0, 0, 0, 9, 9])
    #expect(plus.allSatisfy { ($0.attack as? SparseAPGD)?.largeRadii != true })
  }

  @Test func squareAloneNeedsFloat32() throws {
    for entry in AttackTable.entries {
      for recipe in try AttackTable.recipes(entry.name, norm: entry.norms[0]) {
        #expect(!recipe.searchesInBFloat16(at: .float32))
        #expect(recipe.searchesInBFloat16(at: .mixed) == recipe.isScreen)
        #expect(recipe.searchesInBFloat16(at: .bfloat16) == (recipe.name != "square"))
      }
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
