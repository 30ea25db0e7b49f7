public import SimpleFeatures
public import UrbanIndicators

/// A study's city as it was read: the measured layers, what people call things, and the evidence of vacancy.
public struct StudyCity: Sendable {
  /// The layers in the working CRS.
  public var city: City
  /// Names of the buildings; "" where unknown.
  public var names: TextColumn
  /// Addresses; "" where unknown.
  public var addresses: TextColumn
  /// public, company, private, several; "" where unknown.
  public var owners: TextColumn
  /// none, treated, suspected, present; "" where unknown.
  public var contamination: TextColumn
  /// permits, needsChange, forbids; "" where unknown.
  public var zoning: TextColumn
  /// Price asked for the building, EUR; NaN unknown.
  public var askingPrices: [Double] = []
  /// Rent asked for, EUR per m² and month; NaN unknown.
  public var askingRents: [Double] = []
  /// Class of the energy certificate, as its country writes it; "" where unknown.
  public var energyClasses = TextColumn()
  /// Fields of the source that the study publishes beyond name, address and function.
  public var published: [AttributeColumn]
  /// Evidence by building row.
  public var evidence: EvidenceTable
  /// The class that the evidence supports, by building.
  public var vacancy: [VacancyClass]
  /// Its decayed confidence; NaN without evidence.
  public var vacancyConfidence: [Double]
  /// The confidence that the evidence may have at the most, which is more only where it is undated; NaN without evidence.
  public var vacancyConfidenceHigh: [Double]
  /// Index of the deciding evidence in `evidence[row]`; −1 without.
  public var decidingEvidence: [Int32]
  /// Buildings for which somebody has plans already, by the deciding evidence.
  public var isTaken: [Bool] = []
  /// Buildings whose geometry could not be used.
  public var lostGeometry: [Bool]
  /// Buildings that a source says are gone or not yet built.
  public var demolished: [Bool]
  /// Names of the places.
  public var placeNames: TextColumn
  /// Names of the streets.
  public var streetNames: TextColumn
  /// The companies that were kept, as they were read: what they seek and offer is for partners to be found by.
  public var companyTable: [AttributeColumn] = []
  /// What became of the rows of the vacancy register.
  public var registerRows = RegisterRows()
  /// The rows of the vacancy register as they stand, each with what became of it.
  public var registerTable: [AttributeColumn] = []
  /// What was read.
  public var inputs: [InputRecord]
  /// What was found wrong.
  public var defects: DefectTally
  /// What the reader must know.
  public var notes: [Message]

  /// A city of which nothing but its footprints is known.
  /// - Parameter lostGeometry: the buildings whose geometry could not be used.
  init(crs: CoordinateReferenceSystem, buildings: Buildings, lostGeometry: [Bool]) {
    city = City(crs: crs, buildings: buildings)
    (names, addresses, owners, contamination, zoning) = (TextColumn(), TextColumn(), TextColumn(), TextColumn(), TextColumn())
    (published, evidence, vacancy, vacancyConfidence, vacancyConfidenceHigh, decidingEvidence) = ([], EvidenceTable(), [], [], [], [])
    self.lostGeometry = lostGeometry
    demolished = Array(repeating: false, count: buildings.count)
    (placeNames, streetNames, inputs, defects, notes) = (TextColumn(), TextColumn(), [], DefectTally(), [])
  }
}
