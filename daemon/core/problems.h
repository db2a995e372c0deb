/*
 * problems: what is not as it should be. Each has a code, a sentence, who can mend it, and the next command (INTERFACE.md, status). Of peers and of
 * what the logs hold, req_status.c tells itself.
 */
#ifndef ALLIED_DAEMON_CORE_PROBLEMS_H
#define ALLIED_DAEMON_CORE_PROBLEMS_H

#include "daemon/core/req.h"

/* Appends one; the next command is the error's own. `who` is a name or already translated. */
void problems_add(struct req *r, json_t *problems, err_t e, const char *who, const char *detail);
/* The same with another next command, translated; takes `action` over. */
void problems_add_with(struct req *r, json_t *problems, err_t e, const char *who, const char *detail, json_t *action);
/* Those of the alliance and of this site's key: erasures, rivals, void acts, floods, a new key that waits, a second daemon with
 * the same key. */
void problems_put(struct req *r, json_t *problems);

#endif
