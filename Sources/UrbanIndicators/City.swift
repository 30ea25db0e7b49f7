public import SimpleFeatures

/// All that is known of a city, in one projected CRS with metres as unit; geometries have been repaired.
public struct City: Sendable {
  /// The working CRS.
  public var crs: CoordinateReferenceSystem
  /// Every building, candidates and others.
  public var buildings: Buildings
  /// Districts with their social figures.
  public var districts: Districts?
  /// Transit stops, cafés, schools and so on.
  public var places: Places?
  /// Creative companies.
  public var companies: Companies?
  /// Streets and paths.
  public var streets: Streets?
  /// Areas that limit what can be done, one layer for each source.
  public var constraints: [ConstraintLayer]
  /// The study's centre; `nil` → the mean of culture and food places.
  public var centre: Position?

  /// Makes a city; layers that are not known stay `nil` and the indicators that need them are null.
  public init(
    crs: CoordinateReferenceSystem, buildings: Buildings, districts: Districts? = nil, places: Places? = nil,
    companies: Companies? = nil, streets: Streets? = nil, constraints: [ConstraintLayer] = [], centre: Position? = nil
  ) {
    self.crs = crs
    self.buildings = buildings
    self.districts = districts
    self.places = places
    self.companies = companies
    self.streets = streets
    self.constraints = constraints
    self.centre = centre
  }
}

/// What a building was built for or last used as. The name of the case is the code in files.
public enum BuildingFunction: UInt8, Sendable, CaseIterable, Hashable {
  case unknown = 0
  case residential, mixed, office, retail, industrial, warehouse, school, culture, church, barracks, transportHall, hall,
    publicBuilding, garage, outbuilding, other

  /// The code in files, e.g. `transportHall`.
  public var name: String { String(describing: self) }

  /// The function of that code; `nil` for a code that is not known.
  public init?(name: String) {
    guard let function = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = function
  }
}

/// The state of the fabric.
public enum Condition: UInt8, Sendable, CaseIterable, Hashable {
  case unknown = 0
  case good, fair, poor, ruin

  /// The code in files.
  public var name: String { String(describing: self) }

  /// The condition of that code; `nil` for a code that is not known.
  public init?(name: String) {
    guard let condition = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = condition
  }
}

/// Whether something is so, or not known.
public enum Ternary: UInt8, Sendable, CaseIterable, Hashable {
  case unknown = 0
  case no, yes
}

/// The buildings of a city, one row each, in the order of the input.
public struct Buildings: Sendable {
  /// Ids, unique.
  public var ids: TextColumn
  /// Footprints: polygons and multipolygons. A point stands for a site whose footprint nobody knows: it has a place and no form. A null geometry
  /// gives null indicators.
  public var geometry: GeometryColumn
  /// Former or present use.
  public var function: [BuildingFunction]
  /// Storeys above ground; NaN unknown.
  public var storeys: [Double]
  /// Height to the eaves in metres; NaN unknown.
  public var height: [Double]
  /// Floor-to-floor height in metres; NaN unknown.
  public var floorHeight: [Double]
  /// Year of construction; NaN unknown.
  public var year: [Double]
  /// Gross floor area in m²; NaN unknown.
  public var grossFloorArea: [Double]
  /// Area of the plot in m²; NaN unknown.
  public var siteArea: [Double]
  /// Floor area in m² that is reported as empty; NaN unknown.
  public var vacantArea: [Double]
  /// State of the fabric.
  public var condition: [Condition]
  /// Whether the building is listed.
  public var heritage: [Ternary]
  /// Whether there is evidence that it is vacant, partly vacant or derelict.
  public var hasVacancyEvidence: [Bool]

  /// Makes buildings of which only ids and footprints are known.
  public init(ids: TextColumn, geometry: GeometryColumn) {
    precondition(ids.count == geometry.count, "one id for each footprint")
    let n = geometry.count
    self.ids = ids
    self.geometry = geometry
    function = Array(repeating: .unknown, count: n)
    let unknown = [Double](repeating: .nan, count: n)
    storeys = unknown
    height = unknown
    floorHeight = unknown
    year = unknown
    grossFloorArea = unknown
    siteArea = unknown
    vacantArea = unknown
    condition = Array(repeating: .unknown, count: n)
    heritage = Array(repeating: .unknown, count: n)
    hasVacancyEvidence = Array(repeating: false, count: n)
  }

  /// Number of buildings.
  public var count: Int { geometry.count }
}

