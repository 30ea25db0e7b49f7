import SimpleFeatures

/// A value that may be unknown, with its interval.
struct ChartValue {
  var value: Double?
  var low: Double?
  var high: Double?
}

/// One criterion's row of the score chart.
struct ScoreBar {
  var title: String
  var weight: Double
  var contribution: ChartValue
  /// Whether the value comes from data; else it is a prior or a median and drawn hatched-light.
  var isKnown: Bool
}

/// A group of criteria with its own sum.
struct ScoreGroup {
  var id: String
  var title: String
  var weight: Double
  var contribution: ChartValue
  var bars: [ScoreBar]
}

/// Charts of the score, its parts and the ranks.
enum ScoreCharts {
  static let groupStyles: [String: Int] = ["building": 0, "location": 1, "ecosystem": 2, "district": 3, "deliverability": 4]

  static func style(ofGroup id: String, at position: Int) -> Int { groupStyles[id] ?? position % 5 }

  /// Contribution of each criterion in points, the weight as the room that was to be had, whiskers for what is not known.
  static func breakdown(_ groups: [ScoreGroup], width: Double, catalogue: Catalogue) -> SVGPicture {
    let isNarrow = width < 500
    let labelWidth = isNarrow ? 0.0 : 236
    let valueWidth = 92.0
    let rowHeight = isNarrow ? 34.0 : 21
    let headHeight = 36.0
    let top = 4.0
    let rows = groups.reduce(0) { $0 + $1.bars.count }
    let bottom = top + Double(groups.count) * headHeight + Double(rows) * rowHeight + 4
    var picture = SVGPicture(width: width, height: bottom + 36)
    let most = groups.flatMap(\.bars).map(\.weight).max() ?? 10
    let axis = Axis(low: 0, high: most, from: labelWidth, to: width - valueWidth, count: 4)
    for tick in axis.ticks {
      picture.line(axis(tick), top + headHeight - 6, axis(tick), bottom, tick == 0 ? "axis" : "grid")
      picture.text(catalogue.number(tick), axis(tick), bottom + 15, "tick", .middle)
    }
    picture.text(catalogue.text(.axisPoints), labelWidth, bottom + 31, "axis-name")
    var y = top
    for (position, group) in groups.enumerated() {
      let style = style(ofGroup: group.id, at: position)
      picture.text(group.title, 0, y + 22, "group-name")
      let sum = group.contribution.value.map { catalogue.number($0, decimals: 1) } ?? "–"
      picture.text(
        catalogue.text(.ofPoints, ["value": sum, "of": catalogue.number(group.weight)]), width, y + 22, "group-sum", .end)
      picture.line(0, y + 29, width, y + 29, "rule")
      y += headHeight
      for bar in group.bars {
        let mid = y + (isNarrow ? 24 : rowHeight / 2)
        if isNarrow {
          picture.text(PageText.fitted(bar.title, size: 12, width: width), 0, y + 13, "label")
        } else {
          picture.text(PageText.fitted(bar.title, size: 12.5, width: labelWidth - 12), labelWidth - 10, mid + 4, "label", .end)
        }
        picture.rect(axis(0), mid - 6, axis(bar.weight), mid + 6, "room")
        if let value = bar.contribution.value {
          picture.rect(axis(0), mid - 6, axis(value), mid + 6, "bar g\(style)\(bar.isKnown ? "" : " assumed")")
        }
        whisker(&picture, bar.contribution, axis, mid)
        let text = bar.contribution.value.map { catalogue.number($0, decimals: 1) } ?? "–"
        picture.text(
          catalogue.text(.ofPoints, ["value": text, "of": catalogue.significant(bar.weight, figures: 2)]), width, mid + 4, "value", .end)
        y += rowHeight
      }
    }
    return picture
  }

