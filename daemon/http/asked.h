/*
 * asked: the questions that are out to other threads (ask.h is the handlers' side).
 */
#ifndef ALLIED_DAEMON_HTTP_ASKED_H
#define ALLIED_DAEMON_HTTP_ASKED_H

#include "daemon/http/server.h"

/* The answer to a ticket; one that is not known is passed over. */
void ask_answered(struct server *s, uint64_t ticket, unsigned status, err_t why, struct slice body);
void ask_expire(struct server *s, struct mono now);
void ask_send(struct server *s);        /* what waits for room */
bool ask_waits(const struct server *s); /* something does */

#endif
