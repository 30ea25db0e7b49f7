/// Which buildings to convert, and how, so that a public budget does most.
///
/// At most one alternative per building, within a budget and, where given, a budget and a number of buildings per district. Exact: branch and bound with the
/// fractional relaxation as the bound (S. Martello and P. Toth, Knapsack Problems, 1990, chapter 5; the multiple-choice relaxation after P. Sinha and A. Zoltners,
/// Operations Research 27(3), 1979). District budgets lie inside the whole budget, so filling by worth per euro solves the relaxation exactly.
public struct PortfolioSelection: Sendable, Equatable {
  /// One way to convert one building.
  public struct Option: Sendable, Equatable {
    /// Public money it takes.
    public var publicMoney: Double
    /// What is to be maximised (jobs, floor area for creative firms, ENPV).
    public var worth: Double

    /// An option.
    public init(publicMoney: Double, worth: Double) {
      self.publicMoney = publicMoney
      self.worth = worth
    }
  }

  /// One building with its options.
  public struct Building: Sendable, Equatable {
    /// Index of its district; `nil` for none.
    public var district: Int?
    /// Its options; none or worthless ones leave it out.
    public var options: [Option]

    /// A building.
    public init(district: Int? = nil, options: [Option]) {
      self.district = district
      self.options = options
    }
  }

  /// Limits of one district.
  public struct DistrictLimit: Sendable, Equatable {
    /// Public money; `nil` for no limit of its own.
    public var budget: Double?
    /// Number of buildings; `nil` for no limit.
    public var buildings: Int?

    /// Limits.
    public init(budget: Double? = nil, buildings: Int? = nil) {
      self.budget = budget
      self.buildings = buildings
    }
  }

  /// Index of the option chosen for each building; `nil` for none.
  public let choices: [Int?]
  /// Public money spent.
  public let publicMoney: Double
  /// Worth of the choices.
  public let worth: Double
  /// The bound no selection can exceed; equals `worth` when proven.
  public let upperBound: Double
  /// Whether no better selection exists; `false` only when the search was cut off.
  public let isProvenOptimal: Bool

  /// The best selection.
  ///
  /// - Parameters:
  ///   - districts: Limits by district index; districts beyond the list have none.
  ///   - maximumNodes: Search nodes after which the best selection so far is given with its bound.
  /// - Throws: `ProjectFinanceError` for negative money or figures that are not finite.
  ///
  /// Complexity: O(options) per node, nodes exponential at worst; near the optimum after as many nodes as there are buildings.
  public init(
    buildings: [Building], budget: Double, districts: [DistrictLimit] = [], maximumNodes: Int = 2_000_000
  ) throws(ProjectFinanceError) {
    try requireNonNegative(budget, "budget")
    for (index, limit) in districts.enumerated() { try requireNonNegative(limit.budget ?? 0, "districts[\(index)].budget") }
    for (index, building) in buildings.enumerated() {
      for (choice, option) in building.options.enumerated() {
        try requireNonNegative(option.publicMoney, "buildings[\(index)].options[\(choice)].public_money")
        try require(option.worth, in: -largestAmount...largestAmount, "buildings[\(index)].options[\(choice)].worth")
      }
    }
    var search = Search(buildings: buildings, budget: budget, districts: districts, maximumNodes: maximumNodes)
    search.run()
    choices = search.best
    publicMoney = choices.indices.reduce(0) { sum, i in sum + (search.best[i].map { buildings[i].options[$0].publicMoney } ?? 0) }
    let total = choices.indices.reduce(0) { sum, i in sum + (search.best[i].map { buildings[i].options[$0].worth } ?? 0) }
    worth = total
    isProvenOptimal = !search.isCutOff
    upperBound = search.isCutOff ? max(total, search.rootBound) : total
  }

  private struct Search {
    /// A step up the concave hull of a building's options.
    struct Step {
      var depth: Int
      var district: Int
      var cost: Double
      var worth: Double
    }

    let buildings: [Building]
    /// Buildings in the order they are decided, the clearest first.
    var order: [Int] = []
    /// Choices of each building in the order they are tried; `nil` leaves it out.
    var trials: [[Int?]] = []
    /// Hull steps of all buildings, most worth per euro first.
    var steps: [Step] = []
    var budget: Double
    /// Money and buildings left per district; infinite where there is no limit.
    var districtBudget: [Double]
    var districtRoom: [Int]
    var chosen: [Int?]
    var best: [Int?]
    var bestWorth = 0.0
    var rootBound = 0.0
    var nodes = 0
    var isCutOff = false
    let maximumNodes: Int
    let slack: Double

