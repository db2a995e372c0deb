/*
 * oai_token: where a harvest goes on, as text: letters, digits, "." and ":" alone. It is stateless: all of the request is in it, with a check against what was cut off or
 * made up, and against a feed that is no longer the one it was given for (a backup put back): the record at `upto` stands in that check.
 */
#ifndef ALLIED_DAEMON_WEB_OAI_TOKEN_H
#define ALLIED_DAEMON_WEB_OAI_TOKEN_H

#include "protocol/base/buf.h"

#define OAI_TOKEN_MAX 200
#define OAI_SPEC_MAX  64

struct oai_token {
    bool records;           /* ListRecords; else ListIdentifiers */
    int64_t after, upto;    /* serials of the feed: after < serial <= upto */
    int64_t given;          /* how many came before */
    int64_t total;          /* -1: not known */
    char set[OAI_SPEC_MAX]; /* "": all */
};
/* `witness`: the record that stands at `upto`. */
void oai_token_write(const struct oai_token *t, struct slice witness, char out[OAI_TOKEN_MAX]);
/* What it says, before its check was looked at. ERR_CURSOR. */
err_t oai_token_read(const char *text, struct oai_token *out);
/* Is it what was written for that record? */
bool oai_token_holds(const char *text, const struct oai_token *t, struct slice witness);

#endif
