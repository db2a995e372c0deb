/*
 * schema: the tables of the index file. A change of any, or of how a text becomes words, raises INDEX_VERSION: an index of another version is made anew.
 */
#ifndef ALLIED_DAEMON_INDEX_SCHEMA_H
#define ALLIED_DAEMON_INDEX_SCHEMA_H

#define INDEX_VERSION        1
#define INDEX_APPLICATION_ID 0x616c6978 /* "alix" */

extern const char *const index_schema[]; /* SQL, one statement an item, up to NULL */

#endif