/// Districts and their figures, one row each; NaN unknown.
public struct Districts: Sendable {
  /// Ids, unique.
  public var ids: TextColumn
  /// Names; empty where there is none.
  public var names: TextColumn
  /// Outlines: polygons and multipolygons.
  public var geometry: GeometryColumn
  /// Inhabitants.
  public var population: [Double]
  /// Inhabitants aged 20 to 34.
  public var youngAdults: [Double]
  /// Unemployed persons.
  public var unemployed: [Double]
  /// Persons in work or looking for it.
  public var labourForce: [Double]
  /// Income per head in the study's currency.
  public var income: [Double]
  /// Rent in currency per m² and month.
  public var rent: [Double]
  /// Dwellings.
  public var dwellings: [Double]
  /// Vacant dwellings.
  public var vacantDwellings: [Double]
  /// Jobs.
  public var jobs: [Double]
  /// Jobs in creative sectors.
  public var creativeJobs: [Double]

  /// Makes districts without figures.
  public init(ids: TextColumn, names: TextColumn, geometry: GeometryColumn) {
    precondition(ids.count == geometry.count && names.count == geometry.count, "one id and one name for each district")
    self.ids = ids
    self.names = names
    self.geometry = geometry
    let unknown = [Double](repeating: .nan, count: geometry.count)
    population = unknown
    youngAdults = unknown
    unemployed = unknown
    labourForce = unknown
    income = unknown
    rent = unknown
    dwellings = unknown
    vacantDwellings = unknown
    jobs = unknown
    creativeJobs = unknown
  }

  /// Number of districts.
  public var count: Int { geometry.count }
}

/// What a place offers. The name of the case is the code in files.
public enum PlaceCategory: UInt8, Sendable, CaseIterable, Hashable {
  case transit = 0
  case food, culture, higherEducation, school, grocery, park, health, retail

  /// The code in files, e.g. `higherEducation`.
  public var name: String { String(describing: self) }

  /// The category of that code; `nil` for a code that is not known.
  public init?(name: String) {
    guard let category = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = category
  }
}

/// Places of a city as points (a polygon stands as its centroid), one row each.
public struct Places: Sendable {
  /// Eastings in metres.
  public var x: [Double]
  /// Northings in metres.
  public var y: [Double]
  /// What each offers.
  public var category: [PlaceCategory]
  /// Where each can be entered: a point by itself, an outline along its edge. The entries of a place are `firstEntry[place] ..< firstEntry[place + 1]`.
  private(set) var firstEntry: [Int32]
  /// Eastings of the entries.
  private(set) var entryX: [Double]
  /// Northings of the entries.
  private(set) var entryY: [Double]

  /// Metres between the entries along an outline, or more where those would be over 2,000: a walk is too long by half of it at most.
  static let entrySpacing = 5.0

  /// Makes places from columns of equal length.
  public init(x: [Double], y: [Double], category: [PlaceCategory]) {
    precondition(x.count == y.count && x.count == category.count, "columns of equal length")
    self.x = x
    self.y = y
    self.category = category
    firstEntry = (0...Int32(x.count)).map { $0 }
    (entryX, entryY) = (x, y)
  }

  /// Makes places from any geometries: each stands at its centroid and is entered there, one with an outline along its edge (method §2: a park is
  /// reached where it begins). Null geometries are not allowed. O(vertices).
  public init(geometry: GeometryColumn, category: [PlaceCategory]) {
    var x: [Double] = []
    var y: [Double] = []
    x.reserveCapacity(geometry.count)
    y.reserveCapacity(geometry.count)
    for feature in 0..<geometry.count {
      precondition(geometry.kinds[feature] != .none, "a place has a position")
      let c = geometry.centroid(of: feature)
      x.append(c.x)
      y.append(c.y)
    }
    self.init(x: x, y: y, category: category)
    guard geometry.kinds.contains(where: \.isAreal) else { return }
    (firstEntry, entryX, entryY) = ([0], [], [])
    for feature in 0..<geometry.count {
      if geometry.kinds[feature].isAreal { addEntries(along: geometry, feature) }
      if entryX.count == Int(firstEntry[feature]) {
        entryX.append(x[feature])
        entryY.append(y[feature])
      }
      firstEntry.append(Int32(entryX.count))
    }
  }

  /// Entries at the vertices of an outline and between them.
  private mutating func addEntries(along geometry: GeometryColumn, _ feature: Int) {
    var length = 0.0
    func forEachSide(_ body: (_ i: Int, _ length: Double) -> Void) {
      for part in geometry.parts(of: feature) {
        guard let exterior = geometry.rings(ofPart: part).first else { continue }
        for i in geometry.positions(ofRing: exterior).dropLast() {
          let dx = geometry.x[i + 1] - geometry.x[i], dy = geometry.y[i + 1] - geometry.y[i]
          body(i, (dx * dx + dy * dy).squareRoot())
        }
      }
    }
    forEachSide { length += $1 }
    let spacing = max(Self.entrySpacing, length / 2_000)
    // Each side is cut into equal parts, so that the entries do not depend on where a ring begins and which way it runs.
    forEachSide { i, side in
      let parts = max(1, Int((side / spacing).rounded(.up)))
      for k in 0..<parts {
        let share = Double(k) / Double(parts)
        entryX.append(geometry.x[i] + share * (geometry.x[i + 1] - geometry.x[i]))
        entryY.append(geometry.y[i] + share * (geometry.y[i + 1] - geometry.y[i]))
      }
    }
  }

