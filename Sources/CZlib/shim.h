#ifndef REKINDLE_CZLIB_SHIM_H
#define REKINDLE_CZLIB_SHIM_H

// Why a shim: a stream without zlib's header, as ZIP archives hold it, is begun by a macro, which Swift cannot call.

#include <zlib.h>

/// Begins to inflate a raw stream (RFC 1951).
static inline int rekindle_inflate_begin(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }

#endif
