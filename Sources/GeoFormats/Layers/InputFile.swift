internal import Glibc

/// Opens a regular file for reading and gives its descriptor, which the caller closes.
///
/// Whatever is no regular file is refused before it is opened: a pipe that nobody writes to would hold the reader for ever, a device may act when it is
/// opened. The kind is looked at again once the file is open, should it have been swapped meanwhile.
/// - Throws: `FormatError` when there is no such file, when it is not a regular file, or when it cannot be read.
public func openRegularFile(_ path: String) throws(FormatError) -> Int32 {
  var facts = stat()
  guard unsafe stat(path, &facts) == 0 else {
    throw errno == ENOENT || errno == ENOTDIR ? .fileNotFound(path: path) : .unreadableFile(path: path, reason: systemErrorText())
  }
  try checkRegular(facts, path)
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
  guard descriptor >= 0 else { throw .unreadableFile(path: path, reason: systemErrorText()) }
  guard unsafe fstat(descriptor, &facts) == 0 else {
    let reason = systemErrorText()
    close(descriptor)
    throw .unreadableFile(path: path, reason: reason)
  }
  do { try checkRegular(facts, path) } catch {
    close(descriptor)
    throw error
  }
  return descriptor
}

private func checkRegular(_ facts: stat, _ path: String) throws(FormatError) {
  switch facts.st_mode & S_IFMT {
  case S_IFREG: return
  case S_IFDIR: throw .unreadableFile(path: path, reason: "it is a folder")
  case S_IFIFO: throw .unreadableFile(path: path, reason: "it is a pipe, not a regular file")
  case S_IFCHR, S_IFBLK: throw .unreadableFile(path: path, reason: "it is a device, not a regular file")
  default: throw .unreadableFile(path: path, reason: "it is not a regular file")
  }
}

/// The bytes of a regular file. O(bytes).
/// - Throws: `FormatError`, as `openRegularFile` does.
public func bytes(ofFile path: String) throws(FormatError) -> [UInt8] {
  let descriptor = try openRegularFile(path)
  defer { close(descriptor) }
  var facts = stat()
  let size = unsafe fstat(descriptor, &facts) == 0 ? Int(facts.st_size) : 0
  var bytes: [UInt8] = []
  bytes.reserveCapacity(size + 1)
  var chunk = [UInt8](repeating: 0, count: max(4_096, min(size + 1, 1 << 20)))
  while true {
    let count = unsafe read(descriptor, &chunk, chunk.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw .unreadableFile(path: path, reason: systemErrorText()) }
    if count == 0 { return bytes }
    bytes += chunk[..<count]
  }
}

/// The absolute path without symbolic links.
/// - Throws: `FormatError` when nothing stands there.
public func realPath(_ path: String) throws(FormatError) -> String {
  guard let real = unsafe realpath(path, nil) else { throw .unreadableFile(path: path, reason: systemErrorText()) }
  defer { unsafe free(real) }
  return unsafe String(cString: real)
}

/// The absolute path without symbolic links; of a file that is not there yet, that of its folder and its own name.
public func realPath(ofOutput path: String) -> String {
  if let real = try? realPath(path) { return real }
  let plain = path.hasSuffix("/") ? String(path.dropLast()) : path
  let name = plain.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? plain
  let folder = String(plain.dropLast(name.utf8.count))
  return ((try? realPath(folder.isEmpty ? "." : folder)) ?? folder) + "/" + name
}
