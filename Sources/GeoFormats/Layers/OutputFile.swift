internal import Glibc
internal import TextFormats

/// A file that appears under its name when it is whole: it is written beside it under another name and renamed at the end.
///
/// `-` is standard output, where nothing can be renamed.
final class OutputFile {
  let path: String
  private let partial: String?
  private var descriptor: Int32
  private var isDone = false

  init(path: String) throws(FormatError) {
    self.path = path
    if path == "-" {
      partial = nil
      descriptor = STDOUT_FILENO
      return
    }
    let name = Self.partialName(path)
    partial = name
    descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: systemErrorText()) }
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
    guard let partial, !isDone else { return }
    guard fsync(descriptor) == 0 || errno == EINVAL, close(descriptor) == 0 else {
      throw .cannotWrite(path: path, reason: systemErrorText())
    }
    guard unsafe rename(partial, path) == 0 else {
      let reason = systemErrorText()
      unsafe unlink(partial)
      isDone = true
      throw .cannotWrite(path: path, reason: reason)
    }
    isDone = true
  }
}
