/// Every layout there is: the source of recognition and listings.
public enum DataLayouts {
  /// The lines, in the order in which a path is tried.
  public static let entries: [DataLayout] = [
    .esc50, .ucf101, .llvip, .modelNet, .modelNetPoints, .nImageNet, .spokenDigits, .webDataset,
    .csv, .classFolders,
  ]

  /// The layout of what lies at a path; none where it is none that is known.
  public static func layout(of path: String) -> DataLayout? {
    entries.first { $0.matches(path) }
  }
}
