import Assessment
import TextFormats

/// The building, its vacancy, what lies around it, and what is not known.
extension SitePage {
  private mutating func rows(_ facts: [FactReport]) -> [JSON] {
    var rows: [JSON] = []
    for fact in facts { rows.append(.members(["title": say(fact.title), "figure": figure(fact.figure).json])) }
    return rows
  }

  mutating func facts() -> JSON {
    let place = site.site
    let rows = rows(place.facts)
    var plain: [JSON] = []
    func add(_ phrase: Phrase, _ value: String?) {
      plain.append(
        .members([
          "label": .string(catalogue.text(phrase)), "value": .string(value ?? catalogue.text(.unknown)), "known": .bool(value != nil),
        ]))
    }
    add(.formerUse, catalogue.title("function", place.function))
    add(.yearBuilt, place.year.map { "\($0)" })
    add(.condition, place.condition.map { catalogue.title("value", $0, $0) })
    add(.heritage, place.isListed.map { catalogue.text($0 ? .listed : .notListed) })
    add(.owner, place.owner.map { catalogue.title("value", $0, $0) })
    if let energy = place.energyClass {
      plain.append(
        .members([
          "label": .string(catalogue.title("fact", "energy_class", "Energy class")), "value": .clean(energy, limit: 8), "known": true,
        ]))
    }
    return .members(["rows": .array(rows), "plain": .array(plain), "has_rows": .bool(!rows.isEmpty)])
  }

  func vacancy() -> JSON {
    let rows = site.vacancy.evidence.map { piece -> JSON in
      .members([
        "source": .clean(piece.source, limit: 200), "kind": .string(catalogue.title("evidence", piece.kind)),
        "status": .string(catalogue.title("vacancy", piece.status, piece.status)),
        "observed": .string(piece.observed.map { catalogue.date($0) } ?? catalogue.text(.unknown)),
        "since": .string(piece.since.map { catalogue.date($0) } ?? "–"), "confidence": number(piece.confidence, decimals: 2),
        "decayed": number(piece.decayedConfidence, decimals: 2), "counts": .bool(piece.counts),
      ])
    }
    return .members([
      "class": .string(catalogue.title("vacancy", site.vacancy.state.rawValue)),
      "confidence": JSON(site.vacancy.confidence.map { catalogue.number($0, decimals: 2) }), "rows": .array(rows),
      "has_rows": .bool(!rows.isEmpty),
    ])
  }

  mutating func surroundings() -> JSON {
    let rows = rows(site.surroundings)
    return .members(["rows": .array(rows), "has_rows": .bool(!rows.isEmpty)])
  }

  func findOut() -> JSON {
    guard !site.findOut.isEmpty else { return .null }
    return .members([
      "rows": .array(
        site.findOut.map { fact in
          .members([
            "fact": .string(catalogue.label("criterion", fact.criterion) ?? words(fact.fact)),
            "swing": .string("±" + catalogue.number(abs(fact.scoreSwing) / 2, decimals: 1)),
            "width": number(abs(fact.scoreSwing), decimals: 1),
            "ranks": number(fact.rankSwing.map(Double.init)), "how": say(fact.how, limit: 500),
          ])
        })
    ])
  }

  func quality() -> JSON {
    var counts: [ValueBasis: Int] = [:]
    for criterion in site.score.criteria { counts[criterion.basis, default: 0] += 1 }
    return .members([
      "completeness": JSON(site.score.completeness.map { catalogue.percent($0, decimals: 0) }),
      "bases": .array(
        ValueBasis.allCases.compactMap { basis in
          counts[basis].map {
            .members(["title": .string(catalogue.title("basis", basis.rawValue)), "count": .string(catalogue.number(Double($0)))])
          }
        }),
    ])
  }

  func assumptions() -> JSON {
    guard !site.assumptions.isEmpty else { return .null }
    return .members([
      "rows": .array(
        site.assumptions.map { row in
          .members([
            "id": .clean(row.id, limit: 80), "title": .clean(row.title, limit: 200),
            "value": .string(catalogue.quantity(row.value, unit: row.unit)),
            "range": JSON(zip2(row.low, row.high).map { catalogue.interval($0, $1, unit: row.unit) }),
            "base": JSON(row.priceBase.map { "\($0)" }), "country": .clean(row.country, limit: 20),
            "kind": .clean(catalogue.title("kind", row.kind)), "assumed": .bool(row.kind == Figure.Kind.assumption.rawValue),
            "source": .clean(row.source, limit: 400), "remark": .clean(row.note, limit: 400),
          ])
        })
    ])
  }

  func method() -> JSON { methodView(site.method, crs: site.study.crs, catalogue) }
}
