// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target of our own: Swift 6 mode, explicit existentials, imports that
/// do not leak, and warnings that stop the build.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// The folder where `scripts/setup` puts or links libtorch.
///
/// Executables and tests find it there at run time,
/// from any working directory and without environment variables.
let libtorch = "\(Context.packageDirectory)/.libtorch"
let runPath: [LinkerSetting] = [
  .unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"])
]

func library(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: strict)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource]? = nil
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies, exclude: exclude,
    resources: resources, swiftSettings: strict, linkerSettings: runPath)
}

let csv: Target.Dependency = .product(name: "SwiftCSV", package: "SwiftCSV")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

// Ground floor first; a target imports only from floors below its own.
let floor0: [Target] = [
  library("HoldfastErrors", []),
  .systemLibrary(name: "Clibtorch", pkgConfig: "libtorch"),
  .target(
    name: "CTorch", dependencies: ["Clibtorch"],
    cxxSettings: [.unsafeFlags(["-O2"])]),
  .systemLibrary(
    name: "Clibjpeg", pkgConfig: "libjpeg",
    providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
  .systemLibrary(
    name: "Clibpng", pkgConfig: "libpng",
    providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
  .systemLibrary(
    name: "Clibsndfile", pkgConfig: "sndfile",
    providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
  .systemLibrary(
    name: "Clibz", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
  .systemLibrary(
    name: "Clibcrypto", pkgConfig: "libcrypto",
    providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
  .target(name: "CMediaJPEG", dependencies: ["Clibjpeg"]),
  .target(name: "CMediaPNG", dependencies: ["Clibpng"]),
]

let floor1: [Target] = [
  library("HoldfastTensor", ["HoldfastErrors", "CTorch"]),
  library("HoldfastFormats", ["HoldfastErrors", "Clibz", "Clibcrypto"]),
  library("HoldfastRecords", []),
]

let floor2: [Target] = [
  library("HoldfastLayers", ["HoldfastErrors", "HoldfastTensor", "HoldfastFormats"]),
  library("HoldfastText", ["HoldfastErrors", "HoldfastFormats"]),
  library(
    "HoldfastMedia",
    [
      "HoldfastErrors", "HoldfastTensor", "HoldfastFormats", "CMediaJPEG", "CMediaPNG",
      "Clibsndfile",
    ]),
  library("HoldfastRuns", ["HoldfastErrors", "HoldfastRecords", "HoldfastFormats"]),
]

let floor3: [Target] = [
  library("HoldfastCore", ["HoldfastErrors", "HoldfastTensor", "HoldfastLayers"])
]

let floor4: [Target] = [
  library(
    "HoldfastEncoders",
    [
      "HoldfastErrors", "HoldfastCore", "HoldfastLayers", "HoldfastText", "HoldfastMedia",
      "HoldfastFormats",
      "HoldfastTensor",
    ]),
  library("HoldfastAttacks", ["HoldfastCore", "HoldfastTensor"]),
  library(
    "HoldfastData",
    [
      "HoldfastErrors", "HoldfastTensor", "HoldfastCore", "HoldfastFormats", "HoldfastMedia",
      "HoldfastText", csv,
    ]),
  library(
    "HoldfastScenes", ["HoldfastErrors", "HoldfastCore", "HoldfastFormats", "HoldfastMedia"]),
]

let floor5: [Target] = [
  library(
    "HoldfastTraining",
    [
      "HoldfastErrors", "HoldfastTensor", "HoldfastFormats", "HoldfastRecords", "HoldfastLayers",
      "HoldfastCore",
    ])
]

let floor6: [Target] = [
  library(
    "HoldfastDefenses",
    [
      "HoldfastErrors", "HoldfastCore", "HoldfastAttacks", "HoldfastData", "HoldfastText",
      "HoldfastTensor", "HoldfastFormats", "HoldfastLayers", "HoldfastTraining",
    ]),
  library(
    "HoldfastAudit",
    [
      "HoldfastErrors", "HoldfastCore", "HoldfastAttacks", "HoldfastData", "HoldfastRecords",
      "HoldfastRuns", "HoldfastFormats", "HoldfastMedia", "HoldfastTensor",
    ]),
]

let floor7: [Target] = [
  library(
    "HoldfastReport",
    ["HoldfastErrors", "HoldfastRecords", "HoldfastRuns", "HoldfastFormats", mustache])
]

let floor8: [Target] = [
  library(
    "HoldfastEngine",
    [
      "HoldfastErrors", "HoldfastTensor", "HoldfastFormats", "HoldfastRecords", "HoldfastLayers",
      "HoldfastText", "HoldfastMedia", "HoldfastCore", "HoldfastEncoders", "HoldfastAttacks",
      "HoldfastData", "HoldfastScenes", "HoldfastRuns", "HoldfastTraining", "HoldfastDefenses",
      "HoldfastAudit", "HoldfastReport",
    ], resources: [.copy("Models")])
]

let floor9: [Target] = [
  library(
    "Holdfast",
    [
      "HoldfastErrors", "HoldfastTensor", "HoldfastFormats", "HoldfastRecords", "HoldfastLayers",
      "HoldfastText", "HoldfastMedia", "HoldfastRuns", "HoldfastCore", "HoldfastEncoders",
      "HoldfastAttacks", "HoldfastData", "HoldfastScenes", "HoldfastTraining", "HoldfastDefenses",
      "HoldfastAudit", "HoldfastReport", "HoldfastEngine",
    ])
]

let floor10: [Target] = [
  library("HoldfastDemo", ["Holdfast"]),
  // Not a product: what `make fuzz` and the tests run.
  .executableTarget(
    name: "holdfast-fuzz", dependencies: ["Holdfast", arguments], swiftSettings: strict,
    linkerSettings: runPath),
]

let floor11: [Target] = [
  library("HoldfastCommands", ["Holdfast", "HoldfastDemo", arguments, yaml]),
  .executableTarget(
    name: "holdfast", dependencies: ["HoldfastCommands"], swiftSettings: strict,
    linkerSettings: runPath),
]

let testTargets: [Target] = [
  .target(
    name: "HoldfastTestSupport",
    dependencies: [
      "HoldfastCore", "HoldfastTensor", "HoldfastFormats", "HoldfastAttacks", "HoldfastRecords",
    ],
    path: "Tests/HoldfastTestSupport", swiftSettings: strict),
  tests("HoldfastTensor", ["HoldfastTestSupport"], exclude: ["Goldens"]),
  tests("HoldfastFormats", [], exclude: ["Goldens", "Servers"]),
  tests("HoldfastLayers", ["HoldfastTestSupport", "HoldfastTensor", "HoldfastFormats"]),
  tests("HoldfastText", ["HoldfastFormats"], exclude: ["Goldens"]),
  tests("HoldfastMedia", ["HoldfastTensor", "HoldfastFormats"], exclude: ["Goldens"]),
  tests("HoldfastRuns", ["HoldfastTestSupport", "HoldfastRecords", "HoldfastFormats"]),
  tests("HoldfastCore", ["HoldfastTestSupport", "HoldfastLayers", "HoldfastTensor"]),
  tests(
    "HoldfastEncoders",
    [
      "HoldfastTestSupport", "HoldfastCore", "HoldfastLayers", "HoldfastMedia", "HoldfastText",
      "HoldfastTensor", "HoldfastFormats",
    ], exclude: ["Goldens"]),
  tests(
    "HoldfastAttacks", ["HoldfastTestSupport", "HoldfastTensor", "HoldfastCore"],
    exclude: ["Goldens"]),
  tests("HoldfastData", ["HoldfastTestSupport", "HoldfastCore", "HoldfastMedia"]),
  tests(
    "HoldfastScenes", ["HoldfastTestSupport", "HoldfastCore", "HoldfastData", "HoldfastMedia"]),
  tests(
    "HoldfastTraining",
    [
      "HoldfastTestSupport", "HoldfastErrors", "HoldfastTensor", "HoldfastLayers",
      "HoldfastFormats", "HoldfastCore",
    ], exclude: ["Goldens"]),
  tests(
    "HoldfastDefenses",
    [
      "HoldfastTestSupport", "HoldfastData", "HoldfastLayers", "HoldfastTraining",
      "HoldfastAttacks", "HoldfastCore", "HoldfastEncoders",
      "HoldfastFormats", "HoldfastTensor",
    ], exclude: ["Goldens"]),
  tests(
    "HoldfastAudit",
    [
      "HoldfastTestSupport", "HoldfastAttacks", "HoldfastCore", "HoldfastData", "HoldfastFormats",
      "HoldfastMedia", "HoldfastRecords", "HoldfastRuns", "HoldfastScenes", "HoldfastTensor",
    ]),
  tests(
    "HoldfastReport",
    ["HoldfastTestSupport", "HoldfastRecords", "HoldfastRuns", "HoldfastFormats"]),
  tests(
    "HoldfastEngine", ["HoldfastTestSupport", "Holdfast", "HoldfastDemo", yaml]),
  tests("HoldfastDemo", ["HoldfastTestSupport", "Holdfast"]),
  tests("Holdfast", ["HoldfastTestSupport"]),
  tests(
    "HoldfastCommands", ["HoldfastTestSupport", "Holdfast", "HoldfastDemo", arguments],
    exclude: ["Snapshots"]),
]

let package = Package(
  name: "Holdfast",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Holdfast", targets: ["Holdfast"]),
    .executable(name: "holdfast", targets: ["holdfast"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
  ],
  targets: floor0 + floor1 + floor2 + floor3 + floor4 + floor5 + floor6 + floor7 + floor8
    + floor9 + floor10 + floor11 + testTargets,
  cxxLanguageStandard: .cxx20
)
