#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A port of this machine that was free a moment ago; nil where none can be had.
public func freePort() -> UInt16? {
  #if canImport(Darwin)
    let kind = SOCK_STREAM
  #else
    let kind = Int32(SOCK_STREAM.rawValue)
  #endif
  let descriptor = socket(AF_INET, kind, 0)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  return withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
      guard bind(descriptor, generic, length) == 0, getsockname(descriptor, generic, &length) == 0
      else { return nil }
      return pointer.pointee.sin_port.bigEndian
    }
  }
}
