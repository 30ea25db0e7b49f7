import Assessment
import GeoFormats
import SimpleFeatures
import Testing

@testable import Publishing

@Suite("Charts and maps")
struct ChartTests {
  @Test("An axis of bars holds zero, and its ticks are 1, 2 or 5 times a power of ten apart")
  func axes() {
    let axis = Axis(low: 3, high: 7.4, from: 0, to: 100)
    #expect(axis.low == 0 && axis.high == 8)
    #expect(axis.ticks == [0, 2, 4, 6, 8])
    #expect(axis(4) == 50)
    let losses = Axis(low: -3_010_000, high: -1, from: 0, to: 300)
    #expect(losses.low <= -3_010_000 && losses.high == 0)
    for (step, round) in [(0.7, 1.0), (1, 1), (1.2, 2), (2.1, 5), (6, 10), (0.03, 0.05)] {
      #expect(abs(Axis.roundStep(step) - round) < 1e-12, "\(step)")
    }
  }

  @Test("An axis of one value or of nothing has a width")
  func degenerateAxes() {
    for (low, high) in [(0.0, 0.0), (5, 5), (-5, -5)] {
      let axis = Axis(low: low, high: high, from: 0, to: 100)
      #expect(axis.high > axis.low && axis(low).isFinite)
    }
  }

  @Test("Path data is relative, with one decimal, and steps that nobody sees are left out")
  func paths() {
    var path = SVGPath()
    path.move(10, 20.04)
    path.line(10.5, 20)
    path.line(10.51, 20.01)
    path.line(9.5, 18)
    path.close()
    #expect(String(decoding: path.bytes, as: UTF8.self) == "M10 20l.5 0-1-2z")
  }

  @Test("A polygon is clipped to the frame: the visible area is what remains (seeded)", arguments: [1, 2, 3, 4, 5] as [UInt64])
  func clipping(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func random() -> Double {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(state >> 11) / Double(1 << 53)
    }
    for _ in 0..<200 {
      let x0 = random() * 200 - 100
      let y0 = random() * 200 - 100
      let (w, h) = (5 + random() * 100, 5 + random() * 100)
      var geometry = GeometryColumn()
      for (x, y) in [(x0, y0), (x0 + w, y0), (x0 + w, y0 + h), (x0, y0 + h), (x0, y0)] { geometry.add(x: x, y: y) }
      geometry.endRing()
      geometry.endPart()
      geometry.endFeature(.polygon)
      let frame = MapFrame(center: Position(x: 0, y: 0), groundWidth: 100, width: 100, height: 100)
      var path = SVGPath()
      frame.add(geometry, area: 0, to: &path)
      let (seenWidth, seenHeight) = (max(0, min(x0 + w, 52) - max(x0, -52)), max(0, min(y0 + h, 52) - max(y0, -52)))
      let expected = seenWidth * seenHeight
      let drawn = area(String(decoding: path.bytes, as: UTF8.self))
      #expect(abs(drawn - expected) <= 0.1 * (seenWidth + seenHeight) + 0.02, "seed \(seed): \(x0) \(y0) \(w) \(h)")
    }
  }

  /// The area of a single closed sub-path of `M` and `l` commands (shoelace formula).
  private func area(_ path: String) -> Double {
    let numbers = path.matches(of: /-?[0-9]*\.?[0-9]+/).compactMap { Double($0.output) }
    var points: [(Double, Double)] = []
    for i in stride(from: 0, to: numbers.count - 1, by: 2) {
      if let last = points.last {
        points.append((last.0 + numbers[i], last.1 + numbers[i + 1]))
      } else {
        points.append((numbers[i], numbers[i + 1]))
      }
    }
    var sum = 0.0
    for (a, b) in zip(points, points.dropFirst() + points.prefix(1)) { sum += a.0 * b.1 - b.0 * a.1 }
    return abs(sum) / 2
  }

  @Test("The grid finds what a scan of all bounds finds")
  func grid() {
    let surroundings = Sample.surroundings()
    let atlas = Atlas(surroundings)
    for (x, y, half) in [(500_000.0, 6_000_000.0, 10.0), (500_060, 6_000_030, 35), (0, 0, 5), (500_040, 6_000_040, 5_000)] {
      let window = Envelope(minX: x - half, minY: y - half, maxX: x + half, maxY: y + half)
      let scan = (0..<9).filter { surroundings.buildings.geometry.envelope(of: $0).intersects(window) }
      #expect(atlas.buildings.features(in: window) == scan)
    }
    #expect(atlas.buildings(ofSite: "way/8") == [7])
    #expect(atlas.envelope(ofSite: "way/9") == nil)
  }

  @Test("Every picture has a title, a text alternative and only finite numbers")
  func alternatives() throws {
    var page = SitePage(site: try Sample.site(), catalogue: try Sample.library().catalogue("en"))
    _ = page.view(atlas: Atlas(Sample.surroundings()))
    #expect(page.pictures.count >= 10)
    for picture in page.pictures {
      #expect(!picture.title.isEmpty && !picture.description.isEmpty, "\(picture.name)")
      #expect(picture.markup.contains("role=\"img\"") && picture.markup.contains("<title id=") && picture.markup.contains("<desc id="))
      #expect(picture.markup.firstMatch(of: /="(-?nan|-?inf)/) == nil, "\(picture.name)")
      #expect(picture.wide.width > 0 && picture.wide.height > 0)
    }
  }

  @Test("A picture that stands alone names no variable and brings its colours")
  func standalone() throws {
    let library = try Sample.library()
    let style = library.standaloneChartStyle
    #expect(!style.contains("var("))
    #expect(style.contains("#0072b2"))
    var picture = SVGPicture(width: 10, height: 10)
    picture.text("a<b & \"c\"", 1, 2, "label")
    let document = picture.document(title: "T", description: "D", style: style)
    #expect(document.contains("xmlns=\"http://www.w3.org/2000/svg\""))
    #expect(document.contains("a&lt;b &amp; &quot;c&quot;"))
  }
}
