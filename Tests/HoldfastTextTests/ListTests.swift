import Foundation
import HoldfastText
import Testing

@Suite struct PromptTemplateTests {
  private func load(_ text: String) throws -> PromptTemplates {
    let scratch = try Scratch()
    return try PromptTemplates(contentsOf: scratch.write("templates.txt", text))
  }

  @Test func standardIsOneSentence() {
    #expect(PromptTemplates.standard.apply("cat") == ["a photo of a cat."])
    #expect(PromptTemplates.standard.count == 1)
  }

  @Test func readsEveryPlaceholder() throws {
    let templates = try load("\u{FEFF}a {}.\r\n\r\n# a {c} again\r\n  the {class}!  \n\n")
    #expect(templates.apply("red fox") == ["a red fox.", "# a red fox again", "the red fox!"])
    #expect(templates.texts == ["a {}.", "# a {} again", "the {}!"])
  }

  @Test func aNameMayLookLikeAPlaceholder() throws {
    #expect(try PromptTemplates(["a {c}."]).apply("{} {c}") == ["a {} {c}."])
  }

  @Test(arguments: [
    ("a {}\n\nno place", "line 3", "has no placeholder"),
    ("{} and {}", "line 1", "more than one"), ("{} {c}", "line 1", "more than one"),
    ("a { }", "line 1", "has no placeholder"), ("", "templates.txt", "no templates"),
    ("\n \r\n", "templates.txt", "no templates"),
  ])
  func faultsNameTheLine(_ text: String, _ place: String, _ what: String) throws {
    let error = failure { try load(text) }
    #expect(error?.where.hasSuffix(place) == true)
    #expect(error?.what.contains(what) == true)
  }

  @Test func listsAreCheckedToo() {
    #expect(failure { try PromptTemplates(["{}", "x"]) }?.where == "template 2")
    #expect(failure { try PromptTemplates([]) }?.what == "no templates")
  }
}

@Suite struct ClassNameTests {
  private func load(_ data: Data) throws -> ClassNames {
    let scratch = try Scratch()
    return try ClassNames(contentsOf: scratch.write("classnames.txt", data))
  }

  @Test func labelsCountTheLines() throws {
    let names = try load(Data("\u{FEFF}airplane\r\n  fire truck \r\n# 3".utf8))
    #expect(Array(names) == ["airplane", "fire truck", "# 3"])
    #expect(names[1] == "fire truck")
    #expect(names.count == 3)
  }

  @Test(arguments: [
    ("cat\n\ndog\n", "line 2", "an empty class name"),
    ("a\nb\n \n", "line 3", "an empty class name"),
    ("cat\ndog\ncat \n", "line 3", "named twice"), ("", "classnames.txt", "no class names"),
  ])
  func faultsNameTheLine(_ text: String, _ place: String, _ what: String) throws {
    let error = failure { try load(Data(text.utf8)) }
    #expect(error?.where.hasSuffix(place) == true)
    #expect(error?.what.contains(what) == true)
  }

  @Test func otherEncodingsAreRefused() {
    #expect(failure { try load(Data([0x63, 0xE9, 0x0A])) }?.what == "not UTF-8 text")
  }
}
