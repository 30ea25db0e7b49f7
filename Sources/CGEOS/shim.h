// Only the re-entrant interface: a call that uses GEOS's global context is a compile error.
#define GEOS_USE_ONLY_R_API
#include <geos_c.h>
