/*
 * door: how a command reaches the core: through DATA/control.sock where a daemon runs, else in this process under the directory's lock.
 * Requests and answers are the same JSON either way: see daemon/core/request.h.
 */
#ifndef ALLIED_DAEMON_CMD_DOOR_H
#define ALLIED_DAEMON_CMD_DOOR_H

#include "conf/settings.h"
#include <jansson.h>

struct door;
/* ERR_NO_DATA, ERR_OWNER, ERR_READ_ONLY, ERR_LOCKED, … */
err_t door_open(const char *dir, const struct settings *settings, const char *lang, long timeout_ms, struct door **out,
                struct why *why);
void door_close(struct door *d);
bool door_has_daemon(const struct door *d);
/*
 * One request. `args` is taken over (may be NULL). On ERR_OK *result is a new reference. A refusal by the core comes back as its error with
 * `why` filled, and *result, where not NULL, holds what it could still say.
 */
err_t door_call(struct door *d, const char *what, json_t *args, json_t **result, struct why *why);

#endif
