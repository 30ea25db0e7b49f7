/// A cell as a number when it is one from end to end.
public func writtenNumber(_ cell: Span<UInt8>) -> JSONCursor.Number? {
  var cursor = JSONCursor()
  guard cell.count > 0, cell[0] == 0x2D || cell[0] &- 0x30 <= 9 else { return nil }
  do throws(JSONFault) {
    let number = try cursor.number(cell)
    guard cursor.at == cell.count else { return nil }
    if case .real(let v) = number {
      // Digits alone that do not fit 64 bits are an identifier.
      guard v.isFinite else { return nil }
      for i in 0..<cell.count where cell[i] == 0x2E || cell[i] | 0x20 == 0x65 { return number }
      return nil
    }
    return number
  } catch {
    return nil
  }
}
