import CTorch

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The tensor engine as a whole: its version and its threads.
public enum Torch {
  /// The version of libtorch this program was built with, such as `2.11.0`.
  public static var version: String { String(cString: hf_torch_version()) }

  /// The vector instructions that libtorch's kernels use here, such as `AVX512`.
  public static var cpuCapability: String { String(cString: hf_cpu_capability()) }

  /// Whether this processor multiplies bfloat16 itself, so that a search in it is faster.
  public static var multipliesBFloat16: Bool { hf_multiplies_bfloat16() }

  /// Whether operations are recorded on this thread, so that gradients can be asked for.
  public static var recordsGradients: Bool { hf_gradients_enabled() }

  /// The threads that one operation may use.
  public static var threadCount: Int { Int(hf_thread_count()) }

  /// Sets the threads that one operation may use; at least 1.
  public static func setThreadCount(_ count: Int) throws(TorchError) {
    try check("set thread count", []) { hf_set_thread_count(Int32(clamping: count)) }
  }

  /// Whether threads that wait for each other sleep now, because other programs want the cores; they
  /// spin while nobody does.
  public static var threadsSleep: Bool { hf_threads_sleep() }

  /// The most bytes that this process took so far: of the device's memory, or on the CPU of the machine's.
  public static func peakMemory(of device: Device) throws(TorchError) -> Int {
    if device == .cpu { return peakResidentBytes() }
    var bytes: Int64 = 0
    try check("peak memory", []) { hf_peak_memory(device.code, &bytes) }
    return Int(bytes)
  }

  private static func peakResidentBytes() -> Int {
    var usage = rusage()
    #if canImport(Darwin)
      guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #else
      guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
      return Int(usage.ru_maxrss) << 10
    #endif
  }

  /// The handles that are alive now, for tests that look for leaks.
  public static var liveTensorCount: Int { Int(hf_live_tensors()) }
}
