public import DecisionAnalysis
import Foundation
import TextFormats

/// A scoring profile: which criteria count, how much, and which value each measurement has. A YAML file that a planner edits.
public struct Profile: Sendable {
  /// What a criterion's group says of a site.
  public enum Role: String, Sendable {
    /// How well the building and its place suit the use.
    case suitability
    /// How much the district needs it.
    case need
  }

  /// A group of criteria.
  public struct Group: Sendable {
    /// Id, e.g. `location`.
    public var id: String
    /// Title for people.
    public var title: String
    /// What the group says.
    public var role: Role
  }

  /// One criterion.
  public struct Criterion: Sendable {
    /// Id, snake_case of the name in the method.
    public var id: String
    /// Title for people.
    public var title: String
    /// Unit of the measurement; empty for categories and ratios.
    public var unit: String
    /// Index of its group.
    public var group: Int
    /// Weight, % of all.
    public var weight: Double
    /// Measurement → value in [0, 1].
    public var value: ValueFunction
    /// The value function in words, e.g. `0 @ 150, 1 @ 800`.
    public var valueText: String
  }

  /// Id, also the file's name.
  public var id: String
  /// Title for people.
  public var title: String
  /// Groups in the order of the file.
  public var groups: [Group]
  /// Criteria in the order of the file; weights sum to 100.
  public var criteria: [Criterion]
  /// Concentration of the Dirichlet draws around the weights: α = concentration × w.
  public var concentration: Double
  /// The method that orders the short list beside the score; the score itself is always the weighted sum.
  public var method: RankingMethod
  /// Groups of people with weights of their own; none unless the file names them.
  public var stakeholders: [Stakeholder]
  /// How the weights of the groups of criteria came about; `nil` where each criterion is weighed directly.
  public var derivedWeights: DerivedWeights?
  /// What the file says of itself: description, source, version and date.
  public var remarks: [(key: String, text: String)]
  /// The file it was read from.
  public var file: String

