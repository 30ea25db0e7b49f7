/// One of the creative sub-markets with its needs (method §3, "Creative-sector fit"); a row of `GeoData/sectors.csv`.
public struct Sector: Sendable {
  /// Id, e.g. `visual-arts`.
  public var id: String
  /// Title for people.
  public var title: String
  /// Floor area a job takes, m².
  public var areaPerJob: Double
  /// Smallest unit, m².
  public var smallestUnit: Double
  /// Largest usual unit, m².
  public var usualUnit: Double
  /// Required clear height, m.
  public var clearHeight: Double
  /// Required imposed load, kN/m².
  public var load: Double
  /// high, medium or none.
  public var daylight: String
  /// Noise it makes: high, medium or low.
  public var noiseMade: String
  /// Noise it stands: high, medium or low.
  public var noiseTolerated: String
  /// Street frontage: high, medium or low.
  public var frontage: String
  /// Loading by truck: yes, some or no.
  public var loading: String
  /// Rent it can pay, × market rent.
  public var rentShare: Double

  /// Weight of each need in the fit, in the order of `needs`; they sum to 1. From `GeoData/sector-fit.csv`.
  public var needWeights: [Double]
  /// Lowest utility of a need that is not met at all.
  public var floor: Double

  /// The needs in the order of the fit's factors.
  public static let needs = ["height", "load", "daylight", "size", "frontage", "loading", "noise"]
}

extension Sector {
  /// Reads `GeoData/sectors.csv`.
  static func load(folder: DataFolder) throws -> [Sector] {
    let table = try DataTable(
      file: folder.geoData + "/sectors.csv",
      required: [
        "id", "title", "area_per_job_m2", "unit_min_m2", "unit_usual_m2", "clear_height_m", "load_kn_m2", "daylight", "noise_made",
        "noise_tolerated",
        "frontage", "loading", "rent_share",
      ])
    let needs = try DataTable(file: folder.geoData + "/sector-fit.csv", required: ["need", "weight", "floor"])
    var weights = Array(repeating: 0.0, count: Self.needs.count)
    var floor = 0.05
    for row in 0..<needs.count {
      guard let index = try Self.needs.firstIndex(of: needs.requiredText("need", row)) else {
        throw needs.failure(row, "need", "is none of \(Self.needs.joined(separator: ", ")).")
      }
      weights[index] = try needs.requiredNumber("weight", row)
      floor = try needs.requiredNumber("floor", row)
    }
    guard abs(weights.reduce(0, +) - 1) < 1e-9, floor > 0, floor < 1 else {
      throw AssessmentError(
        .badInput, "\(needs.file): the weights sum to \(weights.reduce(0, +)), not 1, or the floor is not between 0 and 1.")
    }
    return try (0..<table.count).map { row in
      Sector(
        id: try table.requiredText("id", row), title: try table.requiredText("title", row),
        areaPerJob: try table.requiredNumber("area_per_job_m2", row), smallestUnit: try table.requiredNumber("unit_min_m2", row),
        usualUnit: try table.requiredNumber("unit_usual_m2", row), clearHeight: try table.requiredNumber("clear_height_m", row),
        load: try table.requiredNumber("load_kn_m2", row), daylight: try table.requiredText("daylight", row),
        noiseMade: try table.requiredText("noise_made", row),
        noiseTolerated: try table.requiredText("noise_tolerated", row), frontage: try table.requiredText("frontage", row),
        loading: try table.requiredText("loading", row), rentShare: try table.requiredNumber("rent_share", row), needWeights: weights,
        floor: floor)
    }
  }
}
