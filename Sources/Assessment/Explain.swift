import Foundation
public import TextFormats

extension Portfolio {
  /// Why a site has its score and rank, and what to find out next: as JSON.
  public func explanation(of id: String) throws -> JSON {
    let json = try explanation(at: row(of: id)).json
    return [
      "site_id": .string(id), "name": json["site"]?["name"] ?? nil, "vacancy": json["vacancy"] ?? nil, "score": json["score"] ?? nil,
      "find_out": json["find_out"] ?? nil,
      "counterfactuals": json["counterfactuals"] ?? nil, "sectors": .array(Array((json["sectors"]?.array ?? []).prefix(3))),
    ]
  }

  /// The explanation as JSON text.
  public func explanationJSONText(of id: String) throws -> String { try explanation(of: id).serialized(indent: 2) }

  /// The explanation as text for people.
  public func explanationText(of id: String) throws -> String {
    let json = try explanation(of: id)
    func f(_ value: JSON?, _ digits: Int = 1) -> String {
      guard let v = value?.number else { return "–" }
      return String(format: "%.\(digits)f", v)
    }
    func pad(_ text: String, _ n: Int) -> String { text.count >= n ? text : text + String(repeating: " ", count: n - text.count) }
    func left(_ text: String, _ n: Int) -> String { text.count >= n ? text : String(repeating: " ", count: n - text.count) + text }
    let score = json["score"]
    var lines = ["\(json["name"]?.string.map { "\($0) · " } ?? "")\(id)"]
    lines.append(
      "Rank \(f(score?["rank"], 0)) of \(f(score?["of"], 0)) (between \(f(score?["rank_low"], 0)) and \(f(score?["rank_high"], 0)) as far as the unknown goes)"
    )
    lines.append(
      "Score \(f(score?["score"])) of 100, between \(f(score?["low"])) and \(f(score?["high"])); \(f(score?["completeness"].map { JSON(($0.number ?? 0) * 100) }, 0)) % of the weight is known from data"
    )
    lines.append("Suitability \(f(score?["suitability"])), regeneration need \(f(score?["regeneration_need"]))")
    let vacancy = json["vacancy"]
    lines.append("\nVacancy: \(vacancy?["class"]?.string ?? "unknown"), confidence \(f(vacancy?["confidence"], 2))")
    for piece in vacancy?["evidence"]?.array ?? [] {
      lines.append(
        "  \(piece["counts"]?.bool == true ? "→" : " ") \(piece["status"]?.string ?? ""), \(piece["source"]?.string ?? "")\(piece["observed"]?.string.map { ", observed \($0)" } ?? ""): \(f(piece["decayed_confidence"], 2))"
      )
    }
    lines.append(
      "\n\(pad("Criterion", 52))\(left("weight", 7))\(left("measured", 12))\(left("worth", 7))\(left("points", 8))   range of points")
    for criterion in score?["criteria"]?.array ?? [] {
      let x = criterion["x"]
      let measured = x?.string ?? (x?.number != nil ? f(x, 2) : "–")
      let basis = criterion["basis"]?.string ?? "data"
      let low = f(criterion["contribution_low"], 2), high = f(criterion["contribution_high"], 2)
      lines.append(
        "\(pad(String((criterion["title"]?.string ?? "").prefix(50)), 52))\(left(f(criterion["weight"], 0), 7))\(left(String(measured.prefix(11)), 12))\(left(f(criterion["v"], 2), 7))\(left(f(criterion["contribution"], 2), 8))   \(low == high ? "" : "\(low)–\(high) ")\(basis == "data" ? "" : "(\(basis))")"
      )
    }
    for penalty in score?["penalties"]?.array ?? [] {
      let share = "\(f(penalty["share"].map { JSON(($0.number ?? 0) * 100) }, 0)) % of the footprint"
      lines.append(
        "\(pad("Penalty: \(penalty["kind"]?.string ?? ""), \(share), × \(f(penalty["factor"], 2))", 78))\(left(f(penalty["points"], 2), 8))"
      )
    }
    lines.append("\(pad("Sum", 78))\(left(f(score?["score"], 2), 8))")
    let facts = (json["find_out"]?.array ?? []).prefix(6)
    if !facts.isEmpty {
      lines.append("\nFind out next:")
      for fact in facts {
        let ranks = fact["rank_best"]?.isNull == false ? ", rank \(f(fact["rank_best"], 0))–\(f(fact["rank_worst"], 0))" : ""
        lines.append(
          "  \(pad(fact["fact"]?.string ?? "", 40)) up to \(f(fact["score_swing"])) points\(ranks) — \(fact["how"]?.string ?? "")")
      }
    }
    if let ranks = score?["agreement"]?["ranks"]?.object {
      lines.append("\nRank among the first \(f(score?["agreement"]?["among"], 0)) by other methods:")
      lines.append("  " + ranks.map { "\($0.name) \(f($0.value, 0))" }.joined(separator: ", "))
    }
    let views = score?["stakeholders"]?.array ?? []
    if !views.isEmpty {
      lines.append("Rank by point of view:")
      lines.append("  " + views.map { "\($0["title"]?.string ?? "") \(f($0["rank"], 0))" }.joined(separator: ", "))
    }
    let changes = json["counterfactuals"]?.array ?? []
    if !changes.isEmpty {
      lines.append("\nWhat would change the score:")
      for change in changes { lines.append("  \(pad(change["change"]?.string ?? "", 40)) +\(f(change["score_delta"]))") }
    }
    lines.append("\nBest sectors:")
    for sector in json["sectors"]?.array ?? [] {
      lines.append(
        "  \(pad(sector["title"]?.string ?? "", 30)) fit \(f(sector["fit"], 2))\(sector["limiting_title"]?.string.map { ", limited by \($0)" } ?? "")"
      )
    }
    return lines.joined(separator: "\n")
  }
}
