import ProjectFinance

/// How the area of an alternative is split (method §4): the best-fitting sectors share it, never more than the district's demand absorbs.
extension ConceptBuilder {
  /// The part of the building an alternative uses.
  ///
  /// As much as the demand absorbs, and `further` area that needs no tenants (a venue, a coaching centre); the rest stays closed.
  mutating func stage(_ b: BuildingFacts, further: Double = 0) throws -> Stage {
    let tenants = min(b.lettableArea - further, b.demandLimit ?? .infinity)
    let wanted = (tenants + further) / b.efficiency
    let used = min(b.grossFloorArea, max(wanted, try figure("stage.area.min")))
    if let limit = b.demandLimit, tenants >= limit {
      note(Message(.noteDemand, .whole(limit), .whole(b.lettableArea)))
    }
    return Stage(grossFloorArea: used, closedArea: max(0, b.grossFloorArea - used), available: tenants + further)
  }

  /// Splits an area among the best-fitting sectors in proportion to their fit.
  mutating func programme(_ area: Double, _ b: BuildingFacts, _ fits: [(Sector, Double)], rentShare: Double) throws
    -> [ProgrammeLine]
  {
    guard let best = fits.first?.1, area > 0 else { return [] }
    let most = Int(try figure("programme.sectors.max")), least = try figure("programme.fit.min")
    var chosen = fits.prefix(most).filter { $0.1 >= best * least && $0.0.smallestUnit <= area }
    if chosen.isEmpty { chosen = [fits[0]] }
    let sum = chosen.reduce(0) { $0 + $1.1 }
    return try chosen.map { try line($0.0, sum > 0 ? area * $0.1 / sum : area / Double(chosen.count), b, rentShare: rentShare) }
  }

  private mutating func line(_ sector: Sector, _ area: Double, _ b: BuildingFacts, rentShare: Double) throws -> ProgrammeLine {
    let usual = max(sector.smallestUnit, min(sector.usualUnit, (sector.smallestUnit * sector.usualUnit).squareRoot()))
    let units = max(1, Int((area / usual).rounded()))
    // Sectors that pay below market pay at most the affordable cap of it (method §4).
    let ability = sector.rentShare < 1 ? min(sector.rentShare, try figure("rent.affordable.cap")) : sector.rentShare
    // Space without daylight earns less from sectors that need it.
    var light = 1.0
    if sector.daylight != "none", let share = b.daylightShare {
      light = share + (1 - share) * (try figure("share.secondary.daylight"))
    }
    return ProgrammeLine(
      title: .label(kind: "sector", id: sector.id, english: sector.title), sector: sector.id, area: area, unitArea: area / Double(units),
      units: units, jobs: area / sector.areaPerJob,
      rent: b.rent.map { $0.value * ability * rentShare * light })
  }

  /// A line without tenants of a sector.
  func shared(_ title: Sentence, _ area: Double, jobs: Double = 0) -> ProgrammeLine {
    .init(title: Message(title), sector: nil, area: area, unitArea: nil, units: nil, jobs: jobs, rent: nil)
  }

  /// Area let to sectors, m², and its area-weighted rent; `nil` rent when the market rent is not known.
  static func letting(_ lines: [ProgrammeLine]) -> (area: Double, rent: Double?) {
    let tenanted = lines.filter { $0.sector != nil }
    let area = tenanted.reduce(0) { $0 + $1.area }
    var sum = 0.0
    for line in tenanted {
      guard let rent = line.rent else { return (area, nil) }
      sum += rent * line.area
    }
    return (area, area > 0 ? sum / area : 0)
  }
}