  /// An interval across a bar, drawn only where it is wider than a pixel.
  static func whisker(_ picture: inout SVGPicture, _ value: ChartValue, _ axis: Axis, _ y: Double, half: Double = 4) {
    guard let low = value.low, let high = value.high, abs(axis(high) - axis(low)) > 1 else { return }
    picture.line(axis(low), y, axis(high), y, "whisker")
    for end in [low, high] { picture.line(axis(end), y - half, axis(end), y + half, "whisker") }
  }

  /// The score and its interval on 0–100, for a headline or a table cell.
  static func scoreStrip(_ score: ChartValue, width: Double, height: Double, isLabelled: Bool, catalogue: Catalogue) -> SVGPicture {
    var picture = SVGPicture(width: width, height: isLabelled ? height + 18 : height)
    let axis = Axis(exactly: 0, 100, from: 4, to: width - 4, ticks: [0, 25, 50, 75, 100])
    let mid = height / 2
    picture.line(axis(0), mid, axis(100), mid, "strip")
    if isLabelled {
      for tick in axis.ticks {
        picture.line(axis(tick), mid - 3, axis(tick), mid + 3, "strip")
        picture.text(catalogue.number(tick), axis(tick), height + 12, "tick", tick == 0 ? .start : tick == 100 ? .end : .middle)
      }
    }
    if let low = score.low, let high = score.high { picture.rect(axis(low), mid - 4, axis(high), mid + 4, "strip-interval", radius: 3) }
    if let value = score.value { picture.circle(axis(value), mid, 4.5, "strip-dot") }
    return picture
  }

  /// How often each rank came out of the draws.
  static func acceptability(_ shares: [Double], width: Double, catalogue: Catalogue) -> SVGPicture {
    let height = 150.0
    var picture = SVGPicture(width: width, height: height + 36)
    let axis = Axis(low: 0, high: max(shares.max() ?? 0, 0.1), from: height, to: 16, count: 4)
    let left = 42.0
    for tick in axis.ticks {
      picture.line(left, axis(tick), width, axis(tick), tick == 0 ? "axis" : "grid")
      picture.text(catalogue.percent(tick), left - 6, axis(tick) + 4, "tick", .end)
    }
    let step = (width - left) / Double(max(shares.count, 1))
    for (i, share) in shares.enumerated() {
      let x = left + (Double(i) + 0.5) * step
      picture.rect(x - step * 0.32, axis(0), x + step * 0.32, axis(share), "bar g0")
      if share >= 0.005 { picture.text(catalogue.percent(share, decimals: 0), x, axis(share) - 4, "value", .middle) }
      picture.text(catalogue.number(Double(i + 1)), x, height + 15, "tick", .middle)
    }
    picture.text(catalogue.text(.axisRank), left, height + 31, "axis-name")
    return picture
  }

