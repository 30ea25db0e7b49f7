/// Charts of cost, cash flow, uncertainty, risk and time.
struct AppraisalCharts {
  let catalogue: Catalogue
  let currency: String

  private func money(_ value: Double) -> String { catalogue.compactMoney(value, currency: currency) }

  /// Rows of intervals with their central value on one money axis that includes zero.
  func intervals(_ rows: [(title: String, value: ChartValue, isMarked: Bool)], width: Double, axisName: String) -> SVGPicture {
    let isNarrow = width < 500
    let labelWidth = isNarrow ? 0.0 : 190
    let valueWidth = 76.0
    let rowHeight = isNarrow ? 40.0 : 28
    let bottom = Double(rows.count) * rowHeight + 6
    var picture = SVGPicture(width: width, height: bottom + 36)
    let all = rows.flatMap { [$0.value.value, $0.value.low, $0.value.high].compactMap(\.self) }
    let axis = Axis(low: all.min() ?? 0, high: all.max() ?? 1, from: labelWidth + 4, to: width - valueWidth, count: isNarrow ? 3 : 5)
    drawMoneyAxis(&picture, axis, top: 2, bottom: bottom, name: axisName, left: labelWidth)
    let hasMark = rows.contains { !$0.isMarked }
    for (i, row) in rows.enumerated() {
      let y = 2 + Double(i) * rowHeight
      let mid = y + (isNarrow ? 28 : rowHeight / 2)
      let style = row.isMarked && hasMark ? "label strong" : "label"
      if isNarrow {
        picture.text(PageText.fitted(row.title, size: 12, width: width), 0, y + 15, style)
      } else {
        picture.text(PageText.fitted(row.title, size: 12.5, width: labelWidth - 8), labelWidth - 8, mid + 4, style, .end)
      }
      guard let value = row.value.value else {
        picture.text(catalogue.text(.unknown), axis(0) + 6, mid + 4, "note")
        continue
      }
      picture.rect(axis(0), mid - 7, axis(value), mid + 7, (value < 0 ? "bar loss" : "bar gain") + (row.isMarked ? "" : " pale"))
      ScoreCharts.whisker(&picture, row.value, axis, mid, half: 5)
      picture.text(money(value), width, mid + 4, row.isMarked && hasMark ? "value strong" : "value", .end)
    }
    return picture
  }

  private func drawMoneyAxis(_ picture: inout SVGPicture, _ axis: Axis, top: Double, bottom: Double, name: String, left: Double) {
    for tick in axis.ticks {
      picture.line(axis(tick), top, axis(tick), bottom, tick == 0 ? "axis" : "grid")
    }
    let widest = axis.ticks.map { PageText.width(money($0), size: 11.5) }.max() ?? 0
    let gap = axis.ticks.count > 1 ? abs(axis(axis.ticks[1]) - axis(axis.ticks[0])) : 100
    let every = max(1, Int((widest + 10) / gap) + (widest + 10 > gap ? 1 : 0))
    for (i, tick) in axis.ticks.enumerated() where tick == 0 || i % every == 0 {
      picture.text(money(tick), axis(tick), bottom + 15, "tick", .middle)
    }
    picture.text(name, left, bottom + 31, "axis-name")
  }

  /// One year of a cash flow; amounts signed as money in or out.
  struct Year {
    var label: String
    var parts: [Double]
    var cumulative: Double?
  }

  /// Stacked bars in and out by year and the running sum as a line. `series` names the parts.
  func cashFlow(_ years: [Year], series: [String], width: Double) -> SVGPicture {
    let left = 66.0
    var x = 0.0
    var y = 12.0
    var picture = SVGPicture(width: width, height: 0)
    for (i, name) in (series + [catalogue.text(.cumulative)]).enumerated() {
      let length = 22 + PageText.width(name, size: 12) + 16
      if x > 0, x + length > width {
        x = 0
        y += 20
      }
      if i < series.count {
        picture.rect(x, y - 9, x + 14, y + 3, "bar f\(i)")
      } else {
        picture.line(x, y - 3, x + 16, y - 3, "running")
        picture.circle(x + 8, y - 3, 2.5, "running-dot")
      }
      picture.text(name, x + 20, y + 2, "legend-text")
      x += length
    }
    let top = y + 20
    let bottom = top + (width < 500 ? 200 : 260)
    picture.height = bottom + 26
    let sums = years.flatMap { year in
      [year.parts.filter { $0 > 0 }.reduce(0, +), year.parts.filter { $0 < 0 }.reduce(0, +), year.cumulative ?? 0]
    }
    let axis = Axis(low: sums.min() ?? 0, high: sums.max() ?? 1, from: bottom, to: top, count: 5)
    for tick in axis.ticks {
      picture.line(left, axis(tick), width, axis(tick), tick == 0 ? "axis" : "grid")
      picture.text(money(tick), left - 6, axis(tick) + 4, "tick", .end)
    }
    let step = (width - left) / Double(max(years.count, 1))
    let half = min(step * 0.36, 22)
    var line = SVGPath()
    var dots: [(Double, Double)] = []
    let every = max(1, Int((34 / step).rounded(.up)))
    for (i, year) in years.enumerated() {
      let mid = left + (Double(i) + 0.5) * step
      var up = 0.0
      var down = 0.0
      for (part, amount) in year.parts.enumerated() where amount != 0 {
        let base = amount > 0 ? up : down
        picture.rect(mid - half, axis(base), mid + half, axis(base + amount), "bar f\(part)")
        if amount > 0 { up += amount } else { down += amount }
      }
      if let cumulative = year.cumulative {
        let point = (mid, axis(cumulative))
        if dots.isEmpty { line.move(point.0, point.1) } else { line.line(point.0, point.1) }
        dots.append(point)
      }
      if i % every == 0 { picture.text(year.label, mid, bottom + 17, "tick", .middle) }
    }
    if dots.count > 1 { picture.path(line, "running") }
    for dot in dots { picture.circle(dot.0, dot.1, 2.5, "running-dot") }
    return picture
  }

