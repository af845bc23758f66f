import Foundation
import HoldfastCore
import Testing

@Suite("Radii keep the form they are written in")
struct RadiusTests {
  @Test(
    arguments: [("4/255", 4.0 / 255), ("0.5", 0.5), ("4", 4), ("0", 0), ("1e-3", 1e-3)]
      as [(String, Double)])
  func parse(_ text: String, _ value: Double) throws {
    let radius = try #require(Radius(text))
    #expect(radius.value == value)
    #expect(radius.description == text)
    let coded = try JSONEncoder().encode([radius])
    let back = try JSONDecoder().decode([Radius].self, from: coded)
    #expect(back == [radius] && back[0].description == text)
  }

  @Test(arguments: [
    "-1", "1/0", "0/0", "a", " 1/255", "1/255 ", "", "/", "4/", "/255", "1/2/3", "nan", "inf",
    "-inf", "1e999", "-0.0", "-1/-255", "4 / 255", "4/-255", "1,5", "４/255",
  ])
  func refuse(_ text: String) throws {
    #expect(Radius(text) == nil)
    let coded = try JSONEncoder().encode([text])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Radius].self, from: coded) }
  }

  @Test func orderAndEqualityAreByValue() throws {
    let radii = ["8/255", "1/255", "0.01"].compactMap { Radius($0) }.sorted()
    #expect(radii.map(\.description) == ["1/255", "0.01", "8/255"])
    #expect(Radius("2/255") == Radius("4/510"))
    #expect(Set(["2/255", "4/510"].compactMap { Radius($0) }).count == 1)
    #expect(Radius(0.25).description == "0.25")
  }
}
