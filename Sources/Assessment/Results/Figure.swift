public import TextFormats

/// A number with its pedigree. A report prints nothing else.
public struct Figure: Sendable {
  /// Value; `nil` = unknown.
  public var value: Double?
  /// Lower end of its range.
  public var low: Double?
  /// Upper end of its range.
  public var high: Double?
  /// Unit.
  public var unit: String
  /// Year of the prices, for money.
  public var priceBase: Int?
  /// given, computed, prior, assumption, published, observed or derived.
  public var kind: String
  /// Where it comes from.
  public var source: String
  /// AACE estimate class.
  public var estimateClass: Int?

  /// Makes a figure.
  public init(
    _ value: Double?, low: Double? = nil, high: Double? = nil, unit: String, priceBase: Int? = nil, kind: String, source: String,
    estimateClass: Int? = nil
  ) {
    self.value = value
    self.low = low
    self.high = high
    self.unit = unit
    self.priceBase = priceBase
    self.kind = kind
    self.source = source
    self.estimateClass = estimateClass
  }

  /// The figure as in `site.json`.
  public var json: JSON {
    [
      "value": JSON(value), "low": JSON(low), "high": JSON(high), "unit": .string(unit), "price_base": JSON(priceBase.map(Double.init)),
      "kind": .string(kind),
      "source": .string(source), "class": JSON(estimateClass.map(Double.init)),
    ]
  }
}