  /// How far the result swings when one input changes, widest first.
  func tornado(_ bars: [(title: String, low: Double?, high: Double?, lowLabel: String, highLabel: String)], base: Double?, width: Double)
    -> SVGPicture
  {
    let isNarrow = width < 500
    let labelWidth = isNarrow ? 0.0 : 200
    let rowHeight = isNarrow ? 42.0 : 28
    let top = base == nil ? 4.0 : 22
    let bottom = top + Double(bars.count) * rowHeight
    var picture = SVGPicture(width: width, height: bottom + 36)
    let values = bars.flatMap { [$0.low, $0.high].compactMap(\.self) } + (base.map { [$0] } ?? [])
    let axis = Axis(low: values.min() ?? 0, high: values.max() ?? 1, from: labelWidth + 34, to: width - 38, count: isNarrow ? 3 : 5)
    drawMoneyAxis(&picture, axis, top: top, bottom: bottom, name: catalogue.text(.axisNPV), left: labelWidth)
    let center = base ?? 0
    for (i, bar) in bars.enumerated() {
      let y = top + Double(i) * rowHeight
      let mid = y + (isNarrow ? 29 : rowHeight / 2)
      if isNarrow {
        picture.text(PageText.fitted(bar.title, size: 12, width: width), 0, y + 15, "label")
      } else {
        picture.text(PageText.fitted(bar.title, size: 12.5, width: labelWidth - 10), labelWidth - 8, mid + 4, "label", .end)
      }
      for (value, label) in [(bar.low, bar.lowLabel), (bar.high, bar.highLabel)] {
        guard let value else { continue }
        picture.rect(axis(center), mid - 8, axis(value), mid + 8, value < center ? "bar loss" : "bar gain")
        let isLeft = value < center
        picture.text(label, axis(value) + (isLeft ? -4 : 4), mid + 4, "note", isLeft ? .end : .start)
      }
    }
    if let base {
      picture.line(axis(base), top - 4, axis(base), bottom, "base")
      picture.text(money(base), axis(base), top - 8, "value", .middle)
    }
    return picture
  }

  /// The distribution of a result over seeded draws, with its percentiles; what lies below zero has the colour of a loss.
  func histogram(from low: Double, to high: Double, counts: [Double], marks: [(label: String, value: Double)], width: Double) -> SVGPicture
  {
    let left = 8.0
    let top = 34.0
    let bottom = top + (width < 500 ? 150 : 190)
    var picture = SVGPicture(width: width, height: bottom + 36)
    let step = (high - low) / Double(max(counts.count, 1))
    let round = Axis(low: low, high: high, from: left, to: width - 8, count: width < 500 ? 4 : 7, includesZero: false)
    let axis = Axis(exactly: low, high, from: left, to: width - 8, ticks: round.ticks.filter { $0 >= low && $0 <= high })
    let most = max(counts.max() ?? 1, 1)
    drawMoneyAxis(&picture, axis, top: top, bottom: bottom, name: catalogue.text(.axisNPV), left: left)
    for (i, count) in counts.enumerated() where count > 0 {
      let from = low + Double(i) * step
      let y = bottom - (bottom - top) * count / most
      picture.rect(axis(from) + 0.5, bottom, axis(from + step) - 0.5, y, from + step / 2 < 0 ? "bar loss" : "bar gain")
    }
    picture.line(left, bottom, width - 8, bottom, "axis")
    for (i, mark) in marks.enumerated() {
      let x = axis(mark.value)
      picture.line(x, top - 4 - (i == 1 ? 14 : 0), x, bottom, "base")
      let text = mark.label + " " + money(mark.value)
      let half = PageText.width(text, size: 11.5) / 2
      picture.text(text, min(max(x, half), width - half), top - 8 - (i == 1 ? 14 : 0), "value", .middle)
    }
    return picture
  }

