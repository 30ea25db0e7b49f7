import ProjectFinance

extension AidRule {
  /// Reads `aid-rules.csv`.
  static func load(folder: DataFolder) throws -> [AidRule] {
    let table = try DataTable(
      file: folder.geoData + "/assumptions/aid-rules.csv",
      required: ["rule", "title", "basis", "max_intensity", "applies_to", "valid_from", "valid_to", "source", "verified"])
    return try (0..<table.count).map { row in
      let text = try table.requiredText("basis", row)
      guard let basis = AidBasis(ruleTableText: text) else {
        throw table.failure(row, "basis", "\"\(text)\" is no basis the engine knows.")
      }
      guard let from = CalendarDate(partial: try table.requiredText("valid_from", row)) else {
        throw table.failure(row, "valid_from", "is no date.")
      }
      var to: CalendarDate?
      if let text = table.text("valid_to", row) {
        to = CalendarDate(partial: text)
        if to == nil { throw table.failure(row, "valid_to", "is no date.") }
      }
      return AidRule(
        id: try table.requiredText("rule", row), title: try table.requiredText("title", row), basis: basis,
        maximumIntensity: table.number("max_intensity", row),
        threshold: table.number("aid_threshold_eur", row), totalCostCap: table.number("total_cost_cap_eur", row),
        appliesTo: try table.requiredText("applies_to", row),
        cumulatesWith: table.text("cumulates_with", row).map { [$0] } ?? [], validFrom: from, validTo: to,
        source: try table.requiredText("source", row),
        isVerified: table.isYes("verified", row))
    }
  }
}
