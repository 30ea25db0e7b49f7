import ProjectFinance

/// All evidence of vacancy, by building: columns, because a register may speak of a million buildings in the same words.
///
/// Pieces of one building stand in the order in which they were read.
public struct EvidenceTable: Sendable {
  private var row: [Int32] = []
  private var status: [UInt8] = []
  private var kind: [UInt8] = []
  private var source: [Int32] = []
  private var observed: [Int32] = []
  private var since: [Int32] = []
  private var confidence: [Double] = []
  private var area: [Double] = []
  private var taken: [Bool] = []
  /// Pieces in the order of buildings; empty while that is the order in which they were read.
  private var order: [Int32] = []
  /// First piece of each building, and the end.
  private var offsets: [Int32] = [0]

  private var texts = Vocabulary()
  private(set) var days: [CalendarDate] = []
  private var dayIndex: [CalendarDate: Int32] = [:]

  /// Words in the order in which they came, each kept once.
  private struct Vocabulary {
    var words: [String] = []
    private var index: [String: Int32] = [:]
    private var last: (word: String, code: Int32) = ("", -1)

    mutating func code(_ word: String) -> Int32 {
      if last.code >= 0, last.word == word { return last.code }
      let code: Int32
      if let known = index[word] {
        code = known
      } else {
        code = Int32(words.count)
        words.append(word)
        index[word] = code
      }
      last = (word, code)
      return code
    }
  }

  private static let kinds: [VacancyEvidence.Kind] = [.register, .cadastre, .mapTag, .unitTag, .field]

  /// Number of buildings that evidence speaks of.
  public private(set) var count = 0

  init() {}

  mutating func add(_ piece: VacancyEvidence, building: Int) {
    row.append(Int32(building))
    status.append(UInt8(VacancyClass.allCases.firstIndex(of: piece.status) ?? 0))
    kind.append(UInt8(Self.kinds.firstIndex(of: piece.kind) ?? 0))
    source.append(texts.code(piece.source))
    since.append(piece.since.map { texts.code($0) } ?? -1)
    if let day = piece.observed {
      if dayIndex[day] == nil {
        dayIndex[day] = Int32(days.count)
        days.append(day)
      }
      observed.append(dayIndex[day] ?? -1)
    } else {
      observed.append(-1)
    }
    confidence.append(piece.confidence)
    area.append(piece.vacantArea ?? .nan)
    taken.append(piece.isTaken)
  }

  /// Puts the pieces in the order of buildings; to be called once all are added. O(pieces + buildings).
  mutating func arrange(buildings: Int) {
    offsets = Array(repeating: 0, count: buildings + 1)
    for r in row { offsets[Int(r) + 1] += 1 }
    count = 0
    for k in 0..<buildings {
      if offsets[k + 1] > 0 { count += 1 }
      offsets[k + 1] += offsets[k]
    }
    order = []
    guard zip(row, row.dropFirst()).contains(where: { $0 > $1 }) else { return }
    var next = offsets
    order = Array(repeating: 0, count: row.count)
    for (k, r) in row.enumerated() {
      order[Int(next[Int(r)])] = Int32(k)
      next[Int(r)] += 1
    }
  }

  /// The pieces of a building as places in this table.
  func pieces(of building: Int) -> Range<Int> {
    building + 1 < offsets.count ? Int(offsets[building])..<Int(offsets[building + 1]) : 0..<0
  }

  private func place(_ piece: Int) -> Int { order.isEmpty ? piece : Int(order[piece]) }

  func status(_ piece: Int) -> VacancyClass { VacancyClass.allCases[Int(status[place(piece)])] }
  func kindIndex(_ piece: Int) -> Int { Int(kind[place(piece)]) }
  func sourceIndex(_ piece: Int) -> Int { Int(source[place(piece)]) }
  func sinceIndex(_ piece: Int) -> Int { Int(since[place(piece)]) }
  func observedIndex(_ piece: Int) -> Int { Int(observed[place(piece)]) }
  func confidence(_ piece: Int) -> Double { confidence[place(piece)] }
  func vacantArea(_ piece: Int) -> Double { area[place(piece)] }
  func isTaken(_ piece: Int) -> Bool { taken[place(piece)] }

  /// The words that sources and periods are made of.
  var words: [String] { texts.words }
  /// The kinds in the order of `kindIndex`.
  static var kindNames: [String] { kinds.map(\.rawValue) }

  /// The evidence of a building; `nil` without.
  public subscript(building: Int) -> [VacancyEvidence]? {
    let range = pieces(of: building)
    guard !range.isEmpty else { return nil }
    return range.map { piece in
      let k = place(piece)
      return VacancyEvidence(
        status: status(piece), kind: Self.kinds[Int(kind[k])], source: texts.words[Int(source[k])],
        observed: observed[k] < 0 ? nil : days[Int(observed[k])], since: since[k] < 0 ? nil : texts.words[Int(since[k])],
        confidence: confidence[k], vacantArea: area[k].isNaN ? nil : area[k], isTaken: taken[k])
    }
  }
}