  /// Number of places.
  public var count: Int { x.count }
}

/// Companies as points, one row each.
public struct Companies: Sendable {
  /// Eastings in metres.
  public var x: [Double]
  /// Northings in metres.
  public var y: [Double]
  /// Index of the sector in the study's list; −1 unknown.
  public var sector: [Int16]
  /// Persons employed; NaN unknown.
  public var employees: [Double]

  /// Makes companies from columns of equal length.
  public init(x: [Double], y: [Double], sector: [Int16], employees: [Double]) {
    precondition(x.count == y.count && x.count == sector.count && x.count == employees.count, "columns of equal length")
    self.x = x
    self.y = y
    self.sector = sector
    self.employees = employees
  }

  /// Number of companies.
  public var count: Int { x.count }
}

/// The class of a street after OpenStreetMap's `highway`. The name of the case is the code in files.
public enum RoadClass: UInt8, Sendable, CaseIterable, Hashable {
  case other = 0
  case motorway, trunk, primary, secondary, tertiary, unclassified, residential, livingStreet, pedestrian, service, track, cycleway,
    footway, path, steps

  /// The code in files, e.g. `livingStreet`.
  public var name: String { String(describing: self) }

  /// The class of that code; `nil` for a code that is not known.
  public init?(name: String) {
    guard let roadClass = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = roadClass
  }

  /// Whether lorries come this way to load: trunk, primary, secondary and tertiary roads; nothing fronts a motorway.
  public var isMainRoad: Bool {
    switch self {
    case .trunk, .primary, .secondary, .tertiary: true
    default: false
    }
  }

  /// Whether buildings have their address on it: neither motorways nor service ways, tracks and paths.
  public var isFronted: Bool {
    switch self {
    case .motorway, .service, .track, .cycleway, .footway, .path, .steps: false
    default: true
    }
  }
}

/// Streets and paths, one row each.
public struct Streets: Sendable {
  /// Lines and multilines; streets are joined where they share a vertex.
  public var geometry: GeometryColumn
  /// Class of each.
  public var roadClass: [RoadClass]
  /// Whether one may walk along it.
  public var walkable: [Bool]

  /// Makes streets from columns of equal length.
  public init(geometry: GeometryColumn, roadClass: [RoadClass], walkable: [Bool]) {
    precondition(geometry.count == roadClass.count && geometry.count == walkable.count, "columns of equal length")
    self.geometry = geometry
    self.roadClass = roadClass
    self.walkable = walkable
  }

  /// Number of streets.
  public var count: Int { geometry.count }
}

/// What an area is about. The name of the case is the code in files.
public enum ConstraintKind: UInt8, Sendable, CaseIterable, Hashable {
  case flood = 0
  case contamination, noise, nature, zoning

  /// The code in files.
  public var name: String { String(describing: self) }

  /// The kind of that code; `nil` for a code that is not known.
  public init?(name: String) {
    guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = kind
  }
}

/// What a constraint does to a building that lies in it.
public enum ConstraintEffect: UInt8, Sendable, CaseIterable, Hashable {
  case veto = 0
  case penalty, cost

  /// The code in files.
  public var name: String { String(describing: self) }

  /// The effect of that code; `nil` for a code that is not known.
  public init?(name: String) {
    guard let effect = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = effect
  }
}

/// Polygons of one source that limit what can be done inside them.
public struct ConstraintLayer: Sendable {
  /// What they are about.
  public var kind: ConstraintKind
  /// What they do.
  public var effect: ConstraintEffect
  /// Share of the footprint from which the effect sets in, 0…1.
  public var above: Double
  /// The polygons.
  public var geometry: GeometryColumn
  /// How severe each is, 0…1; NaN unknown.
  public var severity: [Double]
  /// Whether every record of the source was read. Where one was not, no building is certified free of the constraint.
  public var isWhole: Bool

  /// Makes a layer; without `severity` it is unknown.
  public init(
    kind: ConstraintKind, effect: ConstraintEffect, above: Double, geometry: GeometryColumn, severity: [Double]? = nil, isWhole: Bool = true
  ) {
    self.isWhole = isWhole
    self.kind = kind
    self.effect = effect
    self.above = above
    self.geometry = geometry
    self.severity = severity ?? Array(repeating: .nan, count: geometry.count)
    precondition(self.severity.count == geometry.count, "one severity for each polygon")
  }
}
