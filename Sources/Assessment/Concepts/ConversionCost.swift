import Glibc
import ProjectFinance
import TextFormats

/// A cost estimate with what went into it, and the extras that are not in it unless they turn out to be needed.
struct ConversionCost: Sendable {
  /// The estimate by DIN 276 group.
  var estimate: CostEstimate
  /// Unit cost before factors, EUR per m² of converted gross floor area.
  var unit: Assumption
  /// Multipliers of the unit cost.
  var factors: [(title: Message, value: Double)]
  /// Costs on top of the unit cost.
  var extras: [(title: Message, extra: CostEstimate.Extra)]
  /// Costs that only a survey can tell, EUR, shown as scenarios.
  var possible: [(title: Message, cost: Double)]

  /// Gross floor area that is converted, m².
  var area: Double

  /// How the estimate came about, in words.
  var text: Message {
    let product =
      [Message(.costPerArea, .whole(unit.value)), Message(.areaGross, .whole(area))]
      + factors.map { .list([$0.title, .rounded($0.value, 2)], separator: " ") }
    return Message(
      .costEstimate, .text(unit.title), .list([.list(product, separator: " × ")] + extras.map(\.title), separator: " + "))
  }
}

extension ConceptBuilder {
  /// Prices a stage by an all-in unit cost (method §4).
  ///
  /// - Parameters:
  ///   - isShell: Whether the building itself is converted, so that its condition, listing, storeys and soil count.
  ///   - isAssembly: Whether many people gather, which always asks for escape routes.
  ///   - countsCondition: Whether the unit cost still has to be scaled by condition; not when it was chosen for it.
  mutating func cost(
    _ b: BuildingFacts, _ stage: Stage, unit id: String, isShell: Bool, isAssembly: Bool = false, countsCondition: Bool = true,
    extras: [(title: Message, extra: CostEstimate.Extra)] = []
  ) throws -> ConversionCost {
    let unit = try price(id)
    let accuracy = try register("risk.class5.building")
    use(accuracy)
    let below = -(accuracy.low ?? 0), above = accuracy.high ?? 0
    let kg300 = try figure(Self.splitID(b.function)), both = try figure("split.kg300400")
    var split: [(group: CostGroup, share: Double)] = [(.construction, both * kg300), (.technical, both * (1 - kg300))]
    for (group, id) in [
      (CostGroup.preparation, "split.kg200"), (.outdoor, "split.kg500"), (.fittings, "split.kg600"), (.fees, "split.kg700"),
    ] { split.append((group, try figure(id))) }

    var factors: [(title: Message, value: Double)] = [], all = extras
    var possible: [(title: Message, cost: Double)] = []
    if isShell {
      if countsCondition {
        let condition = b.condition == "ruin" || b.isDerelict ? "derelict" : b.condition ?? "fair"
        factors.append(
          (
            Message(
              b.condition == nil && !b.isDerelict ? .factorConditionAssumed : .factorCondition,
              .label(kind: "value", id: condition, english: condition)), try figure("factor.condition.\(condition)")
          ))
      }
      if b.isListed { factors.append((Message(.factorListed), try figure("factor.listed"))) }
      if try isAssembly || b.storeys >= figure("fire.storeys") {
        factors.append((Message(.factorFire), try figure("factor.fire")))
      }
      if try b.storeys >= figure("access.storeys") { factors.append((Message(.factorAccess), try figure("factor.access"))) }
      if b.contamination != "none", b.contamination != "treated" {
        let remediation = try price("cost.remediation").value * b.siteArea * stage.share
        if b.contamination == "present" || b.contamination == "suspected" {
          let least = b.contamination == "present" ? remediation : 0
          let cost = CostRange(low: least, central: remediation, high: remediation)
          all.append((Message(.extraRemediation), .init(name: "remediation", group: .preparation, cost: cost)))
        } else {
          possible.append((Message(.scenarioSoil), remediation))
        }
      }
      all += constraintCosts(stage)
      let first = Int(try figure("asbestos.from")), last = Int(try figure("asbestos.to"))
      if b.year.map({ (first...last).contains($0) }) ?? true {
        possible.append(
          (
            b.year.map { Message(.scenarioAsbestos, .text("\($0)")) } ?? Message(.scenarioAsbestosUnknown),
            try price("cost.asbestos").value * stage.grossFloorArea
          ))
      }
    }
    // Accuracy of the estimate and of the floor area err independently: their logarithms add in squares.
    var low = 1 - below, high = 1 + above
    if stage.closedArea == 0, b.grossFloorArea > 0 {
      func combined(_ a: Double, _ b: Double) -> Double { (log(a) * log(a) + log(b) * log(b)).squareRoot() }
      low = exp(-combined(low, b.low / b.grossFloorArea))
      high = exp(combined(high, b.high / b.grossFloorArea))
    }
    let range = CostRange(
      low: min(unit.low ?? unit.value, unit.value * low), central: unit.value, high: max(unit.high ?? unit.value, unit.value * high))
    let estimate = try CostEstimate(
      grossFloorArea: stage.grossFloorArea, unitCost: range, split: split,
      factors: factors.map { .init(name: $0.title.english, value: $0.value) }, extras: all.map(\.extra),
      estimateClass: EstimateClass(number: accuracy.estimateClass ?? 5, below: below, above: above),
      contingencyShare: figure("contingency"), referenceClassUplift: figure("risk.optimism.nonstandard"))
    return ConversionCost(estimate: estimate, unit: unit, factors: factors, extras: all, possible: possible, area: stage.grossFloorArea)
  }

