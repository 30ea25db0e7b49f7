internal import Glibc
internal import TextFormats

/// What becomes of a file that stands where an output is to be written.
public enum ExistingFile: Sendable {
  /// It is replaced.
  case replaced
  /// It is replaced if it begins as the output does, so that a command can be run again; anything else is refused.
  case replacedIfAlike
}

/// A file that appears under its name when it is whole: it is written beside it under another name and renamed at the end.
///
/// `-` is standard output, where nothing can be renamed; neither can devices and pipes, which are written to as they are. A link leads to the file
/// that is meant.
final class OutputFile {
  let path: String
  /// Where the file stands, behind a link.
  private let place: String
  private let partial: String?
  private let existing: ExistingFile
  private var descriptor: Int32
  private var isDone = false
  /// Whether a person looks on, whom text of data could lead astray.
  private let isTerminal: Bool

  init(path: String, existing: ExistingFile = .replaced) throws(FormatError) {
    self.path = path
    self.existing = existing
    if path == "-" {
      (place, partial) = (path, nil)
      descriptor = STDOUT_FILENO
      isTerminal = isatty(STDOUT_FILENO) != 0
      return
    }
    let standing = try OutputPlace(path)
    place = standing.path
    isTerminal = false
    if standing.isStream {
      partial = nil
      descriptor = unsafe open(place, O_WRONLY | O_CLOEXEC)
    } else {
      let name = Self.partialName(place)
      partial = name
      descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: systemErrorText()) }
  }

  /// Refuses to replace a file that does not begin with these bytes, unless whatever stands there may go.
  func replacesOnly(fileWithHead head: borrowing TextBuffer) throws(FormatError) {
    guard partial != nil, existing == .replacedIfAlike, unsafe access(place, F_OK) == 0 else { return }
    let file = try MappedFile(path: place, limit: head.count)
    let isAlike = file.withBytes { bytes in
      unsafe head.withBytes { head in
        bytes.count == head.count && bytes.indices.allSatisfy { unsafe bytes[$0] == head[$0] }
      }
    }
    guard isAlike else { throw .notReplaced(path: path) }
  }

  deinit {
    guard let partial, !isDone else { return }
    close(descriptor)
    unsafe unlink(partial)
  }

  /// The name of a file that is not whole yet, hidden and in the same folder so that renaming is atomic.
  ///
  /// What a process that is gone has left under such a name is removed.
  static func partialName(_ path: String) -> String {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "./"
    let stem = ".\(slash.map { path[path.index(after: $0)...] } ?? path[...])."
    if let entries = unsafe opendir(folder) {
      while let entry = unsafe readdir(entries) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
        guard name.hasPrefix(stem), name.hasSuffix(".partial"), let process = Int32(name.dropFirst(stem.count).dropLast(8)), process > 0,
          kill(process, 0) != 0, errno == ESRCH
        else { continue }
        unsafe unlink(folder + name)
      }
      unsafe closedir(entries)
    }
    return "\(folder)\(stem)\(getpid()).partial"
  }

  /// Writes the buffer's bytes and empties it.
  /// - Parameter start: bytes at its beginning that are left out.
  func write(_ buffer: inout TextBuffer, from start: Int = 0) throws(FormatError) {
    let path = path
    if isTerminal { buffer.silenceControls() }
    let descriptor = descriptor
    try unsafe buffer.withBytes { bytes throws(FormatError) in
      var done = start
      while done < bytes.count {
        let n = unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if n < 0 {
          if errno == EINTR { continue }
          throw .cannotWrite(path: path, reason: systemErrorText())
        }
        done += n
      }
    }
    buffer.removeAll()
  }

  /// Gives the file its name.
  func finish() throws(FormatError) {
    guard !isDone else { return }
    guard let partial else {
      isDone = true
      guard path == "-" || close(descriptor) == 0 else { throw .cannotWrite(path: path, reason: systemErrorText()) }
      return
    }
    guard fsync(descriptor) == 0 || errno == EINVAL, close(descriptor) == 0 else {
      throw .cannotWrite(path: path, reason: systemErrorText())
    }
    guard unsafe rename(partial, place) == 0 else {
      let reason = systemErrorText()
      unsafe unlink(partial)
      isDone = true
      throw .cannotWrite(path: path, reason: reason)
    }
    isDone = true
  }
}

/// What stands where an output is to be written.
struct OutputPlace {
  /// The path; where a link stands, that to which it leads.
  let path: String
  /// Whether it is a device or a pipe, which takes bytes and cannot be replaced.
  let isStream: Bool
  /// Whether a regular file stands there.
  let isFile: Bool

  /// - Throws: `FormatError.cannotWrite` for a folder, and for a link that leads nowhere.
  init(_ path: String) throws(FormatError) {
    var facts = stat()
    guard unsafe lstat(path, &facts) == 0 else {
      (self.path, isStream, isFile) = (path, false, false)
      return
    }
    var place = path
    if facts.st_mode & S_IFMT == S_IFLNK {
      guard let real = unsafe realpath(path, nil), unsafe stat(real, &facts) == 0 else {
        throw .cannotWrite(path: path, reason: "it is a link that leads nowhere")
      }
      place = unsafe String(cString: real)
      unsafe free(real)
    }
    let kind = facts.st_mode & S_IFMT
    guard kind != S_IFDIR else { throw .cannotWrite(path: path, reason: "it is a folder") }
    (self.path, isStream, isFile) = (place, kind != S_IFREG, kind == S_IFREG)
  }
}

/// Writes a text to a file that appears when it is whole, or to `-`, a device or a pipe.
/// - Parameter head: bytes at the beginning by which a file that this engine wrote is known.
/// - Throws: `FormatError` when it cannot be written, or when what stands there may not be replaced.
public func writeText(_ text: String, to path: String, existing: ExistingFile, head: Int) throws(FormatError) {
  let file = try OutputFile(path: path, existing: existing)
  var buffer = TextBuffer(capacity: 1 << 12)
  buffer.append(String(decoding: text.utf8.prefix(head), as: UTF8.self))
  try file.replacesOnly(fileWithHead: buffer)
  buffer.removeAll()
  buffer.append(text)
  try file.write(&buffer)
  try file.finish()
}
