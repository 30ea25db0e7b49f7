/// How often each site takes each rank in the draws: a row for each site, a column for each rank, the darker the more often.
enum AcceptabilityHeatMap {
  /// One site with the share of the draws by rank from first on.
  struct Row {
    var name: String
    var shares: [Double]
  }

  /// Shades from pale to dark begin at these shares; below the first a cell stays empty.
  static let bounds = [0.005, 0.05, 0.15, 0.3, 0.5]

  /// Draws the first sites and ranks; ranks beyond the last column stand together in one more.
  static func picture(_ rows: [Row], ranks: Int, width: Double, catalogue: Catalogue) -> SVGPicture {
    let isNarrow = width < 500
    let labelWidth = isNarrow ? 112.0 : 210
    let shown = rows.map { row -> [Double] in
      guard row.shares.count > ranks else { return row.shares }
      return Array(row.shares.prefix(ranks)) + [row.shares.dropFirst(ranks).reduce(0, +)]
    }
    let columns = shown.map(\.count).max() ?? 0
    let hasRest = columns > ranks
    let cell = min(40, (width - labelWidth) / Double(max(columns, 1)))
    let height = isNarrow ? 22.0 : 24
    let top = 36.0
    var picture = SVGPicture(width: width, height: top + Double(rows.count) * height + 34)
    picture.text(catalogue.text(.axisRank), labelWidth, 13, "axis-name")
    for column in 0..<columns {
      let text = hasRest && column == ranks ? ">\u{2009}" + catalogue.number(Double(ranks)) : catalogue.number(Double(column + 1))
      picture.text(text, labelWidth + (Double(column) + 0.5) * cell, top - 6, "tick", .middle)
    }
    for (r, row) in rows.enumerated() {
      let y = top + Double(r) * height
      picture.text(PageText.fitted(row.name, size: 12.5, width: labelWidth - 12), labelWidth - 8, y + height / 2 + 4, "label", .end)
      for (column, share) in shown[r].enumerated() {
        let x = labelWidth + Double(column) * cell
        picture.open("cell")
        picture.hover("\(row.name), \(catalogue.text(.axisRank)) \(column + 1): \(catalogue.percent(share))")
        let level = bounds.lastIndex { share >= $0 }
        picture.rect(x + 0.75, y + 0.75, x + cell - 0.75, y + height - 0.75, level.map { "q\($0)" } ?? "room", radius: 2)
        if share >= 0.05, cell >= 20 {
          picture.text(
            catalogue.number(share * 100), x + cell / 2, y + height / 2 + 4, (level ?? 0) >= 3 ? "cell-text dark" : "cell-text", .middle)
        }
        picture.close()
      }
    }
    // The shades with the shares at which they begin.
    let y = top + Double(rows.count) * height + 12
    var x = labelWidth
    for (level, bound) in bounds.enumerated() {
      picture.rect(x, y, x + 14, y + 14, "q\(level)", radius: 2)
      let text = "≥\u{2009}" + catalogue.percent(bound)
      picture.text(text, x + 19, y + 11, "tick")
      x += isNarrow ? 46 : 70
    }
    return picture
  }
}
