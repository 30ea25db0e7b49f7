#ifndef REKINDLE_CSQLITE_SHIM_H
#define REKINDLE_CSQLITE_SHIM_H

// Why a shim: the switches of a connection are set by a function with a variable number of arguments, which Swift cannot call.

#include <sqlite3.h>

/// Closes a connection against the schema of its database (sqlite.org/security.html): no way around SQLite's own checks, no functions or virtual
/// tables in views, triggers and generated columns that SQLite does not hold harmless, no extensions, no triggers. 0 when all switches are set.
static inline int rekindle_sqlite_defend(sqlite3 *connection) {
  int trusted = 1, defensive = 0, extensions = 1, triggers = 1;
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &trusted);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, &defensive);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, &extensions);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, &triggers);
  return trusted || !defensive || extensions || triggers;
}

#endif
