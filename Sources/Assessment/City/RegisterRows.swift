public import SimpleFeatures

/// The rows of a vacancy register, each a site of its own: what became of it, and the buildings that it covers.
public struct RegisterRows: Sendable {
  /// Why a row counts or does not; the raw value stands in `registers.csv`.
  public enum Outcome: String, CaseIterable, Sendable {
    /// It covers at least one building and speaks of its vacancy or use.
    case linked
    /// Nobody has given the buildings: it is a site of its own, of unknown footprint, and speaks of its vacancy or use.
    case site
    /// It stands beside a building, at most 5 m from it, and is linked to that.
    case linkedNear = "linked-near"
    /// It has neither a position nor what the join asks for.
    case noPosition = "no-position"
    /// It stands outside the extent of the buildings.
    case outsideExtent = "outside-extent"
    /// It stands among the buildings, but more than 5 m from the nearest.
    case noBuildingNear = "no-building-near"
    /// No building has its id.
    case idNotFound = "id-not-found"
    /// No building has its address.
    case addressNotFound = "address-not-found"
    /// Several buildings have an address that may be meant.
    case addressAmbiguous = "address-ambiguous"
    /// No building has its cadastral reference.
    case parcelNotFound = "parcel-not-found"
    /// It covers a building and has no status.
    case statusMissing = "status-missing"
    /// It covers a building, and its status is in no table.
    case statusNotUnderstood = "status-not-understood"
    /// It covers a building and says that its state is not known.
    case statusUnknown = "status-unknown"
    /// It covers a building, and somebody has plans for it.
    case taken
    /// It has left the register, or what stood there is gone.
    case ended

    /// The outcome in English.
    public var english: String {
      switch self {
      case .linked: "linked to a building"
      case .site: "sites of their own"
      case .linkedNear: "linked to a building beside it"
      case .noPosition: "without a position"
      case .outsideExtent: "outside the buildings' extent"
      case .noBuildingNear: "no building within 5 m"
      case .idNotFound: "id not found"
      case .addressNotFound: "address not found"
      case .addressAmbiguous: "several buildings have the address"
      case .parcelNotFound: "cadastral reference not found"
      case .statusMissing: "without a status"
      case .statusNotUnderstood: "status in no table"
      case .statusUnknown: "state not known"
      case .taken: "somebody has plans for it"
      case .ended: "ended or gone"
      }
    }

    /// Whether the row speaks of a building.
    public var isLinked: Bool { [.linked, .site, .linkedNear, .taken].contains(self) }
  }

  /// The rows' numbers in the source.
  public private(set) var numbers: [Int64] = []
  /// The rows' own ids; "" without.
  public private(set) var ids = TextColumn()
  /// What became of each row.
  public private(set) var outcomes: [Outcome] = []
  /// Metres to the nearest building, or to the buildings' extent; NaN where the row stands in one or has no position.
  public private(set) var distances: [Double] = []
  private var offsets: [Int32] = [0]
  private var buildings: [Int32] = []

  init() {}

  /// How many rows there are.
  public var count: Int { numbers.count }

  /// The buildings that a row covers, by their place among the buildings, ascending.
  public func buildings(of row: Int) -> [Int] { buildings[Int(offsets[row])..<Int(offsets[row + 1])].map { Int($0) } }

  mutating func append(_ number: Int64, id: String, _ outcome: Outcome, distance: Double, buildings covered: [Int]) {
    numbers.append(number)
    ids.append(id)
    outcomes.append(outcome)
    distances.append(distance)
    buildings.append(contentsOf: covered.map { Int32($0) })
    offsets.append(Int32(buildings.count))
  }

  /// How many rows had each outcome, in the order of the outcomes; those that none had are left out.
  public var counts: [(outcome: Outcome, count: Int)] {
    Outcome.allCases.compactMap { outcome in
      let count = outcomes.count { $0 == outcome }
      return count > 0 ? (outcome, count) : nil
    }
  }
}
