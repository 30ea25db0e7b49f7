import ProjectFinance
import Testing

@Suite("Portfolio selection")
struct PortfolioSelectionTests {
  /// The best worth by trying every selection.
  static func bruteForce(
    _ buildings: [PortfolioSelection.Building], _ budget: Double, _ districts: [PortfolioSelection.DistrictLimit]
  ) -> Double {
    var best = 0.0
    func visit(_ index: Int, _ left: Double, _ money: [Double], _ room: [Int], _ worth: Double) {
      best = max(best, worth)
      guard index < buildings.count else { return }
      visit(index + 1, left, money, room, worth)
      for option in buildings[index].options where option.publicMoney <= left {
        var money = money, room = room
        if let d = buildings[index].district {
          guard option.publicMoney <= money[d], room[d] > 0 else { continue }
          money[d] -= option.publicMoney
          room[d] -= 1
        }
        visit(index + 1, left - option.publicMoney, money, room, worth + option.worth)
      }
    }
    visit(0, budget, districts.map { $0.budget ?? .infinity }, districts.map { $0.buildings ?? 1000 }, 0)
    return best
  }

  @Test("The selection is worth as much as the best of all selections, and keeps every limit")
  func exact() throws {
    var generator = SeededGenerator(seed: 73)
    for round in 0..<150 {
      let districts = [
        PortfolioSelection.DistrictLimit(budget: Double(Int.random(in: 5...40, using: &generator))),
        PortfolioSelection.DistrictLimit(buildings: Int.random(in: 0...3, using: &generator)), PortfolioSelection.DistrictLimit(),
      ]
      let buildings = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
        PortfolioSelection.Building(
          district: Int.random(in: -1...2, using: &generator) < 0 ? nil : Int.random(in: 0...2, using: &generator),
          options: (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            .init(
              publicMoney: Double(Int.random(in: 0...20, using: &generator)), worth: Double(Int.random(in: -5...30, using: &generator)))
          })
      }
      let budget = Double(Int.random(in: 0...60, using: &generator))
      let selection = try PortfolioSelection(buildings: buildings, budget: budget, districts: districts)
      #expect(abs(selection.worth - Self.bruteForce(buildings, budget, districts)) < 1e-6, "seed 73, round \(round)")
      #expect(selection.isProvenOptimal && selection.publicMoney <= budget, "seed 73, round \(round)")
      for (index, limit) in districts.enumerated() {
        let inside = buildings.indices.filter { buildings[$0].district == index && selection.choices[$0] != nil }
        let spent = inside.reduce(0) { $0 + buildings[$1].options[selection.choices[$1] ?? 0].publicMoney }
        #expect(spent <= limit.budget ?? .infinity && inside.count <= limit.buildings ?? .max, "seed 73, round \(round)")
      }
    }
  }

  @Test("Greed by worth per euro is not enough, and the selection is not greedy")
  func notGreedy() throws {
    // The best ratio first (6 for 5) leaves room for nothing else; the two others together are worth 10.
    let buildings = [(5.0, 6.0), (5, 5), (5, 5)].enumerated().map { index, option in
      PortfolioSelection.Building(options: [.init(publicMoney: index == 0 ? 6 : option.0, worth: index == 0 ? 7.8 : option.1)])
    }
    let selection = try PortfolioSelection(buildings: buildings, budget: 10)
    #expect(selection.choices == [nil, 0, 0] && selection.worth == 10)
  }

  @Test("Two hundred buildings with three options each are settled to a thousandth at once")
  func hundreds() throws {
    var generator = SeededGenerator(seed: 79)
    let buildings = (0..<200).map { _ in
      let cost = Double.random(in: 1e5...2e6, using: &generator)
      return PortfolioSelection.Building(
        district: Int.random(in: 0...4, using: &generator),
        options: [0.3, 0.7, 1].map {
          .init(publicMoney: cost * $0, worth: cost * $0 / 5e4 * Double.random(in: 0.5...1.5, using: &generator))
        })
    }
    let selection = try PortfolioSelection(
      buildings: buildings, budget: 2e7, districts: [.init(budget: 3e6), .init(budget: 5e6)], maximumNodes: 3_000)
    #expect(selection.publicMoney <= 2e7 && selection.worth > 0)
    #expect(selection.worth <= selection.upperBound && selection.upperBound < selection.worth * 1.001)
  }
}
