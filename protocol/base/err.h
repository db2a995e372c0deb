/*
 * Errors: one table makes the enum, the stable code a person quotes (ALLIED-1203), the wire name, the exit
 * code of a command that ends by it, and two English sentences (what happened; the next command) which are
 * the keys of the translations. A detail (`struct why`) is data: a path, a field, a number; never a sentence, so that it needs no
 * translation.
 *
 * Families: 10xx system · 11xx bytes · 12xx records and concepts · 13xx charter and standing · 14xx log and guard ·
 * 15xx peers · 16xx command line and configuration.
 */
#ifndef ALLIED_PROTOCOL_BASE_ERR_H
#define ALLIED_PROTOCOL_BASE_ERR_H

#include "protocol/base/err.def"

typedef enum {
#define X(id, number, exit_code, name, what, next) id,
    ERR_TABLE(X)
#undef X
        ERR_COUNT
} err_t;

/* Why something failed: the code, and where it lies (file, line, field, value), without sentences. */
struct why {
    err_t code;
    char text[160];
};

const char *err_name(err_t e);       /* "title_missing": on the wire, in JSON; never translated */
int err_number(err_t e);             /* 1203, shown as ALLIED-1203 */
int err_exit(err_t e);               /* exit code of INTERFACE.md */
const char *err_what(err_t e);       /* English sentence, a msgid */
const char *err_next(err_t e);       /* English sentence with the next command, a msgid; "" where there is none */
err_t err_by_name(const char *name); /* ERR_COUNT where there is none */
err_t err_by_number(int number);     /* likewise */

/* The row for an errno: what a person can do something about has its own sentence; all else is `otherwise`. */
err_t err_of_errno(int number, err_t otherwise);

/* Fills `why` (may be NULL) and returns e, so that `return why_set(w, ERR_X, "…", …);` reads as one thought. */
__attribute__((format(printf, 3, 4))) err_t why_set(struct why *why, err_t e, const char *format, ...);

#endif
