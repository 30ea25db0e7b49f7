/// Names that also programs that take no account of case (SQLite, GDAL, spreadsheets) tell apart.
///
/// Of names that differ in case alone the first stays; each other one gets the lowest number from 2 behind it that makes a name that is neither among
/// the given ones nor made already. The answer depends on the list alone. O(names).
public func toldApart(_ names: [String]) -> [String] {
  var taken = Set(names.map { $0.lowercased() }), used: Set<String> = []
  return names.map { name in
    guard !used.insert(name.lowercased()).inserted else { return name }
    var number = 2
    while !taken.insert("\(name)_\(number)".lowercased()).inserted { number += 1 }
    return "\(name)_\(number)"
  }
}
