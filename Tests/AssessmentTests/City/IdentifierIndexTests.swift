import SimpleFeatures
import Testing

@testable import Assessment

@Suite("Finding a row by its id")
struct IdentifierIndexTests {
  @Test("Every id is found, none that is not there, and the second of two is reported")
  func lookUp() {
    var ids = TextColumn()
    let n = 5000
    for k in 0..<n { ids.append("way/\(k * 7919 % 1_000_003)") }
    var index = IdentifierIndex(capacity: n)
    for row in 0..<n { #expect(index.insert(row, of: ids) == nil) }
    for row in stride(from: 0, to: n, by: 7) { #expect(index.row(of: ids[row], in: ids) == row) }
    #expect(index.row(of: "way/", in: ids) == nil && index.row(of: "", in: ids) == nil)
    ids.append(ids[42])
    #expect(index.insert(n, of: ids) == 42)
    #expect(index.row(of: ids[42], in: ids) == 42)
  }

  @Test("The empty id is an id like others")
  func empty() {
    var ids = TextColumn()
    ids.append("")
    ids.append("a")
    var index = IdentifierIndex(capacity: 2)
    #expect(index.row(of: "", in: ids) == nil)
    #expect(index.insert(0, of: ids) == nil && index.insert(1, of: ids) == nil)
    #expect(index.row(of: "", in: ids) == 0)
  }
}
