import Glibc

/// The first-level cost groups of DIN 276:2018-12.
public enum CostGroup: Int, Sendable, CaseIterable, Comparable {
  /// KG 100: plot.
  case plot = 100
  /// KG 200: preparatory measures.
  case preparation = 200
  /// KG 300: building construction.
  case construction = 300
  /// KG 400: technical installations.
  case technical = 400
  /// KG 500: outdoor areas.
  case outdoor = 500
  /// KG 600: fittings and works of art.
  case fittings = 600
  /// KG 700: fees and other incidental cost.
  case fees = 700

  /// By group number.
  public static func < (a: CostGroup, b: CostGroup) -> Bool { a.rawValue < b.rawValue }
}

/// A cost with its range, in money of the price date.
public struct CostRange: Sendable, Equatable {
  /// Low end.
  public var low: Double
  /// Central estimate.
  public var central: Double
  /// High end.
  public var high: Double

  /// A range; `low` ≤ `central` ≤ `high` is checked where an estimate is made.
  public init(low: Double, central: Double, high: Double) {
    self.low = low
    self.central = central
    self.high = high
  }

  /// No cost.
  public static let zero = CostRange(low: 0, central: 0, high: 0)

  /// The range with each end multiplied.
  public func scaled(by factor: Double) -> CostRange {
    CostRange(low: low * factor, central: central * factor, high: high * factor)
  }

  /// The sum of two ranges, end by end (as if both erred together).
  public static func + (a: CostRange, b: CostRange) -> CostRange {
    CostRange(low: a.low + b.low, central: a.central + b.central, high: a.high + b.high)
  }

  func validate(_ field: String) throws(ProjectFinanceError) {
    try requireNonNegative(low, "\(field).low")
    try requireNonNegative(central, "\(field).central")
    try requireNonNegative(high, "\(field).high")
    guard low <= central else { throw .outOfRange(field: "\(field).low", value: low, allowed: "of at most the central value \(central)") }
    guard central <= high else {
      throw .outOfRange(field: "\(field).high", value: high, allowed: "of at least the central value \(central)")
    }
  }
}

/// How much is known about a building, as the accuracy range of its estimate.
public struct EstimateClass: Sendable, Equatable {
  /// Class number in the sense of AACE International, Recommended Practice 56R-08 (5 = least known).
  public var number: Int
  /// Share by which the outcome may fall short of the central estimate.
  public var below: Double
  /// Share by which it may exceed it.
  public var above: Double

  /// A class with its accuracy.
  public init(number: Int, below: Double, above: Double) {
    self.number = number
    self.below = below
    self.above = above
  }

  /// No survey: −30 % / +50 %, an expert assumption for buildings.
  public static let withoutSurvey = EstimateClass(number: 5, below: 0.30, above: 0.50)
  /// After a site visit: −20 % / +30 %.
  public static let afterSiteVisit = EstimateClass(number: 4, below: 0.20, above: 0.30)
}

/// The investment cost of one alternative by DIN 276 group, each with its range.
public struct CostEstimate: Sendable, Equatable {
  /// A named multiplier, such as the building's condition or its listing.
  public struct Factor: Sendable, Equatable {
    /// What the factor stands for.
    public var name: String
    /// The multiplier, above 0.
    public var value: Double

    /// A named multiplier.
    public init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// A named cost on top of the all-in figure, such as remediation.
  public struct Extra: Sendable, Equatable {
    /// What is paid for.
    public var name: String
    /// The group it belongs to.
    public var group: CostGroup
    /// Its cost with range.
    public var cost: CostRange

    /// A named extra.
    public init(name: String, group: CostGroup, cost: CostRange) {
      self.name = name
      self.group = group
      self.cost = cost
    }
  }

  /// Cost of one group.
  public struct Line: Sendable, Equatable {
    /// The group.
    public var group: CostGroup
    /// Its cost with range.
    public var cost: CostRange
  }

  /// Lines by group number; groups without cost are left out.
  public let lines: [Line]
  /// Sum of the lines.
  public let total: CostRange
  /// Contingency that lies inside the range, between the central and the high total; it is not added to either.
  public let contingency: Double
  /// Product of the factors.
  public let factor: Double
  /// Accuracy the range was widened to.
  public let estimateClass: EstimateClass
  /// The reference-class outcome: the central total × (1 + uplift), a scenario beside the range.
  public let referenceClassTotal: Double

  /// The cost of a group, zero when it has none.
  public subscript(group: CostGroup) -> CostRange {
    lines.first { $0.group == group }?.cost ?? .zero
  }

