import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Floors and priors")
struct BuildingFloorsTests {
  private func buildings(_ n: Int, spacing: Double = 30) -> Buildings {
    var ids = TextColumn()
    var column = GeometryColumn()
    for k in 0..<n {
      ids.append("b\(k)")
      column.append(boxFrom: Double(k) * spacing, 0, to: Double(k) * spacing + 10, 10)
    }
    return Buildings(ids: ids, geometry: column)
  }

  private func measured(_ b: Buildings) -> BuildingFloors { floors(of: b, shape: shapeIndicators(of: b.geometry)) }

  @Test("Storeys are given, or follow from height and function, or are one in a hall")
  func known() {
    var b = buildings(7)
    b.storeys[0] = 4
    b.height[0] = 50
    b.height[1] = 12
    b.function[1] = .residential
    b.height[2] = 12
    b.function[2] = .office  // 12 / 3.4 = 3.53
    b.height[3] = 12
    b.function[3] = .industrial
    b.storeys[4] = 3
    b.function[4] = .warehouse
    b.height[5] = 2.2
    b.function[5] = .retail
    b.height[6] = 12
    b.function[6] = .school  // 12 / 3.8 = 3.16
    let f = measured(b)
    #expect(f.storeys == [4, 4, 4, 1, 3, 1, 3] && f.storeysKnown.allSatisfy { $0 })
    #expect(f.storeysLow == f.storeys && f.storeysHigh == f.storeys)
    #expect(f.grossFloorArea == [400, 400, 400, 100, 300, 100, 300])
  }

  @Test("Unknown storeys take the median of the fifteen nearest of like function, with an interval")
  func inferred() {
    var b = buildings(40, spacing: 20)
    for k in 1..<40 {
      b.function[k] = k % 2 == 0 ? .residential : .office
      b.storeys[k] = k % 2 == 0 ? Double(k) : 99
    }
    b.function[0] = .residential
    let f = measured(b)
    // Even numbers 2…30 are the fifteen nearest of like function: median 16, second and last but one 4 and 28.
    #expect(f.storeys[0] == 16 && f.storeysLow[0] == 4 && f.storeysHigh[0] == 28 && !f.storeysKnown[0])
    #expect(f.grossFloorArea[0] == 1600 && f.grossFloorAreaLow[0] == 400 && f.grossFloorAreaHigh[0] == 2800)
  }

  @Test("Too few of like function: any function; too few of any, or none within 800 m: null")
  func fallback() {
    var b = buildings(5)
    for k in 1..<4 { b.storeys[k] = Double(k + 1); b.function[k] = .office }
    b.function[0] = .residential
    b.height[4] = 1.5
    let f = measured(b)
    #expect(f.storeys[0] == 3 && f.storeysLow[0] == 2 && f.storeysHigh[0] == 4)
    #expect(f.storeys[4] == 3, "a height under two metres tells nothing")
    var far = buildings(5, spacing: 900)
    far.storeys[1] = 2
    let g = measured(far)
    #expect(g.storeys[0].isNaN && g.grossFloorArea[0].isNaN && g.storeysLow[0].isNaN)
    // A given floor area needs no storeys.
    far.grossFloorArea[0] = 1234
    #expect(measured(far).grossFloorArea[0] == 1234 && measured(far).grossFloorAreaLow[0] == 1234)
  }

  @Test("Priors go by function and era; between eras they span all of the function's rows")
  func priors() {
    var b = buildings(6)
    b.function = [.office, .office, .office, .church, .unknown, .residential]
    b.year = [1900, 1960, 1930, .nan, 1900, .nan]
    b.floorHeight[1] = 3.6
    let f = measured(b)
    #expect(f.clearHeightLow[0] == 3.0 && f.clearHeightHigh[0] == 3.6 && agrees(f.clearHeight[0], 3.3))
    #expect(agrees(f.clearHeight[1], 3.2) && f.clearHeightLow[1] == f.clearHeightHigh[1])
    #expect(f.clearHeightLow[2] == 2.6 && f.clearHeightHigh[2] == 3.6)
    #expect(f.clearHeightLow[3] == 7 && f.clearHeightHigh[3] == 15)
    #expect(f.clearHeight[4].isNaN && f.imposedLoad[4].isNaN)
    #expect(f.clearHeightLow[5] == 2.4 && f.clearHeightHigh[5] == 3.6)
    #expect(f.imposedLoad[0] == 2.5 && f.imposedLoadLow[5] == 1.5 && f.imposedLoadHigh[5] == 2)
  }
}
