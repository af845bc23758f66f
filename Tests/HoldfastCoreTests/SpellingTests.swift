import HoldfastCore
import HoldfastErrors
import Testing

@Suite("Spellings of methods")
struct SpellingTests {
  @Test func options() throws {
    var spelling = try Spelling("apgd-ce:steps=50,rho=0.5,parity=true,note=a=b")
    #expect(spelling.name == "apgd-ce")
    #expect(try spelling.takeCount("steps", default: 100) == 50)
    #expect(try spelling.takeCount("restarts", default: 3) == 3)
    #expect(try spelling.takeNumber("rho") == 0.5)
    #expect(try spelling.takeNumber("step") == nil)
    #expect(try spelling.takeFlag("parity", default: false))
    #expect(throws: UsageError.self) { try spelling.finish(known: ["steps=100"]) }
    #expect(try spelling.take("note", "text") { $0 } == "a=b")
    try spelling.finish(known: [])
  }

  @Test func bareName() throws {
    let spelling = try Spelling("fgsm")
    #expect(spelling.name == "fgsm")
    try spelling.finish(known: [])
  }

  @Test(arguments: ["a:", "a:b", "a:b=", "a:=1", "a:b=1,", "a:,b=1", "a:b=1,b=2"])
  func malformed(_ text: String) {
    #expect(throws: UsageError.self) { try Spelling(text) }
  }

  @Test func valuesOfTheWrongKind() throws {
    for text in ["a:n=1.5", "a:n=0", "a:n=-3", "a:n=x", "a:n=99999999999999999999"] {
      var spelling = try Spelling(text)
      #expect(throws: UsageError.self) { try spelling.takeCount("n", default: 1) }
    }
    for text in ["a:n=nan", "a:n=inf", "a:n=-2", "a:n=x"] {
      var spelling = try Spelling(text)
      let error = #expect(throws: UsageError.self) {
        try spelling.takeNumber("n", "a number above 0") { $0 > 0 }
      }
      #expect(error?.message.contains("a number above 0") == true)
    }
    var flag = try Spelling("a:n=yes")
    #expect(throws: UsageError.self) { try flag.takeFlag("n", default: true) }
  }

  @Test func nearestNames() {
    let known = ["fgsm", "pgd", "apgd-ce", "apgd-embedding"]
    #expect(nearest("pdg", among: known) == ["pgd"])
    #expect(nearest("APGD-CE", among: known).first == "apgd-ce")
    #expect(nearest("apgd", among: known).contains("apgd-ce"))
    #expect(nearest("something else", among: known).isEmpty)
    #expect(nearest("", among: []).isEmpty)
    #expect(nearest("a", among: ["b", "c", "d", "e"]).count == 3)
  }

  @Test func errorsEndInTheirHint() {
    #expect(UsageError("No.", hint: "Ask again.").description == "No.\n\nhint: Ask again.")
    #expect(UsageError("No.").description == "No.")
  }
}
