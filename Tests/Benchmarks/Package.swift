// swift-tools-version: 6.2
import PackageDescription

/// Benchmarks stand apart, so that nobody who builds the engine builds them.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Rekindle", path: "../..")],
  targets: [
    .executableTarget(
      name: "KernelBenchmarks",
      dependencies: [
        .product(name: "SimpleFeatures", package: "Rekindle"), .product(name: "UrbanIndicators", package: "Rekindle"),
        .product(name: "DecisionAnalysis", package: "Rekindle"), .product(name: "ProjectFinance", package: "Rekindle"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
