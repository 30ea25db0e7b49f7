import Testing

@testable import Assessment

@Suite("Site ids in paths")
struct PathComponentTests {
  @Test("A name that Windows keeps for a device or strips of its last dot is encoded; ids stay apart")
  func namesOfWindows() {
    #expect(pathComponent(ofSite: "con") == "%63on" && pathComponent(ofSite: "aux.12") == "%61ux.12")
    #expect(pathComponent(ofSite: "nul") == "%6eul" && pathComponent(ofSite: "prn") == "%70rn")
    #expect(pathComponent(ofSite: "com1") == "%63om1" && pathComponent(ofSite: "lpt9.b") == "%6cpt9.b")
    #expect(pathComponent(ofSite: "trail.") == "trail%2e" && pathComponent(ofSite: "a..") == "a.%2e")
    #expect(pathComponent(ofSite: "trail ") == "trail%20")
    // Neighbours of such names are names like others, and keep their path.
    for id in ["conx", "com", "com12", "auxiliary", "x.con", "lpt", "a.b"] { #expect(pathComponent(ofSite: id) == id) }
  }

  @Test("Only a-z, 0-9, dot, underscore, hyphen stand for themselves")
  func encoding() {
    #expect(pathComponent(ofSite: "way/12") == "way%2f12")
    #expect(pathComponent(ofSite: "building-7_b.2") == "building-7_b.2")
    #expect(pathComponent(ofSite: "A") == "%41" && pathComponent(ofSite: "a") == "a")
    #expect(pathComponent(ofSite: "ä") == "%c3%a4")
    #expect(pathComponent(ofSite: "%2f") == "%252f")
    #expect(pathComponent(ofSite: "..") == "%2e%2e" && pathComponent(ofSite: ".") == "%2e" && pathComponent(ofSite: "../x") == "..%2fx")
    #expect(pathComponent(ofSite: "a b\n\"<>|") == "a%20b%0a%22%3c%3e%7c")
  }

  @Test("Different ids give different names, none longer than a file system takes (seeded)")
  func injective() {
    var state: UInt64 = 20_261_122
    var seen: [String: String] = [:]
    let alphabet: [Character] = ["a", "A", "/", "%", "2", "f", ".", "ä", " "]
    for round in 0..<5000 {
      var id = ""
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let length = 1 + Int((state >> 33) % (round % 50 == 0 ? 300 : 6))
      for _ in 0..<length {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        id.append(alphabet[Int((state >> 33) % UInt64(alphabet.count))])
      }
      let name = pathComponent(ofSite: id)
      #expect(name.utf8.count <= 255 && !name.contains("/") && name != "." && name != "..", "\(id)")
      #expect(name.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || [37, 45, 46, 95].contains($0) }, "\(name)")
      if let other = seen[name] { #expect(other == id, "\(other) and \(id) share \(name); seed 20261122") }
      seen[name] = id
    }
  }
}
