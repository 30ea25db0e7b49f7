import Foundation
import GeoFormats
import ProjectFinance
import Yams

/// A mapping of a YAML file that knows its place, so that every complaint names file, line and key.
struct YAMLMapping {
  let node: Node.Mapping
  let file: String
  let path: String
  let line: Int

  /// Reads the root mapping of a file.
  static func root(ofFile file: String) throws -> YAMLMapping {
    let bytes: [UInt8]
    do throws(FormatError) { bytes = try GeoFormats.bytes(ofFile: file) } catch {
      guard case .fileNotFound = error else { throw error }
      throw AssessmentError(
        .missingInput, "Cannot read \(file): no such file. Give the path of a study file; `rekindle init` writes one.")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw AssessmentError(.badInput, "\(file) is not UTF-8 text. Save it as UTF-8.")
    }
    return try root(of: text, file: file)
  }

  /// Reads the root mapping of a text.
  static func root(of text: String, file: String) throws -> YAMLMapping {
    // Aliases of aliases would multiply: 16 can stand for 3^5 copies at most, a hundred for more than any machine holds.
    let aliases = aliasCount(Array(text.utf8))
    guard aliases <= 16 else {
      throw AssessmentError(.badInput, "\(file): \(aliases) aliases (`*name`) are more than 16. Write the values out.")
    }
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch {
      throw AssessmentError(.badInput, "\(file) is no YAML: \(String(describing: error).replacing("\n", with: " "))")
    }
    guard let mapping = node?.mapping else {
      throw AssessmentError(.badInput, "\(file): a mapping of keys to values is expected at the top level.")
    }
    return YAMLMapping(node: mapping, file: file, path: "", line: node?.mark?.line ?? 1)
  }

  /// How many times a text names one of its own anchors (`&name`) again, by its bytes alone: what stands in quotes counts, too. O(n).
  private static func aliasCount(_ text: [UInt8]) -> Int {
    var anchors: Set<ArraySlice<UInt8>> = []
    var aliases: [ArraySlice<UInt8>] = []
    func isEnd(_ byte: UInt8) -> Bool { byte <= 32 || [44, 91, 93, 123, 125].contains(byte) }
    var i = 0
    while i < text.count {
      // `&` or `*` at the start of a token.
      guard text[i] == 38 || text[i] == 42, i == 0 || isEnd(text[i - 1]) else {
        i += 1
        continue
      }
      let begin = i + 1
      var end = begin
      while end < text.count, !isEnd(text[end]) { end += 1 }
      if text[i] == 38 { anchors.insert(text[begin..<end]) } else { aliases.append(text[begin..<end]) }
      i = max(end, begin)
    }
    return aliases.count { anchors.contains($0) || anchors.contains($0.last == 58 ? $0.dropLast() : $0) }
  }

  func failure(_ key: String?, _ message: String) -> AssessmentError {
    // The line of the key; its value may begin further down.
    let line = key.flatMap { key in node.keys.first { $0.scalar?.string == key }?.mark?.line } ?? line
    let name = [path, key ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
    return AssessmentError(.badInput, "\(file):\(line): \(name.isEmpty ? "" : "`\(name)`: ")\(message)")
  }

  var keys: [String] { node.keys.map { $0.scalar?.string ?? "?" } }

  /// Refuses keys that nobody reads.
  func allow(_ allowed: [String]) throws {
    for key in keys where !allowed.contains(key) {
      let hint = suggestion(for: key, among: allowed).map { " Did you mean `\($0)`?" } ?? " Known keys: \(allowed.joined(separator: ", "))."
      throw failure(key, "unknown key.\(hint)")
    }
  }

  func has(_ key: String) -> Bool { node[key] != nil && !isNull(key) }

  func isNull(_ key: String) -> Bool {
    guard let node = node[key] else { return true }
    return node.null != nil
  }

  func isMapping(_ key: String) -> Bool { node[key]?.mapping != nil }

  func string(_ key: String) throws -> String? {
    guard has(key) else { return nil }
    guard let text = node[key]?.scalar?.string else { throw failure(key, "a single value is expected.") }
    return text
  }

  func requiredString(_ key: String) throws -> String {
    guard let text = try string(key), !text.isEmpty else { throw failure(key, "is missing.") }
    return text
  }

  func number(_ key: String) throws -> Double? {
    guard let text = try string(key) else { return nil }
    guard let value = Double(text), value.isFinite else { throw failure(key, "a number is expected, found \"\(text.prefix(40))\".") }
    return value
  }

  func integer(_ key: String) throws -> Int? {
    guard let value = try number(key) else { return nil }
    guard let whole = Int(exactly: value) else { throw failure(key, "a whole number is expected.") }
    return whole
  }

  func bool(_ key: String) throws -> Bool? {
    guard has(key) else { return nil }
    guard let value = node[key]?.bool else { throw failure(key, "true or false is expected.") }
    return value
  }

  func date(_ key: String) throws -> CalendarDate? {
    guard let text = try string(key) else { return nil }
    guard let day = CalendarDate(partial: text) else {
      throw failure(key, "a date like 2026-01-31 is expected, found \"\(text.prefix(40))\".")
    }
    return day
  }

  /// A list of texts; a single text counts as a list of one.
  func strings(_ key: String) throws -> [String]? {
    guard has(key), let value = node[key] else { return nil }
    if let text = value.scalar?.string { return [text] }
    guard let sequence = value.sequence else { throw failure(key, "a list is expected.") }
    return try sequence.map {
      guard let text = $0.scalar?.string else { throw failure(key, "a list of single values is expected.") }
      return text
    }
  }

  func mapping(_ key: String) throws -> YAMLMapping? {
    guard has(key), let value = node[key] else { return nil }
    guard let mapping = value.mapping else { throw failure(key, "a mapping of keys to values is expected.") }
    return YAMLMapping(
      node: mapping, file: file, path: [path, key].filter { !$0.isEmpty }.joined(separator: "."), line: value.mark?.line ?? line)
  }

  /// A list of mappings; a single mapping counts as a list of one.
  func mappings(_ key: String) throws -> [YAMLMapping]? {
    guard has(key), let value = node[key] else { return nil }
    if value.mapping != nil { return [try mapping(key)!] }
    guard let sequence = value.sequence else { throw failure(key, "a list is expected.") }
    return try sequence.enumerated().map { index, item in
      guard let mapping = item.mapping else { throw failure(key, "item \(index + 1): a mapping is expected.") }
      return YAMLMapping(
        node: mapping, file: file, path: "\([path, key].filter { !$0.isEmpty }.joined(separator: "."))[\(index + 1)]",
        line: item.mark?.line ?? line)
    }
  }

  /// A list of lists of numbers, e.g. anchors of a value function.
  func numberRows(_ key: String) throws -> [[Double]]? {
    guard has(key), let value = node[key] else { return nil }
    guard let rows = value.sequence else { throw failure(key, "a list of [x, value] pairs is expected.") }
    return try rows.map { row in
      guard let cells = row.sequence else { throw failure(key, "a list of [x, value] pairs is expected.") }
      return try cells.map { cell in
        guard let text = cell.scalar?.string, let number = Double(text), number.isFinite else {
          throw failure(key, "numbers are expected in each pair.")
        }
        return number
      }
    }
  }
}
