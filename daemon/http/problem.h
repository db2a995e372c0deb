/*
 * problem: errors as application/problem+json (RFC 9457), in a language.
 */
#ifndef ALLIED_DAEMON_HTTP_PROBLEM_H
#define ALLIED_DAEMON_HTTP_PROBLEM_H

#include "protocol/base/err.h"
#include <jansson.h>

/* The HTTP status of an error: its row in problem.c, else by the exit code that a command would end with. */
unsigned problem_status(err_t e);
/* type, title, status, detail, code, number. `text`: the error's data; "": none. NULL without memory. */
json_t *problem_json(unsigned status, err_t e, const char *text, const char *lang);

#endif
