/*
 * cli_played: whole command lines against a core that is played here: what is asked of it, what is printed, the exit code. The programs that use it
 * are linked with it before the real door (see the Makefile).
 */
#ifndef ALLIED_TESTS_HELP_CLI_PLAYED_H
#define ALLIED_TESTS_HELP_CLI_PLAYED_H

#include "protocol/base/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* How the next lines are answered; played_setup makes it anew. */
extern struct played {
    char dir[64];       /* the data directory */
    json_t *asked;      /* array of [what, args] */
    const char *answer; /* JSON; NULL: as an import would be answered */
    err_t refuse;       /* of every request */
    const char *detail;
    err_t closed; /* of door_open */
    bool no_daemon;
} played;

int played_setup(void **state);
int played_teardown(void **state);

struct said {
    char *out, *err;
    int code;
};
/* Words up to NULL, behind "allied --data DIR --lang en". Free with played_forget. */
struct said played_run(const char *first, ...);
void played_forget(struct said *said);
/* The line ended with this code; both streams hold these parts ("" any). Frees. */
void played_ended(struct said said, int code, const char *on_out, const char *on_err);
#define ENDS(code, on_out, on_err, ...) played_ended(played_run(__VA_ARGS__, NULL), code, on_out, on_err)

void played_has(const char *text, const char *part);
void played_asked_last(const char *what, const char *args); /* args: JSON */
/* A file in the data directory; its path, until the next one. */
char *played_file(const char *name, const char *bytes, size_t len);
#define FILE_OF(name, text) played_file(name, text, strlen(text))

#endif
