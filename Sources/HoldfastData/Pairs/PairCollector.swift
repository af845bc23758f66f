import Foundation
import HoldfastCore
import HoldfastErrors

/// Pairs as they are read.
struct PairCollector {
  let path: String
  private var kind: PairManifest.Kind?
  private var inputs = Names()
  private var partners = Names()
  private var links: [[Int]] = []

  init(path: String) { self.path = path }

  /// Names by their place, in order of appearance.
  private struct Names {
    var list: [String] = []
    var places: [String: Int] = [:]

    mutating func place(of name: String) -> Int {
      if let place = places[name] { return place }
      places[name] = list.count
      list.append(name)
      return list.count - 1
    }
  }

  /// Adds a pair.
  ///
  /// - Parameter toleratesAgain: whether a pair may come twice, as people do write the same caption
  ///   twice for one input; it counts once.
  mutating func add(
    _ input: String, _ partner: String, _ kind: PairManifest.Kind, at place: String,
    toleratesAgain: Bool = false
  ) throws(DataError) {
    let what = kind == .captions ? "caption" : "partner"
    let partner = partner.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !input.isEmpty, !partner.isEmpty else {
      throw DataError(
        "\(place) has no input or no \(what)", in: path, hint: "fill it in, or take it out")
    }
    guard self.kind ?? kind == kind else {
      throw DataError(
        "\(place) has a \(what), unlike those before it", in: path,
        hint: "pair all inputs with captions, or all with files")
    }
    self.kind = kind
    let (row, column) = (inputs.place(of: input), partners.place(of: partner))
    if row == links.count { links.append([]) }
    guard !links[row].contains(column) else {
      if toleratesAgain { return }
      throw DataError(
        "\(place) pairs `\(input)` with `\(partner)` again", in: path, hint: "keep one of the two")
    }
    links[row].append(column)
  }

  /// The pairs of a manifest, whose paths are relative to its folder.
  func manifest(in folder: String, of modality: Modality?) throws(DataError) -> PairManifest {
    let kind = try checked()
    func side(_ names: Names, _ kind: PairManifest.Kind) -> PairManifest.Side {
      PairManifest.Side(
        kind: kind,
        entries: names.list.map { name in
          PairManifest.Entry(
            name: name, file: kind == .captions ? name : located(name, in: folder))
        })
    }
    return PairManifest(
      path: path, layout: "pairs", split: nil, modality: modality, inputs: side(inputs, .files),
      partners: side(partners, kind), links: links)
  }

  /// The pairs of a data set whose inputs `find` looks up; those that it does not find are left
  /// out, and named.
  ///
  /// - Throws: ``DataError`` when no input is there, and what `find` throws.
  func manifest(
    layout: String, split: String?, of modality: Modality, find: (String) throws -> String?
  ) throws -> PairManifest {
    _ = try checked()
    let files = try inputs.list.map(find)
    let missing = zip(inputs.list, files).filter { $0.1 == nil }.map(\.0)
    var (kept, entries, pairs): (Names, [PairManifest.Entry], [[Int]]) = (Names(), [], [])
    for (place, file) in files.enumerated() {
      guard let file else { continue }
      entries.append(PairManifest.Entry(name: inputs.list[place], file: file))
      pairs.append(links[place].map { kept.place(of: partners.list[$0]) })
    }
    guard !entries.isEmpty else {
      throw DataError(
        "lists \(counted(files.count, "input")), and none of their files is there, such as "
          + "`\(missing.first ?? "")`", in: path,
        hint: "put the files into the folders of the layout")
    }
    return PairManifest(
      path: path, layout: layout, split: split, modality: modality,
      inputs: PairManifest.Side(kind: .files, entries: entries),
      partners: PairManifest.Side(
        kind: .captions, entries: kept.list.map { PairManifest.Entry(name: $0, file: $0) }),
      links: pairs, missing: missing)
  }

  /// What the inputs are paired with, once there are pairs that can be confused.
  private func checked() throws(DataError) -> PairManifest.Kind {
    guard let kind else {
      throw DataError("lists no pairs", in: path, hint: "add lines of the form input,caption")
    }
    guard partners.list.count > 1 else {
      throw DataError(
        "pairs everything with `\(partners.list[0])`, so there is nothing to confuse it with",
        in: path, hint: "add pairs with other partners")
    }
    return kind
  }
}
