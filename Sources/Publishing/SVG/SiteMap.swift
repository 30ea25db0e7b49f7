import Assessment
import SimpleFeatures

/// Maps of a site in its surroundings, and of all sites in the city.
struct MapDrawing {
  var picture: SVGPicture
  let frame: MapFrame
  /// What the legend must explain, in drawing order.
  var vacancies: Set<VacancyStyle> = []
  var places: [PlaceStyle: Int] = [:]
  var buildingCount = 0
  var isGeneralised = false
  var hasStreets = false
  var hasDistricts = false

  init(frame: MapFrame) {
    self.frame = frame
    picture = SVGPicture(width: frame.width, height: frame.height)
    picture.rect(0, 0, frame.width, frame.height, "map-ground")
  }

  // MARK: Layers

  mutating func drawDistricts(_ districts: FeatureBatch) {
    var edges = SVGPath()
    for feature in 0..<districts.count where districts.geometry.envelope(of: feature).intersects(frame.window) {
      frame.add(districts.geometry, area: feature, to: &edges, tolerance: 1)
    }
    hasDistricts = !edges.isEmpty
    picture.path(edges, "map-district")
  }

  mutating func labelDistricts(_ districts: FeatureBatch) {
    guard let name = districts.attribute("name") else { return }
    for feature in 0..<districts.count {
      let envelope = districts.geometry.envelope(of: feature)
      guard envelope.width * frame.scale > 90, let text = name.text(feature) else { continue }
      let center = envelope.center
      let (x, y) = (frame.x(center.x), frame.y(center.y))
      guard x > 40, y > 20, x < frame.width - 40, y < frame.height - 30 else { continue }
      picture.text(PageText.fitted(PageText.clean(text), size: 12, width: envelope.width * frame.scale), x, y, "map-district-name", .middle)
    }
  }

  /// Draws the streets of at least a line class, wide ones last.
  mutating func drawStreets(_ atlas: Atlas, from lowest: UInt8 = 0) {
    var paths = [SVGPath](repeating: SVGPath(), count: 4)
    for feature in atlas.streets.features(in: frame.window) {
      let width = Int(atlas.streetWidths[feature])
      guard width >= lowest else { continue }
      frame.add(atlas.surroundings.streets.geometry, line: feature, to: &paths[width])
    }
    for width in 0..<4 where !paths[width].isEmpty {
      hasStreets = true
      picture.path(paths[width], "map-street s\(width)")
    }
  }

  /// Draws footprints by vacancy class, leaving out `except`; `selection` replaces the search in the window.
  mutating func drawBuildings(_ atlas: Atlas, except: [Int] = [], selection: [Int]? = nil, tolerance: Double = 0.6) {
    var paths = [SVGPath](repeating: SVGPath(), count: VacancyStyle.allCases.count)
    let skipped = Set(except)
    for feature in selection ?? atlas.buildings.features(in: frame.window) where !skipped.contains(feature) {
      let style = atlas.vacancies[feature]
      frame.add(
        atlas.surroundings.buildings.geometry, area: feature, to: &paths[VacancyStyle.allCases.firstIndex(of: style) ?? 0],
        tolerance: tolerance)
      buildingCount += 1
    }
    for (style, path) in zip(VacancyStyle.allCases, paths) where !path.isEmpty {
      vacancies.insert(style)
      picture.path(path, "map-building \(style.rawValue)")
    }
  }

  mutating func drawPlaces(_ atlas: Atlas, radius: Double) {
    var paths = [SVGPath](repeating: SVGPath(), count: PlaceStyle.allCases.count)
    let geometry = atlas.surroundings.places.geometry
    for feature in atlas.places.features(in: frame.window) {
      let category = Int(atlas.categories[feature])
      guard category < PlaceStyle.allCases.count, let i = geometry.positions(of: feature).first else { continue }
      let style = PlaceStyle.allCases[category]
      style.add(to: &paths[category], frame.x(geometry.x[i]), frame.y(geometry.y[i]), radius)
      places[style, default: 0] += 1
    }
    for category in paths.indices.reversed() { picture.path(paths[category], "map-place \(PlaceStyle.allCases[category].rawValue)") }
  }

