/*
 * state: what the core's status says, in words of a page: how this site is, and what to do now (daemon/core/request.h: status).
 */
#ifndef ALLIED_DAEMON_WEB_STATE_H
#define ALLIED_DAEMON_WEB_STATE_H

#include "daemon/web/sheet.h"

/* The state of this site in a sentence. */
void state_say(struct html *h, const json_t *status);
/*
 * Each problem: its sentence, who can mend it, the next command. What it is about in particular (addresses, places of files) is told to whoever has a token alone.
 */
void state_problems(struct sheet *s, const json_t *status);
/* "check its address, then: allied ping X", with the command as <code>. */
void state_advice(struct html *h, const char *text);

#endif
