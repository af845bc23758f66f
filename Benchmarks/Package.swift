// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what only the benchmarks need never reaches users of the library.
let libtorch = "\(Context.packageDirectory)/../.libtorch"

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Holdfast", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    .executableTarget(
      name: "holdfast-bench",
      dependencies: [
        .product(name: "Holdfast", package: "Holdfast"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
      ],
      linkerSettings: [
        .unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"])
      ])
  ]
)
