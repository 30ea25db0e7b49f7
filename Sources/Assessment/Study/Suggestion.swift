/// The candidate that a misspelt word most likely means; `nil` when none is near. O(candidates × length²).
public func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
  let best = candidates.map { ($0, editDistance(word.lowercased(), $0.lowercased())) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
  guard let best, best.1 <= max(1, word.count / 3) else { return nil }
  return best.0
}

/// Levenshtein's distance: insertions, deletions and substitutions. O(a × b).
func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a), b = Array(b)
  if a.isEmpty { return b.count }
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}
