/// A number with its pedigree. A report prints nothing else.
public struct Figure: ReportRecord {
  /// How a figure came about.
  public enum Kind: String, ReportCode {
    case given, computed, prior, assumption, published, observed, derived
  }

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
  /// How it came about.
  public var kind: Kind
  /// Where it comes from.
  public var source: Message
  /// AACE estimate class.
  public var estimateClass: Int?

  /// Makes a figure.
  public init(
    _ value: Double?, low: Double? = nil, high: Double? = nil, unit: String, priceBase: Int? = nil, kind: Kind, source: Message,
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

  static var fields: [ReportField<Self>] {
    [
      .init("value", \.value), .init("low", \.low), .init("high", \.high), .init("unit", \.unit), .init("price_base", \.priceBase),
      .init("kind", \.kind), .init("source", \.source), .init("class", \.estimateClass),
    ]
  }
}
