/*
 * control: the daemon's end of DATA/control.sock: a ROUTER over ipc that only the owner of the directory may reach (mode 0600). Requests go to the core
 * with the client's routing id, answers come back with it; a client that is gone gets nothing.
 */
#ifndef ALLIED_PEERS_CONTROL_H
#define ALLIED_PEERS_CONTROL_H

#include "daemon/bus/control.h"
#include "peers/report.h"

struct control {
    void *socket; /* NULL: none */
    struct control_path path;
};

/* Takes the place of a dead socket file; the caller holds the directory's lock. ERR_FILE, ERR_MEMORY. */
err_t control_open(void *context, const char *path, struct control *out);
void control_close(struct control *c); /* zeroed: fine */
void control_step(struct control *c, struct report *report);
void control_reply(struct control *c, struct slice client, struct slice json);

#endif
