// swift-tools-version: 6.2
import PackageDescription

/// Files become features, features become a city, the city becomes indicators, indicators become scores, scores and
/// cash flows become concepts, concepts become pages. Data flows left to right; nothing on the left knows the right.
///
/// `REKINDLE_STRICT=1` (set by `make test`) turns the engine's own warnings into errors.
let house: [SwiftSetting] =
  (Context.environment["REKINDLE_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : []) + [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]

let package = Package(
  name: "Rekindle",
  products: [
    .executable(name: "rekindle", targets: ["rekindle"]),
    .library(name: "DecisionAnalysis", targets: ["DecisionAnalysis"]),
    .library(name: "ProjectFinance", targets: ["ProjectFinance"]),
    .library(name: "SimpleFeatures", targets: ["SimpleFeatures"]),
    .library(name: "UrbanIndicators", targets: ["UrbanIndicators"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Doors to C: a module map and a shim, nothing else.
    .systemLibrary(name: "CGEOS", providers: [.apt(["libgeos-dev"])]),
    .systemLibrary(name: "CPROJ", providers: [.apt(["libproj-dev"])]),
    .systemLibrary(name: "CXLSXWriter", providers: [.apt(["libxlsxwriter-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

    // Values.
    .target(name: "SimpleFeatures", swiftSettings: house),
    .target(name: "TextFormats", swiftSettings: house + [.strictMemorySafety()]),

    // Doors to files and to C.
    .target(
      name: "SpatialEngine", dependencies: ["SimpleFeatures", "CGEOS", "CPROJ"],
      swiftSettings: house + [.strictMemorySafety()]),
    .target(
      name: "GeoFormats",
      dependencies: ["SimpleFeatures", "TextFormats", "CSQLite", "CZlib", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: house + [.strictMemorySafety()]),

    // Domain.
    .target(name: "UrbanIndicators", dependencies: ["SimpleFeatures"], swiftSettings: house),
    .target(name: "DecisionAnalysis", swiftSettings: house),
    .target(name: "ProjectFinance", swiftSettings: house),

    // Composition.
    .target(
      name: "Assessment",
      dependencies: [
        "SimpleFeatures", "TextFormats", "SpatialEngine", "GeoFormats", "UrbanIndicators", "DecisionAnalysis", "ProjectFinance",
        "CCrypto", "Yams",
      ],
      swiftSettings: house),

    // Publication.
    .target(
      name: "Publishing",
      dependencies: [
        "Assessment", "SimpleFeatures", "TextFormats", "GeoFormats", "ProjectFinance", "CXLSXWriter",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      swiftSettings: house),
    .executableTarget(
      name: "rekindle",
      dependencies: [
        "Assessment", "Publishing", "GeoFormats", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: house),

    // Tests mirror the sources; the last ones run the built executable.
    .testTarget(name: "SimpleFeaturesTests", dependencies: ["SimpleFeatures"], swiftSettings: house),
    .testTarget(name: "TextFormatsTests", dependencies: ["TextFormats"], swiftSettings: house),
    .testTarget(name: "SpatialEngineTests", dependencies: ["SpatialEngine", "SimpleFeatures"], swiftSettings: house),
    .testTarget(
      name: "GeoFormatsTests",
      dependencies: ["GeoFormats", "TextFormats", "SimpleFeatures", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: house),
    .testTarget(name: "UrbanIndicatorsTests", dependencies: ["UrbanIndicators", "SimpleFeatures"], swiftSettings: house),
    .testTarget(name: "DecisionAnalysisTests", dependencies: ["DecisionAnalysis"], swiftSettings: house),
    .testTarget(name: "ProjectFinanceTests", dependencies: ["ProjectFinance"], swiftSettings: house),
    .testTarget(
      name: "AssessmentTests",
      dependencies: [
        "Assessment", "SimpleFeatures", "TextFormats", "SpatialEngine", "GeoFormats", "UrbanIndicators", "DecisionAnalysis",
        "ProjectFinance",
      ],
      swiftSettings: house),
    .testTarget(
      name: "PublishingTests",
      dependencies: ["Publishing", "Assessment", "GeoFormats", "TextFormats", "SimpleFeatures", "UrbanIndicators", "ProjectFinance"],
      swiftSettings: house),
    .testTarget(name: "EndToEndTests", dependencies: ["rekindle", "GeoFormats", "TextFormats", "SimpleFeatures"], swiftSettings: house),
  ]
)
