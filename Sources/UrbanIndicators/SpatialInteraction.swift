import Glibc

/// How attractive each destination is from each origin: size^γ · distance^λ (D. L. Huff, Journal of Marketing 28, 1964). λ is negative.
public func huffUtilities(size: [Double], distance: [[Double]], sizeExponent gamma: Double = 1, distanceExponent lambda: Double = -2)
  -> [[Double]]
{
  distance.map { row in row.indices.map { pow(size[$0], gamma) * pow(row[$0], lambda) } }
}

/// The share of each origin's customers that goes to each destination: utility ÷ sum of utilities. NaN in a row without any utility.
public func huffProbabilities(utilities: [[Double]]) -> [[Double]] {
  utilities.map { row in
    let sum = row.reduce(0, +)
    return row.map { $0 / sum }
  }
}

/// What each origin can reach: Σ size^γ · distance^λ (W. G. Hansen, Journal of the American Institute of Planners 25, 1959).
public func hansenAccessibility(size: [Double], distance: [[Double]], sizeExponent gamma: Double = 1, distanceExponent lambda: Double = -2)
  -> [Double]
{
  huffUtilities(size: size, distance: distance, sizeExponent: gamma, distanceExponent: lambda).map { $0.reduce(0, +) }
}
