// swift-tools-version: 6.2
import PackageDescription

/// Coverage-guided fuzzing of everything that reads bytes from outside. A package of its own, since the sanitizers' flags may only stand
/// in a root package. Its targets are the engine's own sources, seen through symbolic links.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let watched: [SwiftSetting] = house + [.unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"])]

let package = Package(
  name: "Fuzz",
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CGEOS", providers: [.apt(["libgeos-dev"])]),
    .systemLibrary(name: "CPROJ", providers: [.apt(["libproj-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "SimpleFeatures", swiftSettings: watched),
    .target(name: "TextFormats", swiftSettings: watched),
    .target(name: "SpatialEngine", dependencies: ["SimpleFeatures", "CGEOS", "CPROJ"], swiftSettings: watched),
    .target(
      name: "GeoFormats",
      dependencies: ["SimpleFeatures", "TextFormats", "CSQLite", "CZlib", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: watched),
    .target(name: "UrbanIndicators", dependencies: ["SimpleFeatures"], swiftSettings: watched),
    .target(name: "DecisionAnalysis", swiftSettings: watched),
    .target(name: "ProjectFinance", swiftSettings: watched),
    .target(
      name: "Assessment",
      dependencies: [
        "SimpleFeatures", "TextFormats", "SpatialEngine", "GeoFormats", "UrbanIndicators", "DecisionAnalysis", "ProjectFinance", "CCrypto",
        "Yams",
      ],
      swiftSettings: watched),
    .executableTarget(
      name: "FuzzReaders",
      dependencies: ["Assessment", "GeoFormats", "TextFormats", "SimpleFeatures", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: watched + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
)
