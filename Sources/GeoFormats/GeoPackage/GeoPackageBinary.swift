internal import SimpleFeatures
internal import TextFormats

extension TextBuffer {
  private mutating func appendWord(_ value: UInt32) {
    append(byte: UInt8(truncatingIfNeeded: value))
    append(byte: UInt8(truncatingIfNeeded: value >> 8))
    append(byte: UInt8(truncatingIfNeeded: value >> 16))
    append(byte: UInt8(truncatingIfNeeded: value >> 24))
  }

  /// Positions as little-endian pairs of reals.
  private mutating func appendPairs(_ geometry: borrowing GeometryColumn, _ positions: Range<Int>) {
    reserve(positions.count * 16)
    for i in positions { appendReals(geometry.x[i], geometry.y[i]) }
  }

  /// A feature as GeoPackage binary: header with envelope (none for a point), little-endian well-known binary.
  ///
  /// - Parameter system: the `srs_id` of the layer, which every blob repeats (requirement 33).
  mutating func appendGeoPackageBinary(
    _ geometry: borrowing GeometryColumn, _ feature: Int, _ envelope: Envelope, system: Int32, isMulti: Bool
  ) {
    let kind = geometry.kinds[feature]
    let hasEnvelope = kind != .point
    append(literal: "GP")
    append(byte: 0)
    append(byte: hasEnvelope ? 0x03 : 0x01)
    appendWord(UInt32(bitPattern: system))
    if hasEnvelope {
      appendReals(envelope.minX, envelope.maxX)
      appendReals(envelope.minY, envelope.maxY)
    }
    let isWrapped = isMulti || kind.rawValue >= GeometryKind.multiPoint.rawValue
    let single = kind.rawValue > 3 ? kind.rawValue - 3 : kind.rawValue
    let parts = geometry.parts(of: feature)
    if isWrapped {
      append(byte: 1)
      appendWord(UInt32(single + 3))
      appendWord(UInt32(parts.count))
    }
    for part in parts {
      append(byte: 1)
      appendWord(UInt32(single))
      let rings = geometry.rings(ofPart: part)
      if kind.isAreal { appendWord(UInt32(rings.count)) }
      for ring in rings {
        let positions = geometry.positions(ofRing: ring)
        if !kind.isPuntal { appendWord(UInt32(positions.count)) }
        appendPairs(geometry, positions)
      }
    }
  }
}
