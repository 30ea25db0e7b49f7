import Assessment
import SimpleFeatures

/// The maps.
extension SitePage {
  mutating func drawMaps(_ atlas: Atlas) {
    let id = site.site.id
    guard let envelope = atlas.envelope(ofSite: id) else { return }
    let rows = atlas.buildings(ofSite: id)
    let center = envelope.center
    let closeWidth = SiteWindow.closeWidth(envelope), contextWidth = SiteWindow.contextWidth(envelope)
    let name = PageText.clean(site.site.title, limit: 80)
    for (picture, groundWidth, title) in [("context", contextWidth, Phrase.contextMap), ("close", closeWidth, .closeMap)] {
      let isClose = picture == "close"
      var map = MapDrawing(frame: MapFrame(center: center, groundWidth: groundWidth, width: Self.half, height: isClose ? 360 : 400))
      map.drawStreets(atlas)
      map.drawBuildings(atlas, except: rows, tolerance: isClose ? 0.4 : 0.9)
      map.drawDistricts(atlas.surroundings.districts)
      map.drawPlaces(atlas, radius: isClose ? 4.2 : 2.5)
      map.drawSite(atlas, buildings: rows)
      if !isClose {
        map.labelDistricts(atlas.surroundings.districts)
        map.drawRing(center, meters: 400, label: catalogue.text(.ringLabel, ["meters": "400"]))
      }
      map.drawFurniture(attribution: atlas.surroundings.attribution, north: catalogue.text(.northLetter))
      let kilometers = catalogue.number(groundWidth / 1000, decimals: 1)
      let description = catalogue.text(
        .mapAlt,
        [
          "name": name, "width": kilometers, "buildings": catalogue.number(Double(map.buildingCount)),
          "places": catalogue.number(Double(map.places.values.reduce(0, +))),
        ])
      let drawn = map
      add(picture, catalogue.text(title, ["name": name]), description, style: "chart map", narrow: false) { _ in drawn.picture }
      let legend = legend(of: map, hasRing: !isClose)
      add(
        picture + "-legend", catalogue.text(.legend), legend.entries.map(\.label).joined(separator: ", "), style: "chart legend",
        width: Self.half
      ) {
        legend.picture(width: $0)
      }
    }
  }

  private func legend(of map: MapDrawing, hasRing: Bool) -> MapLegend {
    var legend = MapLegend()
    legend.entries.append((.site, catalogue.text(.legendSite)))
    for style in [VacancyStyle.vacant, .partlyVacant, .derelict, .inUse, .unknown] where map.vacancies.contains(style) {
      legend.entries.append((.building(style), catalogue.title("vacancy", style.rawValue)))
    }
    for style in PlaceStyle.allCases where map.places[style] != nil {
      legend.entries.append((.place(style), catalogue.title("category", style.rawValue)))
    }
    if map.hasStreets { legend.entries.append((.street(2), catalogue.text(.legendStreet))) }
    if map.hasDistricts { legend.entries.append((.district, catalogue.text(.legendDistrict))) }
    if hasRing { legend.entries.append((.ring, catalogue.text(.ringLabel, ["meters": "400"]))) }
    return legend
  }
}
