import Foundation
import HoldfastData
import HoldfastTestSupport
import Testing

@Suite("Splits for training")
struct DataSplitTests {
  /// Pictures of classes of the given sizes, as a set.
  private func with(_ sizes: [Int], _ body: (any DataSet) throws -> Void) throws {
    try Place.with { place in
      for (label, size) in sizes.enumerated() {
        for index in 0..<size { try place.picture("c\(label)/\(index).png") }
      }
      try body(openDataSet(at: place.path("")))
    }
  }

  private func counts(_ set: any DataSet) throws -> [Int: Int] {
    Dictionary(grouping: try set.items(), by: \.label).mapValues(\.count)
  }

  @Test("share all samples out, those of validation in proportion to the classes")
  func proportions() throws {
    try with([40, 20, 10]) { set in
      let (training, validation) = try DataSplit(validation: 7).parts(of: set)
      #expect(try counts(validation) == [0: 4, 1: 2, 2: 1])
      let ids = try [training, validation].map { Set(try $0.items().map(\.id)) }
      #expect(ids[0].isDisjoint(with: ids[1]))
      #expect(ids[0].union(ids[1]) == Set(try set.items().map(\.id)))
      #expect(training.count == 63 && validation.count == 7)
      #expect(try training.indexed().count == 63 && validation.indexed().count == 7)
      #expect(training.listing == set.listing && training.remarks == set.remarks)
      for count in [1, 2, 50, 67] {
        let some = try DataSplit(validation: count).parts(of: set)
        #expect(try some.validation.items().count == count)
        #expect(try counts(some.training).count == 3)
      }
    }
  }

  @Test("depend on the seed and the ids, and on no order")
  func seeds() throws {
    try with([30, 30]) { set in
      let first = try DataSplit(validation: 20, seed: 1).parts(of: set).validation
      let again = try DataSplit(validation: 20, seed: 1).parts(of: set).validation
      let other = try DataSplit(validation: 20, seed: 2).parts(of: set).validation
      let ids = try [first, again, other].map { Set(try $0.items().map(\.id)) }
      #expect(ids[0] == ids[1] && ids[0] != ids[2])
      // The same samples, listed the other way round.
      let rows = try set.items().reversed().map { "\($0.id),c\($0.label)\n" }
      let list = set.path + "/list.csv"
      try Data(("path,label\n" + rows.joined()).utf8).write(to: URL(fileURLWithPath: list))
      let turned = try DataSplit(validation: 20, seed: 1).parts(of: openDataSet(at: list))
      #expect(Set(try turned.validation.items().map(\.id)) == ids[0])
    }
  }

  @Test("learn from classes of one sample, and say so")
  func singles() throws {
    try with([10, 1, 1, 10]) { set in
      let (training, validation) = try DataSplit(validation: 4).parts(of: set)
      #expect(try counts(validation) == [0: 2, 3: 2])
      #expect(try counts(training) == [0: 8, 1: 1, 2: 1, 3: 8])
      let remark = try #require(training.remarks.last)
      #expect(
        remark.contains("2 classes of")
          && remark.contains("with one sample each are learned and not validated: `c1`, `c2`"))
      #expect(validation.remarks == set.remarks)
    }
    try with([3, 1]) { set in
      let remark = try DataSplit(validation: 1).parts(of: set).training.remarks.last
      #expect(remark?.contains("1 class of") == true && remark?.contains("`c1`") == true)
    }
  }

  @Test("refuse a number that the classes cannot give")
  func refusals() throws {
    try with([3, 2]) { set in
      for count in [0, -1, 4, 5, 100] {
        let message = words { try DataSplit(validation: count).parts(of: set) }
        #expect(message.contains("\(count) validation samples cannot be taken from the 5"))
        #expect(message.contains("hint: ask for 1 to 3"))
      }
    }
    try with([1, 1, 1]) { set in
      let message = words { try DataSplit(validation: 1).parts(of: set) }
      #expect(message.contains("hint: give validation data of their own"), "\(message)")
    }
  }

  @Test("count a set without labels as one class")
  func unlabelled() throws {
    try Place.with { place in
      for index in 0..<9 { try place.picture("\(index).png") }
      let set = try openInputs(at: place.path(""))
      let (training, validation) = try DataSplit(validation: 8).parts(of: set)
      #expect(training.count == 1 && validation.count == 8 && !training.hasLabels)
    }
  }
}