  /// An estimate from an all-in figure per square metre of gross floor area.
  ///
  /// The central total is area × central unit cost × factors + extras. Its range is the wider of the source's range and the accuracy of the class,
  /// because a benchmark's spread says nothing about the building at hand.
  ///
  /// - Parameters:
  ///   - grossFloorArea: m² (DIN 277).
  ///   - unitCost: All-in figure of groups 200–700 per m² with the source's range.
  ///   - split: Share of each group in the all-in figure; shares are scaled to add up to 1.
  ///   - factors: Multipliers of the all-in figure.
  ///   - extras: Costs on top, each in its group.
  ///   - estimateClass: Accuracy.
  ///   - contingencyShare: Contingency as a share of the central total, capped by the high total.
  ///   - referenceClassUplift: Uplift of the reference-class scenario (HM Treasury, Green Book supplementary guidance on optimism bias, 2013:
  ///     0.51 for non-standard buildings, upper bound).
  /// - Throws: `ProjectFinanceError` for negative or unordered figures, an empty split, or a factor of 0 or less.
  public init(
    grossFloorArea: Double, unitCost: CostRange, split: [(group: CostGroup, share: Double)], factors: [Factor] = [], extras: [Extra] = [],
    estimateClass: EstimateClass = .withoutSurvey, contingencyShare: Double = 0.10, referenceClassUplift: Double = 0.51
  ) throws(ProjectFinanceError) {
    try requireNonNegative(grossFloorArea, "gross_floor_area")
    try unitCost.validate("unit_cost")
    try require(estimateClass.below, in: 0...1, "estimate_class.below")
    try requireNonNegative(estimateClass.above, "estimate_class.above")
    try require(contingencyShare, in: 0...1, "contingency_share")
    try requireNonNegative(referenceClassUplift, "reference_class_uplift")
    var shareSum = 0.0
    for part in split {
      try requireNonNegative(part.share, "split.kg\(part.group.rawValue)")
      shareSum += part.share
    }
    guard shareSum > 0 else { throw .empty(field: "split") }
    var product = 1.0
    for factor in factors {
      try requireFinite(factor.value, "factor.\(factor.name)")
      guard factor.value > 0 else { throw .outOfRange(field: "factor.\(factor.name)", value: factor.value, allowed: "above 0") }
      product *= factor.value
    }
    func widened(_ cost: CostRange) -> CostRange {
      CostRange(
        low: min(cost.low, cost.central * (1 - estimateClass.below)), central: cost.central,
        high: max(cost.high, cost.central * (1 + estimateClass.above)))
    }
    let allIn = unitCost.scaled(by: grossFloorArea * product)
    var costs: [CostGroup: CostRange] = [:]
    for part in split {
      costs[part.group, default: .zero] = costs[part.group, default: .zero] + widened(allIn.scaled(by: part.share / shareSum))
    }
    for extra in extras {
      try extra.cost.validate("extra.\(extra.name)")
      costs[extra.group, default: .zero] = costs[extra.group, default: .zero] + widened(extra.cost)
    }
    lines = CostGroup.allCases.compactMap { group in
      guard let cost = costs[group], cost.high > 0 else { return nil }
      return Line(group: group, cost: cost)
    }
    let sum = lines.reduce(CostRange.zero) { $0 + $1.cost }
    total = sum
    contingency = min(sum.central * contingencyShare, sum.high - sum.central)
    factor = product
    self.estimateClass = estimateClass
    referenceClassTotal = sum.central * (1 + referenceClassUplift)
    try requireFinite(sum.high, "total")
  }
}

/// The share of a construction cost spent by a moment of the construction period, on an S-curve.
///
/// The cubic 3τ² − 2τ³: slow start, fastest in the middle, slow end (the beta distribution with both parameters 2).
/// - Parameter progress: Time elapsed as a share of the construction period; outside 0…1 it counts as the nearer end.
public func constructionProgress(_ progress: Double) -> Double {
  let t = min(1, max(0, progress))
  return t * t * (3 - 2 * t)
}

/// The monthly draw of a construction cost on an S-curve; the months add up to the total.
///
/// - Parameters:
///   - total: Construction cost.
///   - months: Length of the construction period; 0 or less means all in one month.
public func constructionDraw(total: Double, months: Int) -> [Double] {
  guard months > 1 else { return [total] }
  var spent = 0.0
  return (1...months).map { month in
    let until = month == months ? total : total * constructionProgress(Double(month) / Double(months))
    defer { spent = until }
    return until - spent
  }
}
