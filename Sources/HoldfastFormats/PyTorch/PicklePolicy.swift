/// What a PyTorch file may hold besides tensors in dictionaries.
///
/// Nothing in a pickle ever runs here, whatever the policy; this only decides which foreign objects
/// are skipped and which make the file be refused.
public enum PicklePolicy: Sendable {
  /// Tensors, containers, numbers and text.
  case tensors

  /// Also what training scripts leave beside the weights: numpy scalars, `argparse.Namespace`.
  case trainingRecords
}
