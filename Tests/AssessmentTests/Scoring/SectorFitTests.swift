import Foundation
import Testing

@testable import Assessment

@Suite("Fit for creative sub-markets")
struct SectorFitTests {
  let sectors: [Sector]

  init() throws { sectors = try Sector.load(folder: shippedData()) }

  func sector(_ id: String) throws -> Sector { try #require(sectors.first { $0.id == id }) }

  func offer(
    height: Double = 10, load: Double = 10, light: Double = 1, area: Double = 10_000, frontage: Double = 50, road: Double = 0,
    shares: Bool = false, noise: Double = .nan
  ) -> SectorOffer {
    SectorOffer(
      clearHeight: height, load: load, daylightShare: light, area: area, frontage: frontage, mainRoadDistance: road,
      sharesWallWithDwellings: shares, noiseShare: noise)
  }

  @Test("Twelve sub-markets ship, and the weights of their needs sum to 1")
  func shipped() {
    #expect(sectors.count == 12 && Set(sectors.map(\.id)).count == 12)
    for sector in sectors {
      #expect(abs(sector.needWeights.reduce(0, +) - 1) < 1e-12 && sector.needWeights == [0.2, 0.15, 0.2, 0.15, 0.1, 0.1, 0.1])
      #expect(sector.floor == 0.05 && sector.areaPerJob > 0 && sector.smallestUnit < sector.usualUnit)
    }
  }

  @Test("A hall that meets every need fits every sector fully")
  func perfect() {
    for sector in sectors {
      let fit = sector.fit(offer())
      #expect(fit.fit == 1 && fit.limiting == nil, "\(sector.id)")
    }
  }

  @Test("Design in a low, dim, small building, calculated by hand")
  func design() throws {
    // Design needs 2.8 m, 3 kN/m², high daylight, 20 m², low frontage, some loading.
    //   height (2.66 − .85·2.8)/(.15·2.8) = .28/.42 = 2/3          ^.20
    //   load   (2.5 − .7·3)/(.3·3) = .4/.9 = 4/9                   ^.15
    //   light  .35/.7 = 1/2                                        ^.20
    //   size   15 m² of 20: (15 − 10)/10 = 1/2                     ^.15
    //   front  low: 1                                              ^.10
    //   truck  some: 1 − (450 − 100)/1400 = 3/4                    ^.10
    //   noise  low, no dwelling: 1                                 ^.10
    let fit = try sector("design").fit(offer(height: 2.66, load: 2.5, light: 0.35, area: 15, frontage: 0, road: 450, shares: true))
    let expected: [Double] = [2.0 / 3, 4.0 / 9, 0.5, 0.5, 1, 0.75, 1]
    for (u, e) in zip(fit.utilities, expected) { #expect(abs(u - e) < 1e-9) }
    #expect(abs(fit.fit - 0.62244) < 5e-6)
    #expect(fit.limiting == "daylight")
  }

  @Test("One unmet need cannot be bought off, and no need is worth less than the floor")
  func floor() throws {
    let stage = try sector("performing-arts")
    let low = stage.fit(offer(height: 2.4))
    #expect(low.utilities[0] == 0.05 && low.limiting == "height" && abs(low.fit - pow(0.05, 0.2)) < 1e-12)
    let nothing = stage.fit(offer(height: 0, load: 0, light: 0, area: 0, frontage: 0, road: 9999, shares: true, noise: 1))
    #expect(nothing.utilities == [0.05, 0.05, 1, 0.05, 0.05, 0.05, 0.05])
    #expect(nothing.fit > 0)
  }

  @Test("Noise is made to neighbours and suffered from streets")
  func noise() throws {
    #expect(try sector("music").utilities(offer(shares: true))[6] == 0.3)
    #expect(try sector("music").utilities(offer(shares: false, noise: 0.25))[6] == 0.75)
    #expect(try sector("advertising").utilities(offer(shares: true, noise: 0.4))[6] == 0.6)
    #expect(try sector("crafts").utilities(offer(shares: false, noise: 1))[6] == 1)
  }

  @Test("Loading falls to 0 at 800 m where it is needed, half as steeply where it helps")
  func loading() throws {
    #expect(try sector("crafts").utilities(offer(road: 450))[5] == 0.5 && sector("crafts").utilities(offer(road: 800))[5] == 0.05)
    #expect(try sector("design").utilities(offer(road: 800))[5] == 0.5 && sector("architecture").utilities(offer(road: 5000))[5] == 1)
    #expect(try sector("crafts").utilities(offer(road: 100))[5] == 1)
  }

  @Test("What is not known of a need counts neither as met nor as unmet")
  func unknown() throws {
    let fit = try sector("design").fit(
      offer(height: .nan, load: .nan, light: .nan, area: .nan, frontage: .nan, road: .nan))
    #expect(fit.utilities == [0.5, 0.5, 0.5, 0.5, 1, 0.5, 1] && fit.fit.isFinite)
  }

  @Test("More of anything never lowers a fit (seeded)")
  func monotone() {
    var state: UInt64 = 11
    func random(_ low: Double, _ high: Double) -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return low + (high - low) * Double(state >> 11) * 0x1p-53
    }
    for _ in 0..<500 {
      let base = offer(
        height: random(2, 6), load: random(1, 8), light: random(0, 1), area: random(1, 500), frontage: random(0, 30), road: random(0, 1200))
      for sector in sectors {
        let fit = sector.fit(base).fit
        var better = base
        better.clearHeight += 0.5
        better.load += 1
        better.daylightShare = min(1, better.daylightShare + 0.1)
        better.area *= 1.5
        better.frontage += 3
        better.mainRoadDistance *= 0.7
        #expect(sector.fit(better).fit >= fit && fit > 0 && fit <= 1, "seed 11: \(base)")
      }
    }
  }
}
