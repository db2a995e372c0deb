/*
 * fetch: runs the service until everything is here: for a site that joins, and for one of which only the key was left.
 */
#ifndef ALLIED_DAEMON_CMD_FETCH_H
#define ALLIED_DAEMON_CMD_FETCH_H

#include "daemon/cmd/cli.h"

/*
 * Works, with progress, until the digests match somebody's; *status (a new reference, also on errors where there is one) is how it stands then.
 * `again`: the command that goes on after Ctrl-C. ERR_INTERRUPTED, ERR_UNREACHABLE, ERR_WAITING, ERR_TIMEOUT (nothing moved for --timeout), cli->why.
 */
err_t fetch_all(struct cli *cli, const char *again, json_t **status);

#endif
