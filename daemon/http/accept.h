/*
 * accept: what Accept and Accept-Language ask for (RFC 9110 §12.5): ranges with a weight, 0 for what is not wanted.
 */
#ifndef ALLIED_DAEMON_HTTP_ACCEPT_H
#define ALLIED_DAEMON_HTTP_ACCEPT_H

#include <stdbool.h>

/* Which of the types (NULL-ended) is wanted most, the first of equals; -1: none. `header` NULL or "": the first. */
int accept_type(const char *header, const char *const *types);
/* The language wanted most of those that tr() has; NULL: none. A static string. */
const char *accept_language(const char *header);
/* The list of tags in If-None-Match (RFC 9110 §13.1.2) has this one, weak or not, or is "*". */
bool accept_matches(const char *header, const char *etag);

#endif
