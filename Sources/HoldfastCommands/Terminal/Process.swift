import Foundation

/// Leaves the program after flushing what was printed.
func leave(_ code: Int32) -> Never {
  fflush(nil)
  exit(code)
}

/// A reader that goes away, such as `head`, ends the program quietly.
func quietBrokenPipes() {
  signal(SIGPIPE, SIG_DFL)
}

/// A file that has come to the largest size that the system allows is an error like a full disk.
func surviveFileLimits() {
  signal(SIGXFSZ, SIG_IGN)
}