  /// What constraints with `effect: cost` ask of a conversion: a record for each m² of footprint inside.
  private mutating func constraintCosts(_ stage: Stage) -> [(title: Message, extra: CostEstimate.Extra)] {
    study.constraints.enumerated().compactMap { k, constraint in
      guard let unit = constraint.cost, let share = site.number(Study.ConstraintSource.shareColumn(k)), share > constraint.above,
        let footprint = site.number("ind_footprint_area_m2")
      else { return nil }
      use(unit)
      let area = share * footprint * stage.share
      let cost = CostRange(low: (unit.low ?? unit.value) * area, central: unit.value * area, high: (unit.high ?? unit.value) * area)
      return (.text(unit.title), .init(name: unit.title, group: .preparation, cost: cost))
    }
  }

  private static func splitID(_ function: String) -> String {
    switch function {
    case "office", "publicBuilding", "mixed": "split.kg300.office"
    case "school": "split.kg300.school"
    case "culture", "church": "split.kg300.theatre"
    case "warehouse", "garage", "outbuilding": "split.kg300.storage"
    default: "split.kg300"
    }
  }

  /// Renewal of technical systems and fittings at the end of their lives, and what the investment is worth at the end of the horizon:
  /// each group by the remaining life of what was last built in, other groups as the construction.
  mutating func renewals(_ cost: ConversionCost, months: Int) throws -> (replacements: [Replacement], residual: ResidualValue) {
    let horizon = try figure("horizon.building"), total = cost.estimate.total.central
    guard total > 0 else { return ([], .none) }
    let used = horizon - Double(months) / 12
    let share = try figure("replacement.share"), construction = try figure("life.kg300")
    var replacements: [Replacement] = [], worth = 0.0
    for line in cost.estimate.lines {
      let part = line.cost.central / total
      var life = construction
      if line.group == .technical { life = try figure("life.kg400") }
      if line.group == .fittings { life = try figure("life.kg600") }
      var age = used
      if line.group == .technical || line.group == .fittings {
        var year = Int(life)
        while Double(year) < used {
          replacements.append(Replacement(yearsAfterOpening: year, shareOfCapitalCost: share * part))
          age = used - Double(year)
          year += Int(life)
        }
      }
      worth += part * max(0, 1 - age / life)
    }
    // A straight line from opening to the same worth.
    return (replacements, worth > 0 && worth < 1 ? .remainingLife(years: max(1, used / (1 - worth))) : .none)
  }
}
