/*
 * service_http: the HTTP thread of a service: its certificate, its end of the bus, its start and its end.
 */
#ifndef ALLIED_DAEMON_CMD_SERVICE_HTTP_H
#define ALLIED_DAEMON_CMD_SERVICE_HTTP_H

#include "conf/settings.h"
#include "daemon/bus/bus.h"
#include "daemon/http/http.h"
#include "peers/address.h"
#include <pthread.h>

struct service_http {
    struct bus_end *end, *other; /* `end`: the core's; NULL where HTTP is served nowhere */
    struct http_options options;
    struct buf cert, key;
    pthread_t thread;
    bool runs;
    char address[ADDRESS_TEXT_MAX]; /* where it listens; "" nowhere */
};
/*
 * Starts it, and waits until it listens. Where http.listen was not set and its port is taken, by another allied as a rule, HTTP is served nowhere and
 * *taken says so. ERR_PORT_USED, ERR_ADDRESS, ERR_TLS, ERR_FILE_NONE, … with the setting's value.
 */
err_t service_http_open(struct service_http *h, struct bus *bus, const struct settings *settings, bool *taken,
                        struct why *why);
void service_http_close(struct service_http *h); /* zeroed: fine */

#endif
