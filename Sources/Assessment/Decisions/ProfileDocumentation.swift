import Foundation
public import TextFormats

extension Profile {
  /// Names of the profiles that ship with the project, sorted.
  public static func shipped(folder: DataFolder) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.geoData + "/profiles")) ?? []).filter { $0.hasSuffix(".yml") }.map {
      String($0.dropLast(4))
    }.sorted()
  }

  /// Reads a shipped profile by name, or a profile file by its path from where the user stands.
  /// - Throws: `AssessmentError` naming file, line and key.
  public init(argument: String, folder: DataFolder) throws {
    try self.init(named: argument, folder: folder, relativeTo: FileManager.default.currentDirectoryPath + "/profile.yml")
  }

  /// What the profile says, as JSON.
  public var json: JSON {
    [
      "profile": .string(id), "title": .string(title), "method": .string(method.rawValue), "concentration": JSON(concentration),
      "derived_weights": derivedWeights.map {
        [
          "method": .string($0.method), "lambda_max": JSON($0.principalEigenvalue), "cr": JSON($0.consistencyRatio),
          "random_index": JSON($0.randomIndex),
        ]
      } ?? nil,
      "groups": .array(
        groups.enumerated().map { k, group in
          [
            "id": .string(group.id), "title": .string(group.title), "role": .string(group.role.rawValue),
            "weight": JSON(weight(ofGroup: k)),
            "criteria": .array(
              criteria.filter { $0.group == k }.map {
                [
                  "id": .string($0.id), "title": .string($0.title), "unit": .string($0.unit), "weight": JSON($0.weight),
                  "value_function": .string($0.valueText),
                ]
              }),
          ]
        }),
      "stakeholders": .array(
        stakeholders.map { stakeholder in
          [
            "name": .string(stakeholder.name), "title": .string(stakeholder.title), "importance": JSON(stakeholder.importance),
            "weights": .object(zip(criteria, stakeholder.weights).map { .init($0.id, JSON($1)) }),
          ]
        }),
    ]
  }

  /// What the profile says, as JSON text.
  public var jsonText: String { json.serialized(indent: 2) }

  func weight(ofGroup k: Int) -> Double { criteria.reduce(0) { $0 + ($1.group == k ? $1.weight : 0) } }

  /// What the profile says, in Markdown: made from the profile as the engine runs it, so that it cannot go stale.
  public var documentation: String {
    func number(_ value: Double) -> String { JSON.text(of: (value * 100).rounded() / 100) }
    var lines = ["# \(title) (`\(id)`)", ""]
    for remark in remarks { lines += ["\(remark.key.prefix(1).uppercased())\(remark.key.dropFirst()): \(remark.text)", ""] }
    lines += [
      "Score = Σ weight × worth, 0–100. Worth is 0 (useless) to 1 (ideal); between anchors the line is straight, outside it stays level. What is unknown widens the score's interval and never counts as 0.",
      "",
    ]
    if let derivedWeights {
      let consistency = derivedWeights.consistencyRatio.map {
        String(format: ": λmax %.4f, CR %.4f (%@)", derivedWeights.principalEigenvalue ?? 0, $0, derivedWeights.randomIndex ?? "")
      }
      lines += ["Groups are weighed by \(derivedWeights.method == "ahp" ? "AHP" : "swing")\(consistency ?? "").", ""]
    }
    for (k, group) in groups.enumerated() {
      lines += [
        "## \(group.title), \(number(weight(ofGroup: k))) % (\(group.role == .need ? "regeneration need" : "suitability"))", "",
        "| Criterion | Unit | Weight % | Worth |", "|---|---|---:|---|",
      ]
      for c in criteria where c.group == k { lines.append("| \(c.title) (`\(c.id)`) | \(c.unit) | \(number(c.weight)) | \(c.valueText) |") }
      lines.append("")
    }
    if !stakeholders.isEmpty {
      lines += [
        "## Stakeholders, weights in %", "", "| | profile | " + stakeholders.map(\.title).joined(separator: " | ") + " |",
        "|---|---:|" + String(repeating: "---:|", count: stakeholders.count),
      ]
      for (k, group) in groups.enumerated() {
        func sum(_ weights: [Double]) -> String {
          number(zip(criteria, weights).reduce(0) { $0 + ($1.0.group == k ? $1.1 : 0) })
        }
        lines.append(
          "| **\(group.title)** | " + ([criteria.map(\.weight)] + stakeholders.map(\.weights)).map(sum).joined(separator: " | ") + " |")
        for (c, criterion) in criteria.enumerated() where criterion.group == k {
          lines.append(
            "| \(criterion.title) | \(number(criterion.weight)) | " + stakeholders.map { number($0.weights[c]) }.joined(separator: " | ")
              + " |")
        }
      }
      lines.append("")
    }
    lines += [
      "Weights vary around these in the draws with concentration \(number(concentration)) (Dirichlet parameters concentration × weight / 100). Beside the score the short list is ordered by \(method.rawValue)\(method == .weightedSum ? ", the score itself" : ""), and by \(RankingMethod.allCases.filter { $0 != method }.map(\.rawValue).joined(separator: ", ")) for comparison."
    ]
    return lines.joined(separator: "\n")
  }
}