  mutating func drawSite(_ atlas: Atlas, buildings: [Int]) {
    var path = SVGPath()
    for feature in buildings { frame.add(atlas.surroundings.buildings.geometry, area: feature, to: &path, tolerance: 0.3) }
    picture.path(path, "map-site")
  }

  /// A ring that shows where the close map lies.
  mutating func drawRing(_ center: Position, meters: Double, label: String) {
    let (x, y) = (frame.x(center.x), frame.y(center.y))
    let radius = meters * frame.scale
    picture.circle(x, y, radius, "map-ring")
    picture.text(label, x, y - radius - 4, "map-ring-name", .middle)
  }

  // MARK: Furniture

  /// Scale bar, north arrow and attribution.
  mutating func drawFurniture(attribution: [String], north: String) {
    let meters = Axis.roundStep(frame.width / frame.scale / 8)
    let length = meters * frame.scale
    let (x, y) = (14.0, frame.height - 14)
    let label = meters >= 1000 ? "\(Int(meters / 1000)) km" : "\(Int(meters)) m"
    picture.open("map-furniture")
    picture.rect(x - 6, y - 22, x + length + 8, y + 7, "map-plate", radius: 3)
    picture.line(x, y, x + length, y, "map-scale")
    for end in [x, x + length / 2, x + length] { picture.line(end, y - 4, end, y + 1, "map-scale") }
    picture.text(label, x + length / 2, y - 8, "map-note", .middle)
    picture.close()

    let (nx, ny) = (frame.width - 22, 30.0)
    picture.circle(nx, ny - 4, 17, "map-plate")
    var needle = SVGPath()
    needle.shape(nx, ny, [(0, -18), (4.5, -4), (0, -7), (-4.5, -4)])
    picture.path(needle, "map-north")
    picture.text(north, nx, ny + 8, "map-note strong north", .middle)

    let credit = attribution.map { PageText.clean($0, limit: 120) }.joined(separator: " · ")
    guard !credit.isEmpty else { return }
    let lines = PageText.wrapped(credit, size: 10, width: frame.width - length - 70, lines: 3)
    let widest = lines.map { PageText.width($0, size: 10) }.max() ?? 0
    let top = frame.height - 5 - Double(lines.count) * 12
    picture.rect(frame.width - widest - 12, top, frame.width, frame.height, "map-plate")
    for (i, line) in lines.enumerated() { picture.text(line, frame.width - 5, top + 11 + Double(i) * 12, "map-credit", .end) }
  }
}

/// The key to a map, laid out in rows.
struct MapLegend {
  enum Mark {
    case building(VacancyStyle)
    case site
    case street(Int)
    case district
    case place(PlaceStyle)
    case ring
    case siteDot(Int)
  }

  var entries: [(mark: Mark, label: String)] = []

  /// The legend as a picture of the given width.
  func picture(width: Double) -> SVGPicture {
    var picture = SVGPicture(width: width, height: 0)
    var x = 0.0
    var y = 12.0
    for entry in entries {
      let length = 26 + PageText.width(entry.label, size: 12.5) + 14
      if x > 0, x + length > width {
        x = 0
        y += 22
      }
      draw(entry.mark, x, y, &picture)
      picture.text(PageText.fitted(entry.label, size: 12.5, width: width - x - 28), x + 26, y + 4, "legend-text")
      x += length
    }
    picture.height = y + 12
    return picture
  }

  private func draw(_ mark: Mark, _ x: Double, _ y: Double, _ picture: inout SVGPicture) {
    switch mark {
    case .building(let style): picture.rect(x + 2, y - 6, x + 19, y + 6, "map-building \(style.rawValue)")
    case .site: picture.rect(x + 2, y - 6, x + 19, y + 6, "map-site")
    case .street(let width): picture.line(x + 1, y, x + 20, y, "map-street s\(width)")
    case .district: picture.line(x + 1, y, x + 20, y, "map-district")
    case .ring: picture.circle(x + 10, y, 7, "map-ring")
    case .siteDot(let level): picture.circle(x + 10, y, 6.5, "map-dot q\(level)")
    case .place(let style):
      var path = SVGPath()
      style.add(to: &path, x + 10, y, 5)
      picture.path(path, "map-place \(style.rawValue)")
    }
  }
}
