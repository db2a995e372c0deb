/*
 * listen: the listening socket of the HTTP thread.
 */
#ifndef ALLIED_DAEMON_HTTP_LISTEN_H
#define ALLIED_DAEMON_HTTP_LISTEN_H

#include "daemon/bus/sockpath.h"
#include "peers/address.h"

/* Non-blocking. `bound` gets the address as address_parse reads it, with the port there is. ERR_ADDRESS, ERR_PORT_USED, ERR_MEMORY. */
err_t listen_open(const char *address, int *fd, char bound[ADDRESS_TEXT_MAX]);
/* A Unix socket that its owner alone may use; one left behind is taken away. ERR_FILE. */
err_t listen_open_file(const char *path, struct sockpath *name, int *fd);

#endif