  /// Reads a shipped profile by name, or a profile file by path relative to the study.
  /// - Throws: `AssessmentError` naming file, line and key.
  public init(named name: String, folder: DataFolder, relativeTo studyFile: String) throws {
    let shipped = folder.geoData + "/profiles/\(name).yml"
    let isName = name.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 || $0 == 95 }
    if isName, FileManager.default.fileExists(atPath: shipped) {
      try self.init(file: shipped)
      return
    }
    let path = name.hasPrefix("/") ? name : URL(fileURLWithPath: studyFile).deletingLastPathComponent().appendingPathComponent(name).path
    guard FileManager.default.fileExists(atPath: path) else {
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.geoData + "/profiles")) ?? []).filter {
        $0.hasSuffix(".yml")
      }.map { String($0.dropLast(4)) }.sorted()
      throw AssessmentError(
        .missingInput, "Profile \"\(name)\": no shipped profile of that name (\(names.joined(separator: ", "))) and no file \(path).")
    }
    try self.init(file: path)
  }

  /// Reads a profile file.
  public init(file: String) throws {
    let yaml = try YAMLMapping.root(ofFile: file)
    try yaml.allow([
      "profile", "title", "concentration", "method", "weights", "groups", "stakeholders", "description", "source", "version", "date",
    ])
    self.file = file
    id = try yaml.requiredString("profile")
    title = try yaml.string("title") ?? id
    concentration = try yaml.number("concentration") ?? 100
    guard concentration > 0 else { throw yaml.failure("concentration", "must be above 0.") }
    method = try yaml.rankingMethod()
    remarks = try ["description", "source", "version", "date"].compactMap { key in try yaml.string(key).map { (key, $0) } }
    groups = []
    criteria = []
    stakeholders = []
    for item in try yaml.mappings("groups") ?? [] {
      try item.allow(["id", "title", "role", "criteria", "description"])
      guard let role = Role(rawValue: try item.string("role") ?? "suitability") else {
        throw item.failure("role", "suitability or need is expected.")
      }
      let groupID = try item.requiredString("id")
      guard !groups.contains(where: { $0.id == groupID }) else { throw item.failure("id", "the group \"\(groupID)\" stands twice.") }
      groups.append(Group(id: groupID, title: try item.string("title") ?? groupID, role: role))
      for row in try item.mappings("criteria") ?? [] {
        try row.allow(["id", "title", "unit", "weight", "anchors", "categories", "steps", "logistic", "note", "source"])
        let criterionID = try row.requiredString("id")
        guard Profile.Criterion.known.contains(criterionID) else {
          let hint =
            suggestion(for: criterionID, among: Profile.Criterion.known).map { " Did you mean `\($0)`?" }
            ?? " Known: \(Profile.Criterion.known.joined(separator: ", "))."
          throw row.failure("id", "the engine measures no \"\(criterionID.prefix(40))\".\(hint)")
        }
        guard !criteria.contains(where: { $0.id == criterionID }) else { throw row.failure("id", "\"\(criterionID)\" stands twice.") }
        let isCategorical = Profile.Criterion.categorical.contains(criterionID)
        let value = try Self.valueFunction(row)
        guard isCategorical == (value.categories != nil) else {
          throw row.failure(
            "id",
            "\(criterionID) is measured \(isCategorical ? "by category: give `categories`" : "as a number: give `anchors`, `steps` or `logistic`")."
          )
        }
        guard let weight = try row.number("weight"), weight >= 0 else {
          throw row.failure("weight", "a weight in %, not below 0, is expected.")
        }
        criteria.append(
          Criterion(
            id: criterionID, title: try row.string("title") ?? criterionID, unit: try row.string("unit") ?? "", group: groups.count - 1,
            weight: weight,
            value: value, valueText: try Self.valueText(row)))
      }
    }
    guard !criteria.isEmpty else { throw yaml.failure("groups", "no criterion in it.") }
    derivedWeights = try Self.deriveWeights(yaml, groups, &criteria)
    stakeholders = try Self.stakeholders(yaml, groups, criteria)
    let total = criteria.reduce(0) { $0 + $1.weight }
    guard abs(total - 100) < 1e-6 else {
      throw yaml.failure(
        "groups", "the weights sum to \(total), not 100. Change them so that they do; the engine does not rescale silently.")
    }
  }

  private static func valueText(_ row: YAMLMapping) throws -> String {
    if let map = try row.mapping("categories") {
      return try map.keys.map { "\($0) \(JSON.text(of: try map.number($0) ?? 0))" }.joined(separator: ", ")
    }
    if let map = try row.mapping("logistic") {
      return "logistic, ½ @ \(try map.string("midpoint") ?? ""), scale \(try map.string("scale") ?? "")"
    }
    let rows = try row.numberRows("anchors") ?? row.numberRows("steps") ?? []
    return rows.filter { $0.count == 2 }.map { "\(JSON.text(of: $0[1])) @ \(JSON.text(of: $0[0]))" }.joined(separator: ", ")
  }

  private static func valueFunction(_ row: YAMLMapping) throws -> ValueFunction {
    let kinds = ["anchors", "categories", "steps", "logistic"].filter { row.has($0) }
    guard kinds.count == 1 else { throw row.failure("id", "exactly one of anchors, categories, steps, logistic is expected.") }
    func checked(_ rows: [[Double]], _ key: String) throws -> [ValueFunction.Anchor] {
      guard rows.count >= 2 || key == "steps", rows.allSatisfy({ $0.count == 2 }) else {
        throw row.failure(key, "at least two [x, value] pairs are expected.")
      }
      return rows.map { ValueFunction.Anchor(x: $0[0], value: $0[1]) }
    }
    do {
      switch kinds[0] {
      case "anchors":
        return try .piecewiseLinear(checked(try row.numberRows("anchors") ?? [], "anchors"))
      case "steps":
        return try .step(checked(try row.numberRows("steps") ?? [], "steps"))
      case "logistic":
        guard let map = try row.mapping("logistic"), let midpoint = try map.number("midpoint"), let scale = try map.number("scale") else {
          throw row.failure("logistic", "{midpoint: x, scale: s} is expected.")
        }
        return try .logistic(midpoint: midpoint, scale: scale)
      default:
        guard let map = try row.mapping("categories") else { throw row.failure("categories", "{name: value} is expected.") }
        return try .category(
          map.keys.map { key in
            guard let value = try map.number(key) else { throw map.failure(key, "a value between 0 and 1 is expected.") }
            return (key, value)
          })
      }
    } catch let error as AssessmentError { throw error } catch { throw row.failure(kinds[0], "\(error)") }
  }
}
