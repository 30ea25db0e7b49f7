import SimpleFeatures
import Testing

@Suite("Names that differ in case alone")
struct ColumnNamesTests {
  @Test(
    "They are told apart, whatever stands beside them",
    arguments: [
      ([], []), (["a", "b"], ["a", "b"]), (["fixme", "FIXME"], ["fixme", "FIXME_2"]),
      (["fixme", "FIXME", "Fixme"], ["fixme", "FIXME_2", "Fixme_3"]),
      // The new name is taken, before or after, in whatever case.
      (["fixme", "FIXME", "fixme_2"], ["fixme", "FIXME_3", "fixme_2"]),
      (["FIXME_2", "fixme", "FIXME", "Fixme", "fixme_3"], ["FIXME_2", "fixme", "FIXME_4", "Fixme_5", "fixme_3"]),
      (["a_2", "A_2", "a", "A"], ["a_2", "A_2_2", "a", "A_3"]), (["Ö", "ö"], ["Ö", "ö_2"]), (["x", "x"], ["x", "x_2"]),
    ] as [([String], [String])])
  func apart(_ names: [String], _ expected: [String]) {
    let found = toldApart(names)
    #expect(found == expected)
    #expect(Set(found.map { $0.lowercased() }).count == names.count)
  }
}