  /// Parts of a whole as one bar with labels below: sources and uses.
  func stack(_ parts: [(title: String, value: Double)], width: Double) -> SVGPicture {
    let total = parts.reduce(0) { $0 + max($1.value, 0) }
    var picture = SVGPicture(width: width, height: 0)
    guard total > 0 else { return picture }
    var x = 0.0
    var y = 58.0
    for (i, part) in parts.enumerated() where part.value > 0 {
      let length = width * part.value / total
      picture.rect(x, 4, x + length, 34, "bar s\(i) edge")
      x += length
      picture.rect(0, y - 10, 12, y + 2, "bar s\(i)")
      picture.text(PageText.fitted(part.title, size: 12.5, width: width - 170), 20, y, "label")
      picture.text(catalogue.percent(part.value / total), width, y, "value", .end)
      picture.text(catalogue.money(part.value.rounded(), currency: currency), width - 48, y, "value", .end)
      y += 21
    }
    picture.height = y - 8
    return picture
  }

  /// Likelihood against impact, 1 to 5 each; numbers in the cells refer to the table beside it.
  func riskMatrix(_ risks: [(number: Int, likelihood: Int, impact: Int)], width: Double) -> SVGPicture {
    let left = 30.0
    let cell = min((width - left) / 5, 72)
    let rowHeight = min(cell, 46)
    let bottom = 5 * rowHeight
    var picture = SVGPicture(width: left + 5 * cell, height: bottom + 34)
    for likelihood in 1...5 {
      for impact in 1...5 {
        let x = left + Double(impact - 1) * cell
        let y = bottom - Double(likelihood) * rowHeight
        let product = likelihood * impact
        picture.rect(
          x + 1, y + 1, x + cell - 1, y + rowHeight - 1, "risk r\(product >= 15 ? 3 : product >= 8 ? 2 : product >= 4 ? 1 : 0)", radius: 3)
        let numbers = risks.filter { $0.likelihood == likelihood && $0.impact == impact }.map { String($0.number) }
        if !numbers.isEmpty {
          picture.text(
            numbers.joined(separator: ", "), x + cell / 2, y + rowHeight / 2 + 5, product >= 15 ? "risk-number dark" : "risk-number",
            .middle)
        }
      }
      picture.text(String(likelihood), left - 8, bottom - (Double(likelihood) - 0.5) * rowHeight + 4, "tick", .end)
      picture.text(String(likelihood), left + (Double(likelihood) - 0.5) * cell, bottom + 14, "tick", .middle)
    }
    picture.text(catalogue.text(.axisRisk), left, bottom + 30, "axis-name")
    return picture
  }

  /// Phases as bars over months.
  func timetable(_ phases: [(title: String, from: Double, to: Double)], width: Double) -> SVGPicture {
    let isNarrow = width < 500
    let labelWidth = isNarrow ? 0.0 : 210
    let rowHeight = isNarrow ? 38.0 : 26
    let bottom = 4 + Double(phases.count) * rowHeight
    var picture = SVGPicture(width: width, height: bottom + 34)
    let last = phases.map(\.to).max() ?? 12
    let step: Double = last <= 24 ? 3 : last <= 60 ? 6 : 12
    let end = (last / step).rounded(.up) * step
    let axis = Axis(
      exactly: 0, max(end, step), from: labelWidth + 4, to: width - 12, ticks: (0...Int(max(end, step) / step)).map { Double($0) * step })
    for (i, tick) in axis.ticks.enumerated() {
      picture.line(axis(tick), 2, axis(tick), bottom, "grid")
      if !isNarrow || i.isMultiple(of: 2) { picture.text(catalogue.number(tick), axis(tick), bottom + 14, "tick", .middle) }
    }
    picture.text(catalogue.text(.axisMonths), labelWidth, bottom + 30, "axis-name")
    for (i, phase) in phases.enumerated() {
      let y = 4 + Double(i) * rowHeight
      let mid = y + (isNarrow ? 27 : rowHeight / 2)
      if isNarrow {
        picture.text(PageText.fitted(phase.title, size: 12, width: width), 0, y + 15, "label")
      } else {
        picture.text(PageText.fitted(phase.title, size: 12.5, width: labelWidth - 8), labelWidth - 8, mid + 4, "label", .end)
      }
      picture.rect(axis(phase.from), mid - 6, axis(phase.to), mid + 6, "bar g0", radius: 3)
    }
    return picture
  }
}
