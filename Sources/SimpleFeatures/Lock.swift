#if THREAD_SANITIZER
  internal import Glibc

  /// A lock that the thread sanitizer knows: the library's own waits by a system call in which it sees no order.
  package final class Lock<Value>: @unchecked Sendable {
    private var value: Value
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    package init(_ value: sending Value) {
      self.value = value
      pthread_mutex_init(mutex, nil)
    }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
    }

    package func withLock<Result, E: Error>(_ body: (inout Value) throws(E) -> Result) throws(E) -> Result {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      return try body(&value)
    }
  }
#else
  package import Synchronization

  /// What one thread at a time may touch. Under the thread sanitizer (`make sanitize`) it is a lock that the sanitizer knows.
  package typealias Lock<Value> = Mutex<Value>
#endif
