import Assessment
import TextFormats

/// The pictures of a page by name, as a template gets them.
func pictureFields(_ pictures: [ReportPicture]) -> [String: [String: String]] {
  Dictionary(pictures.map { ($0.name, ["markup": $0.markup, "description": $0.description, "title": $0.title]) }) { $1 }
}

/// What every page has: the view's members, the catalogue's texts as `t`, and the style.
func pageFields(_ view: JSON, catalogue: Catalogue, library: TemplateLibrary) -> [String: Any] {
  var fields = view.mustacheView as? [String: Any] ?? [:]
  fields["t"] = catalogue.texts
  fields["language"] = catalogue.language
  fields["translated"] = catalogue.isComplete
  fields["style"] = ["palette.css", "chart.css", "report.css"].map { library.files[$0] ?? "" }.joined(separator: "\n")
  return fields
}

/// How the figures of a page came about; each note once, in their order.
func methodView(_ method: MethodReport, crs: String, _ catalogue: Catalogue) -> JSON {
  var seen: Set<String> = []
  let notes = method.notes.map { PageText.clean(catalogue.text(of: $0)) }.filter { !$0.isEmpty && seen.insert($0).inserted }
  return .members([
    "engine": .clean(method.engineVersion), "version": .clean(method.methodVersion), "profile": .clean(method.profile),
    "seed": .string(JSON.text(of: method.seed)), "crs": .clean(crs, limit: 120),
    "inputs": .array(method.inputs.map { .members(["path": .clean($0.path, limit: 200), "sha256": .clean($0.digest, limit: 64)]) }),
    "has_inputs": .bool(!method.inputs.isEmpty), "notes": .array(notes.map { .string($0) }), "has_notes": .bool(!notes.isEmpty),
  ])
}

/// Both values, if both are known.
func zip2<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
  guard let a, let b else { return nil }
  return (a, b)
}
