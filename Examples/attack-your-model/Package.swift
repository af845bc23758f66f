// swift-tools-version: 6.2
import PackageDescription

// Where `make setup` put libtorch, seen from here; the program finds it there when it runs.
let libtorch = "\(Context.packageDirectory)/../../.libtorch"

let package = Package(
  name: "attack-your-model",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Holdfast", path: "../..")],
  targets: [
    .executableTarget(
      name: "attack-your-model",
      dependencies: [.product(name: "Holdfast", package: "Holdfast")],
      linkerSettings: [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"])])
  ]
)
