// swift-tools-version: 6.2
import PackageDescription

// Where `make setup` put libtorch, seen from here; the program finds it there when it runs.
let libtorch = "\(Context.packageDirectory)/../../.libtorch"

let package = Package(
  name: "audit-and-harden",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Holdfast", path: "../..")],
  targets: [
    .executableTarget(
      name: "audit-and-harden",
      dependencies: [.product(name: "Holdfast", package: "Holdfast")],
      linkerSettings: [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"])])
  ]
)
