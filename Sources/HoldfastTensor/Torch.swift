import CTorch

/// The tensor engine as a whole: its version and its threads.
public enum Torch {
  /// The version of libtorch this program was built with, such as `2.11.0`.
  public static var version: String { String(cString: hf_torch_version()) }

  /// The vector instructions that libtorch's kernels use here, such as `AVX512`.
  public static var cpuCapability: String { String(cString: hf_cpu_capability()) }

  /// Whether this processor multiplies bfloat16 itself, so that a search in it is faster.
  public static var multipliesBFloat16: Bool { hf_multiplies_bfloat16() }

  /// The threads that one operation may use.
  public static var threadCount: Int { Int(hf_thread_count()) }

  /// Sets the threads that one operation may use; at least 1.
  public static func setThreadCount(_ count: Int) throws(TorchError) {
    try check("set thread count", []) { hf_set_thread_count(Int32(clamping: count)) }
  }

  /// The handles that are alive now, for tests that look for leaks.
  public static var liveTensorCount: Int { Int(hf_live_tensors()) }
}
