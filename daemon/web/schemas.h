/*
 * schemas: the forms of bodies that openapi.json refers to, as JSON Schema (2020-12, as OpenAPI 3.1 takes it). Each names
 * all its keys: they are told in schemas.def, fields, relations and links in their own tables. None is closed: a later version may add keys.
 */
#ifndef ALLIED_DAEMON_WEB_SCHEMAS_H
#define ALLIED_DAEMON_WEB_SCHEMAS_H

#include <jansson.h>

/* {name: schema}. A new reference; what memory lacked for is left out, NULL where it lacked for all. */
json_t *schemas_all(void);

#endif