    init(buildings: [Building], budget: Double, districts: [DistrictLimit], maximumNodes: Int) {
      self.buildings = buildings
      self.budget = budget
      self.maximumNodes = maximumNodes
      let count = max(districts.count, (buildings.compactMap(\.district).max() ?? -1) + 1) + 1
      districtBudget = [Double](repeating: .infinity, count: count)
      districtRoom = [Int](repeating: .max, count: count)
      for (index, limit) in districts.enumerated() {
        districtBudget[index] = limit.budget ?? .infinity
        districtRoom[index] = limit.buildings ?? .max
      }
      chosen = [Int?](repeating: nil, count: buildings.count)
      best = chosen
      slack = 1e-9 * buildings.reduce(0) { $0 + ($1.options.map(\.worth).max() ?? 0) }
      var hulls: [[(cost: Double, worth: Double)]] = []
      for building in buildings { hulls.append(Self.hull(building.options)) }
      func perEuro(_ step: Step) -> Double { step.worth / max(step.cost, 1e-300) }
      let none = count - 1
      for index in buildings.indices {
        for step in hulls[index] {
          steps.append(Step(depth: index, district: buildings[index].district ?? none, cost: step.cost, worth: step.worth))
        }
      }
      let ranked = steps.indices.sorted { (-perEuro(steps[$0]), $0) < (-perEuro(steps[$1]), $1) }
      steps = ranked.map { steps[$0] }

      // The price of a euro where the relaxation runs out of money: in a district, or over all. An option's worth less the price of its money says how clear
      // a choice is; clear choices are decided first and tried first, so the search soon has a good selection and only doubts near the margin.
      var price = 0.0, districtPrice = [Double](repeating: 0, count: count)
      var left = budget, districtLeft = districtBudget
      for step in steps {
        let room = min(left, districtLeft[step.district])
        if step.cost > room {
          if districtLeft[step.district] < left {
            districtPrice[step.district] = max(districtPrice[step.district], perEuro(step))
          } else {
            price = max(price, perEuro(step))
          }
        }
        left -= min(room, step.cost)
        districtLeft[step.district] -= min(room, step.cost)
      }
      var gap = [Double](repeating: 0, count: buildings.count)
      for (index, building) in buildings.enumerated() {
        let euro = max(price, districtPrice[building.district ?? none])
        let margins = building.options.map { $0.worth - euro * $0.publicMoney }
        let candidates = building.options.indices.filter { building.options[$0].worth > 0 }.map {
          (choice: Int?.some($0), margin: margins[$0])
        }
        let sorted = (candidates + [(choice: nil, margin: 0)]).sorted {
          (-$0.margin, $0.choice ?? .max) < (-$1.margin, $1.choice ?? .max)
        }
        trials.append(sorted.map(\.choice))
        gap[index] = sorted.count > 1 ? sorted[0].margin - sorted[1].margin : .infinity
      }
      order = buildings.indices.sorted { (-gap[$0], $0) < (-gap[$1], $1) }
      var depthOf = [Int](repeating: 0, count: buildings.count)
      for (depth, index) in order.enumerated() { depthOf[index] = depth }
      for index in steps.indices { steps[index].depth = depthOf[steps[index].depth] }
    }

    /// Steps of falling worth per euro along the upper concave hull of (0, 0) and the options.
    static func hull(_ options: [Option]) -> [(cost: Double, worth: Double)] {
      let points = options.filter { $0.worth > 0 }.sorted { ($0.publicMoney, -$0.worth) < ($1.publicMoney, -$1.worth) }
      var hull: [(cost: Double, worth: Double)] = [(0, 0)]
      for point in points where point.worth > hull[hull.count - 1].worth {
        while hull.count > 1 {
          let a = hull[hull.count - 2], b = hull[hull.count - 1]
          // Drop b when it lies on or below the line from a to the new point.
          if (b.worth - a.worth) * (point.publicMoney - a.cost) <= (point.worth - a.worth) * (b.cost - a.cost) {
            hull.removeLast()
          } else {
            break
          }
        }
        hull.append((point.publicMoney, point.worth))
      }
      return hull.indices.dropFirst().map { (hull[$0].cost - hull[$0 - 1].cost, hull[$0].worth - hull[$0 - 1].worth) }
    }

    /// The worth that no completion from a depth on can exceed.
    func bound(from depth: Int) -> Double {
      var left = budget, districtLeft = districtBudget
      var total = 0.0
      for step in steps where step.depth >= depth && districtRoom[step.district] > 0 {
        let room = min(left, districtLeft[step.district])
        if step.cost <= room {
          total += step.worth
          left -= step.cost
          districtLeft[step.district] -= step.cost
        } else if room > 0 {
          total += step.worth * room / step.cost
          left -= room
          districtLeft[step.district] -= room
        }
      }
      return total
    }

    mutating func run() {
      rootBound = bound(from: 0)
      visit(depth: 0, worth: 0)
    }

    mutating func visit(depth: Int, worth: Double) {
      if worth > bestWorth + slack {
        bestWorth = worth
        best = chosen
      }
      guard depth < order.count, !isCutOff else { return }
      nodes += 1
      if nodes > maximumNodes {
        isCutOff = true
        return
      }
      guard worth + bound(from: depth) > bestWorth + slack else { return }
      let index = order[depth]
      let options = buildings[index].options
      let district = buildings[index].district ?? districtRoom.count - 1
      for choice in trials[index] {
        guard let choice else {
          visit(depth: depth + 1, worth: worth)
          continue
        }
        let cost = options[choice].publicMoney
        guard districtRoom[district] > 0, cost <= budget, cost <= districtBudget[district] else { continue }
        let before = (budget, districtBudget[district], districtRoom[district])
        budget -= cost
        districtBudget[district] -= cost
        if districtRoom[district] != .max { districtRoom[district] -= 1 }
        chosen[index] = choice
        visit(depth: depth + 1, worth: worth + options[choice].worth)
        chosen[index] = nil
        (budget, districtBudget[district], districtRoom[district]) = before
      }
    }
  }
}
