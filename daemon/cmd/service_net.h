/*
 * service_net: the network thread of a service, which speaks under the key of the first site of the data directory.
 */
#ifndef ALLIED_DAEMON_CMD_SERVICE_NET_H
#define ALLIED_DAEMON_CMD_SERVICE_NET_H

#include "conf/settings.h"
#include "daemon/cmd/service_thread.h"
#include "peers/net.h"

struct service_net {
    struct service_thread thread;
    struct bus *bus;
    struct net_options options;
};
/*
 * Starts it, and waits until it listens. Whatever comes of it, service_net_close has to follow. ERR_NO_DATA,
 * ERR_KEY_MISSING, ERR_PORT_USED, ERR_ADDRESS, … with the value or the path.
 */
err_t service_net_open(struct service_net *n, struct bus *bus, const char *dir, const struct settings *settings,
                       struct why *why);
void service_net_close(struct service_net *n); /* zeroed: fine */

#endif
