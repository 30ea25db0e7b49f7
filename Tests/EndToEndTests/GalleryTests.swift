import Foundation
import Testing

/// The pages under review in `Reports/gallery` are those that the shipped studies give now; `make gallery` makes them again.
@Suite("Gallery")
struct GalleryTests {
  @Test("The gallery shows what the shipped studies give, byte for byte", arguments: ShippedStudy.all.indices)
  func gallery(_ k: Int) throws {
    let study = try ShippedStudy.all[k].get()
    let folder = packageFolder + "/Reports/gallery/" + ["helsinki-centre", "helsinki-centre-evidence", "kotka-karhula"][k]
    for (name, place) in [
      ("index.html", "index.html"), ("report.html", "sites/" + encoded(try #require(study.ids().first)) + "/report.html"),
    ] {
      let shown = try #require(FileManager.default.contents(atPath: folder + "/" + name), "\(folder)/\(name) is missing: run make gallery")
      let made = try #require(FileManager.default.contents(atPath: study.out + "/" + place))
      #expect(shown == made, "\(study) \(name) differs: look at what changed, then run make gallery")
    }
  }

  private func encoded(_ id: String) -> String { id.replacing("/", with: "%2f") }
}
