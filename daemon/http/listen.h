/*
 * listen: the listening socket of the HTTP thread.
 */
#ifndef ALLIED_DAEMON_HTTP_LISTEN_H
#define ALLIED_DAEMON_HTTP_LISTEN_H

#include "peers/address.h"

/* Non-blocking. `bound` gets the address as address_parse reads it, with the port there is. ERR_ADDRESS, ERR_PORT_USED, ERR_MEMORY. */
err_t listen_open(const char *address, int *fd, char bound[ADDRESS_TEXT_MAX]);

#endif
