/*
 * lines: JSON Lines from a file, one object a line, each line judged alone. A line that is not UTF-8 (ERR_UTF8), not one JSON object or one with
 * a key twice (ERR_JSON), LINES_MOST bytes or longer (ERR_TOO_LARGE), or the last one and cut off (ERR_TRUNCATED) is refused with its number; the
 * next call goes on behind it. Blank lines and a byte order mark at the start are passed over.
 */
#ifndef ALLIED_DAEMON_CMD_LINES_H
#define ALLIED_DAEMON_CMD_LINES_H

#include "protocol/base/buf.h"
#include <jansson.h>
#include <stdio.h>

#define LINES_MOST (1024u * 1024) /* bytes of a line, without its end */

struct lines {
    FILE *in;        /* borrowed */
    struct buf line; /* the current one */
    uint64_t number; /* of the current one, from 1 */
    uint64_t bytes;  /* taken so far */
    bool ended;      /* the file is at its end */
};

void lines_init(struct lines *l, FILE *in);
void lines_fini(struct lines *l);
/*
 * The next line. *object: a new reference, where the line is good. ERR_NOT_FOUND at the end; what err_of_errno makes of it where reading fails: both end the
 * walk. Other errors are the line's own: `why` says where in it ("column 17", "byte 40").
 */
err_t lines_next(struct lines *l, json_t **object, struct why *why);
bool lines_failed(const struct lines *l); /* reading failed, rather than one line */

#endif
