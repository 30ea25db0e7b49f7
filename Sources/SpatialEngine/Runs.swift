/// Cuts `0 ..< count` into equal runs, one for each thread, none shorter than `least` unless it is the only one.
func runs(of count: Int, threads: Int, least: Int) -> [Range<Int>] {
  let pieces = max(1, min(threads, count / max(1, least)))
  return (0..<pieces).map { count * $0 / pieces..<count * ($0 + 1) / pieces }
}
