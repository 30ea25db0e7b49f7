import Testing

@testable import Assessment

@Suite("Countries by their outlines")
struct CountryOutlineTests {
  /// Towns with longitude and latitude to a hundredth of a degree, as an atlas gives them.
  static let towns: [(String, String, Double, Double)] = [
    ("Cottbus", "DE", 14.33, 51.76), ("Zielona Góra", "PL", 15.51, 51.94), ("Klaipėda", "LT", 21.14, 55.71), ("Tartu", "EE", 26.72, 58.38),
    ("Linköping", "SE", 15.62, 58.41), ("Helsinki", "FI", 24.94, 60.17), ("Kotka", "FI", 26.95, 60.47), ("Vichy", "FR", 3.43, 46.13),
    ("Lausanne", "CH", 6.63, 46.52), ("Doesburg", "NL", 6.14, 52.01), ("Flensburg, 5 km from Denmark", "DE", 9.44, 54.78),
    ("Melque de Cercos", "ES", -4.47, 41.05), ("Berlin", "DE", 13.40, 52.52), ("Warsaw", "PL", 21.01, 52.23),
    ("Vilnius", "LT", 25.28, 54.69),
    ("Kaunas", "LT", 23.90, 54.90), ("Riga", "LV", 24.11, 56.95), ("Liepāja", "LV", 21.01, 56.51), ("Tallinn", "EE", 24.75, 59.44),
    ("Pärnu", "EE", 24.50, 58.38), ("Stockholm", "SE", 18.07, 59.33), ("Malmö", "SE", 13.00, 55.60), ("Gothenburg", "SE", 11.97, 57.71),
    ("Copenhagen", "DK", 12.57, 55.68), ("Aarhus", "DK", 10.20, 56.16), ("Oslo", "NO", 10.75, 59.91), ("Hamburg", "DE", 9.99, 53.55),
    ("Rostock", "DE", 12.10, 54.09), ("Szczecin", "PL", 14.55, 53.43), ("Gdańsk", "PL", 18.65, 54.35), ("Wrocław", "PL", 17.03, 51.11),
    ("Prague", "CZ", 14.42, 50.09), ("Ostrava", "CZ", 18.29, 49.82), ("Vienna", "AT", 16.37, 48.21), ("Graz", "AT", 15.44, 47.07),
    ("Budapest", "HU", 19.04, 47.50), ("Ljubljana", "SI", 14.51, 46.06), ("Maribor", "SI", 15.65, 46.55), ("Zagreb", "HR", 15.98, 45.81),
    ("Turin", "IT", 7.69, 45.07), ("Bari", "IT", 16.87, 41.12), ("Lisbon", "PT", -9.14, 38.72), ("Bilbao", "ES", -2.93, 43.26),
    ("Toulouse", "FR", 1.44, 43.60), ("Ghent", "BE", 3.72, 51.05), ("Luxembourg", "LU", 6.13, 49.61), ("Dublin", "IE", -6.26, 53.35),
    ("Birmingham", "UK", -1.90, 52.48), ("Baltimore", "US", -76.61, 39.29),
  ]

  @Test("Forty-nine towns lie in their country")
  func towns() throws {
    let outlines = try CountryOutlines(folder: shippedData())
    #expect(Self.towns.count == 49)
    for (town, country, x, y) in Self.towns {
      #expect(outlines.country(longitude: x, latitude: y) == .country(country), "\(town)")
      #expect(outlines.distance(longitude: x, latitude: y, toCountry: country) < 1_500, "\(town)")
    }
  }

  @Test("Within 3 km of another country the answer is open and names both; the sea far out is no country")
  func borders() throws {
    let outlines = try CountryOutlines(folder: shippedData())
    #expect(outlines.country(longitude: 14.99, latitude: 51.15) == .open(["DE", "PL"]), "Görlitz")
    #expect(outlines.country(longitude: 14.56, latitude: 52.35) == .open(["DE", "PL"]), "Słubice")
    #expect(outlines.country(longitude: 28.19, latitude: 59.38) == .open(["EE", "RU"]), "Narva")
    #expect(outlines.country(longitude: 26.02, latitude: 57.78) == .open(["EE", "LV"]), "Valga and Valka")
    #expect(outlines.country(longitude: -30, latitude: 45) == .nowhere)
    // Cottbus is some 20 km from Poland: 14.33 to the Neisse at 14.60, 0.27 × 111.2 × cos 51.76° = 18.6 km, and 24 km along the slanting border.
    let away = outlines.distance(longitude: 14.33, latitude: 51.76, toCountry: "PL")
    #expect((15_000...26_000).contains(away), "\(away)")
  }
}
