/*
 * service_http: the HTTP thread of a service, and its certificate.
 */
#ifndef ALLIED_DAEMON_CMD_SERVICE_HTTP_H
#define ALLIED_DAEMON_CMD_SERVICE_HTTP_H

#include "conf/settings.h"
#include "daemon/cmd/service_thread.h"
#include "daemon/web/web.h"
#include <limits.h>

struct service_http {
    struct service_thread thread; /* not open where HTTP is served nowhere */
    struct http_options options;
    struct http_site site;
    struct web_config web;
    char database[PATH_MAX], control[PATH_MAX];
    struct buf hosts;
    struct buf cert, key;
};
struct service_http_with {
    const char *dir; /* of the data */
    const struct settings *settings;
    bool serves;  /* as http.listen says */
    bool control; /* at DATA/control.sock, for the owner */
};
/*
 * Starts it, and waits until it listens. Where http.listen was not set and its port is taken, by another allied as a rule, nothing but control.sock is served and
 * *taken says so. ERR_PORT_USED, ERR_ADDRESS, ERR_TLS, ERR_FILE_NONE, … with the setting's value.
 */
err_t service_http_open(struct service_http *h, struct bus *bus, const struct service_http_with *with, bool *taken,
                        struct why *why);
void service_http_close(struct service_http *h); /* zeroed: fine */

#endif
