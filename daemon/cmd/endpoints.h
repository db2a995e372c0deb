/*
 * endpoints: where others reach this site, as the settings and the ports tell.
 */
#ifndef ALLIED_DAEMON_CMD_ENDPOINTS_H
#define ALLIED_DAEMON_CMD_ENDPOINTS_H

#include "conf/settings.h"

/*
 * zeromq.announce, else what zeromq.listen and site.public_url tell; then http.announce, else what http.listen tells, unless that is this machine
 * alone. "" none; separated by blanks and commas. `zmq`, `http`: where it listens, or the settings.
 */
void endpoints_told(const struct settings *settings, const char *zmq, const char *http, char *out, size_t size);

#endif
