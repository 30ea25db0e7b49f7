/// Rows of a CSV text with a header, split by RFC 4180: a second, plain reading of what the engine writes.
func csvRows(_ text: String) -> [[String: String]] {
  var table: [[String]] = [[]]
  var cell = ""
  var quoted = false
  var characters = Array(text.unicodeScalars)[...]
  while let c = characters.popFirst() {
    if quoted {
      if c == "\"" {
        if characters.first == "\"" { cell.unicodeScalars.append(characters.removeFirst()) } else { quoted = false }
      } else {
        cell.unicodeScalars.append(c)
      }
    } else if c == "\"" {
      quoted = true
    } else if c == "," || c == "\n" {
      table[table.count - 1].append(cell)
      cell = ""
      if c == "\n" { table.append([]) }
    } else if c != "\r" {
      cell.unicodeScalars.append(c)
    }
  }
  guard let header = table.first else { return [] }
  return table.dropFirst().filter { $0.count == header.count }.map { Dictionary(zip(header, $0), uniquingKeysWith: { a, _ in a }) }
}