  /// Fit of each creative sub-market from 0 to 1, with the need that limits it.
  static func sectors(_ sectors: [(title: String, fit: Double?, limiting: String)], width: Double, catalogue: Catalogue) -> SVGPicture {
    let isNarrow = width < 500
    let labelWidth = isNarrow ? 0.0 : 190
    let noteWidth = isNarrow ? 40.0 : 210
    let rowHeight = isNarrow ? 38.0 : 24
    let bottom = Double(sectors.count) * rowHeight + 6
    var picture = SVGPicture(width: width, height: bottom + 34)
    let axis = Axis(exactly: 0, 1, from: labelWidth, to: width - noteWidth, ticks: [0, 0.25, 0.5, 0.75, 1])
    for tick in axis.ticks {
      picture.line(axis(tick), 4, axis(tick), bottom, tick == 0 ? "axis" : "grid")
      picture.text(catalogue.percent(tick), axis(tick), bottom + 14, "tick", tick == 0 && isNarrow ? .start : .middle)
    }
    picture.text(catalogue.text(.axisFit), labelWidth, bottom + 30, "axis-name")
    for (i, sector) in sectors.enumerated() {
      let y = 4 + Double(i) * rowHeight
      let mid = y + (isNarrow ? 26 : rowHeight / 2)
      let note = sector.limiting.isEmpty ? "" : catalogue.text(.limitedBy, ["need": sector.limiting])
      if isNarrow {
        let title = note.isEmpty ? sector.title : sector.title + " · " + note
        picture.text(PageText.fitted(title, size: 12, width: width), 0, y + 14, "label")
      } else {
        picture.text(PageText.fitted(sector.title, size: 12.5, width: labelWidth - 12), labelWidth - 10, mid + 4, "label", .end)
      }
      guard let fit = sector.fit else {
        picture.text(catalogue.text(.unknown), axis(0) + 6, mid + 4, "note")
        continue
      }
      picture.rect(axis(0), mid - 7, axis(fit), mid + 7, i < 3 ? "bar g1" : "bar g1 pale")
      let value = catalogue.percent(fit, decimals: 0)
      picture.text(value, axis(fit) + 6, mid + 4, "value")
      if !isNarrow, !note.isEmpty {
        picture.text(PageText.fitted(note, size: 11.5, width: noteWidth - 44), axis(1) + 44, mid + 4, "note")
      }
    }
    return picture
  }

  /// Scores against returns, one dot a site.
  static func scatter(
    _ points: [(score: Double, value: Double, label: String?, id: Int)], width: Double, height: Double, axisName: String, currency: String,
    catalogue: Catalogue
  ) -> SVGPicture {
    var picture = SVGPicture(width: width, height: height)
    let left = 64.0
    let bottom = height - 40
    let xLow = points.map(\.score).min() ?? 0
    let xHigh = points.map(\.score).max() ?? 100
    let xAxis = Axis(
      low: max(0, xLow - 3), high: min(100, xHigh + 3), from: left, to: width - 20, count: width < 500 ? 4 : 6, includesZero: false)
    let yAxis = Axis(low: points.map(\.value).min() ?? 0, high: points.map(\.value).max() ?? 0, from: bottom, to: 26, count: 5)
    for tick in yAxis.ticks {
      picture.line(left, yAxis(tick), width - 10, yAxis(tick), tick == 0 ? "axis" : "grid")
      picture.text(catalogue.compactMoney(tick, currency: currency), left - 6, yAxis(tick) + 4, "tick", .end)
    }
    for tick in xAxis.ticks {
      picture.line(xAxis(tick), bottom, xAxis(tick), bottom + 4, "axis")
      picture.text(catalogue.number(tick), xAxis(tick), bottom + 17, "tick", .middle)
    }
    picture.text(PageText.fitted(axisName, size: 12, width: width), 0, 12, "axis-name")
    picture.text(catalogue.text(.axisScore), width - 10, height - 6, "axis-name", .end)
    var taken: [Envelope] = points.map {
      let (x, y) = (xAxis($0.score), yAxis($0.value))
      return Envelope(minX: x - 5, minY: y - 5, maxX: x + 5, maxY: y + 5)
    }
    for point in points {
      picture.open("dot", attributes: " data-site=\"\(point.id)\"")
      picture.circle(xAxis(point.score), yAxis(point.value), 5, "map-dot q3")
      if let label = point.label {
        let text = PageText.fitted(label, size: 11.5, width: 120)
        let (x, y) = (xAxis(point.score), yAxis(point.value))
        let length = PageText.width(text, size: 11.5)
        for side in [1.0, -1] {
          let start = side > 0 ? x + 8 : x - 8 - length
          let box = Envelope(minX: start, minY: y - 6, maxX: start + length, maxY: y + 6)
          guard start > left, start + length < width, !taken.contains(where: { $0.intersects(box) }) else { continue }
          picture.text(text, x + 8 * side, y + 4, "note", side > 0 ? .start : .end)
          taken.append(box)
          break
        }
      }
      picture.close()
    }
    return picture
  }
}
