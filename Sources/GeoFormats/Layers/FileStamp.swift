internal import Glibc

/// What changes when a file is written, swapped or removed.
public struct FileStamp: Hashable, Sendable {
  private var device: UInt, inode: UInt
  /// Bytes.
  public let size: Int
  private var seconds: Int, nanoseconds: Int
  private var changeSeconds: Int, changeNanoseconds: Int

  /// The stamp of a file; `nil` when it is not there.
  public init?(of path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
    size = Int(status.st_size)
    seconds = Int(status.st_mtim.tv_sec)
    nanoseconds = Int(status.st_mtim.tv_nsec)
    changeSeconds = Int(status.st_ctim.tv_sec)
    changeNanoseconds = Int(status.st_ctim.tv_nsec)
  }

  /// Hard links and permissions may change; the content is the same.
  public static func == (a: FileStamp, b: FileStamp) -> Bool {
    (a.device, a.inode, a.size, a.seconds, a.nanoseconds) == (b.device, b.inode, b.size, b.seconds, b.nanoseconds)
  }

  /// Hashes what equality looks at.
  public func hash(into hasher: inout Hasher) {
    for part in [Int(bitPattern: device), Int(bitPattern: inode), size, seconds, nanoseconds] { hasher.combine(part) }
  }

  /// Whether content and name have stood as they are since before the other file was last written: a copy or a move that keeps the date
  /// of the content counts as new.
  public func isOlder(than other: FileStamp) -> Bool {
    (seconds, nanoseconds) < (other.seconds, other.nanoseconds) && (changeSeconds, changeNanoseconds) < (other.seconds, other.nanoseconds)
  }
}
