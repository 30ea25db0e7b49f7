/// Rates of the demand for space of a sector by the GIFPRO logic (E. Bauer, H. Bonny, 1987).
///
/// Defaults: 0.3 % of jobs a year resettle from outside and 0.7 % move within the city (Kempten 2012); 18 m² for each job, the mean of
/// the method's twelve sub-markets by their usual sizes (an expert assumption).
public struct CreativeSpaceDemandRates: Sendable, Hashable {
  /// Share of jobs that come from outside each year.
  public var resettlement = 0.003
  /// Share of jobs that move within the city each year.
  public var relocation = 0.007
  /// Space for each job, m².
  public var areaPerJob = 18.0

  /// The defaults.
  public init() {}

  /// Own rates.
  public init(resettlement: Double, relocation: Double, areaPerJob: Double) {
    self.resettlement = resettlement
    self.relocation = relocation
    self.areaPerJob = areaPerJob
  }

  /// Jobs that look for space in a year.
  public func movingJobs(perYearOf jobs: Double) -> Double { jobs * (resettlement + relocation) }

  /// Space that is looked for in a year, m².
  public func area(perYearOf jobs: Double) -> Double { movingJobs(perYearOf: jobs) * areaPerJob }
}
