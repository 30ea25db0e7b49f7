/// Mean consistency index of random reciprocal matrices, by their size: what a consistency index is compared with.
///
/// Published tables differ by up to 8 %, so every consistency ratio names its table.
public enum RandomIndex: String, Sendable, Equatable, CaseIterable {
  /// Saaty (1980), The Analytic Hierarchy Process; sizes 3…10.
  case saaty1980
  /// Saaty (2005), Theory and Applications of the Analytic Network Process; sizes 3…15.
  case saaty2005
  /// Donegan, Dodd (1991), A note on Saaty's random indexes, Mathl. Comput. Modelling 15(10), 135–137; sizes 3…10.
  case donegan
  /// As tabulated in the R package MCDA (Bigaret, Hodgett, Meyer et al. 2017); sizes 3…10.
  case mcda

  /// The random index for matrices of a size; 0 for one or two items, which are always consistent; nil beyond the table.
  public func value(size: Int) -> Double? {
    if size < 3 { return 0 }
    let table: [Double]
    switch self {
    case .saaty1980: table = [0.58, 0.9, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49]
    case .saaty2005: table = [0.52, 0.89, 1.11, 1.25, 1.35, 1.4, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59]
    case .donegan: table = [0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055]
    case .mcda: table = [0.525, 0.882, 1.115, 1.252, 1.341, 1.404, 1.452, 1.484]
    }
    return size - 3 < table.count ? table[size - 3] : nil
  }

  /// The sizes the table covers.
  public var sizes: ClosedRange<Int> { self == .saaty2005 ? 3...15 : 3...10 }
}
