/// What a conversion has made: a GeoPackage in a private folder, and what the converter said.
final class Conversion: Sendable {
  let folder: TemporaryFolder
  let output: String
  /// The driver's name in a description.
  let driver: String
  /// Whether the GeoPackage is the user's own, out of an archive.
  let isUnpacked: Bool
  /// The source's size in bytes.
  let sourceSize: Int
  /// Features that the source claims by layer.
  let claimedCounts: [String: Int]
  /// Lines of warnings and errors, at most a hundred.
  let messages: [String]
  /// What a user should know of the conversion, in whole sentences.
  let notes: [String]

  init(
    folder: TemporaryFolder, output: String, driver: String, isUnpacked: Bool, sourceSize: Int, claimedCounts: [String: Int],
    messages: [String],
    notes: [String]
  ) {
    self.folder = folder
    self.output = output
    self.driver = driver
    self.isUnpacked = isUnpacked
    self.sourceSize = sourceSize
    self.claimedCounts = claimedCounts
    self.messages = messages
    self.notes = notes
  }
}
