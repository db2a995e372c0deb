/*
 * answer: what somebody said to a request to be admitted or for a new key (WELCOME, PROTOCOL.md §9), and how it is kept: "name detail".
 */
#ifndef ALLIED_DAEMON_CORE_ANSWER_H
#define ALLIED_DAEMON_CORE_ANSWER_H

#include "daemon/core/state.h"
#include "protocol/wire/msg.h"

#define ANSWER_BYTES 256

/* ERR_COUNT: an error that a newer program knows. The detail is cut to its size. */
err_t answer_of(const struct msg_welcome *m, char detail[JOIN_DETAIL_BYTES]);
/* ERR_OK: "", which takes a kept one away. */
void answer_write(err_t e, const char *detail, char out[ANSWER_BYTES]);
/* ERR_STANDING where its name is not known. */
err_t answer_read(struct slice kept, char detail[JOIN_DETAIL_BYTES]);

#endif
