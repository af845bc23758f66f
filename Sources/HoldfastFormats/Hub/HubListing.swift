import Foundation

/// What a hub says a revision holds.
struct HubListing {
  /// One file.
  struct File: Hashable {
    /// Its path in the repository.
    let name: String
    /// Its bytes.
    let size: Int
    /// The name of its content in a cache: the SHA-256 of a large file, git's SHA-1 of a small one.
    let checksum: String
  }

  /// The commit that the revision stands for.
  let commit: String
  /// The files, in the hub's order.
  let files: [File]

  /// Reads the hub's answer, which is not trusted: a name that leads out of the cache is refused.
  init(json: Data, of reference: HubReference) throws(FormatError) {
    let place = reference.description
    let answer: Answer
    do {
      answer = try JSONDecoder().decode(Answer.self, from: json)
    } catch {
      throw FormatError(
        "the hub's list of its files is not understood", in: place,
        hint: "check HF_ENDPOINT; it may be the address of something else")
    }
    guard Self.isHexadecimal(answer.sha, 40) else {
      throw FormatError("the hub gives no commit for it", in: place)
    }
    commit = answer.sha
    var files: [File] = []
    for sibling in answer.siblings {
      let name = sibling.rfilename
      let parts = name.split(separator: "/", omittingEmptySubsequences: false)
      let isSafe = parts.allSatisfy { part in
        !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 255
          && !part.utf8.contains { $0 < 0x20 || $0 == 0x5C || $0 == 0x7F }
      }
      guard isSafe else {
        throw FormatError(
          "the hub lists a file \(quoted(name)), which is not a path inside the repository",
          in: place)
      }
      // Without sizes and checksums nothing can be verified, so such a file is as good as not there.
      let checksum = sibling.lfs?.sha256 ?? sibling.blobId ?? ""
      guard let size = sibling.lfs?.size ?? sibling.size, size >= 0,
        Self.isHexadecimal(checksum, sibling.lfs == nil ? 40 : 64)
      else { continue }
      files.append(File(name: name, size: size, checksum: checksum))
    }
    self.files = files
  }

  /// A file by its path.
  subscript(name: String) -> File? { files.first { $0.name == name } }

  private static func isHexadecimal(_ text: String, _ count: Int) -> Bool {
    text.utf8.count == count
      && text.utf8.allSatisfy { $0.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
  }

  private struct Answer: Decodable {
    let sha: String
    let siblings: [Sibling]

    struct Sibling: Decodable {
      let rfilename: String
      let size: Int?
      let blobId: String?
      let lfs: Large?
    }

    struct Large: Decodable {
      let sha256: String
      let size: Int
    }
  }
}
