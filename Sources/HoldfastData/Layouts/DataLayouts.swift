public import HoldfastCore

/// Every layout there is: the source of recognition and listings.
public enum DataLayouts {
  /// The lines, in the order in which a path is tried.
  public static let entries: [DataLayout] = [
    .tinyImageNet, .esc50, .ucf101, .llvip, .modelNet, .modelNetPoints, .nImageNet, .spokenDigits,
    .msrvtt,
    .audioCaps, .clotho, .coco, .flickr8k, .flickr30k, .webDataset, .manifests, .captionFile,
    .classFolders,
  ]

  /// The layout of what lies at a path; nil if it is unknown.
  public static func layout(of path: String) -> DataLayout? {
    entries.first { $0.matches(path) }
  }

  /// The modalities of the data if none is named: those that a manifest lists, or the one that the
  /// layout holds; empty if neither says.
  ///
  /// - Throws: ``DataError`` for a manifest that cannot be read.
  public static func senses(of path: String) throws -> [Modality] {
    guard let layout = layout(of: path) else { return [] }
    if layout.name == DataLayout.manifests.name { return try manifestSenses(at: path) }
    return layout.senses.count == 1 ? layout.senses : []
  }
}
