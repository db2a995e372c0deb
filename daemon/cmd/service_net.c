#include "daemon/cmd/service_net.h"
#include "daemon/core/found.h"
#include "daemon/core/keyfile.h"
#include "daemon/store/local.h"
#include <stdio.h>

#define NET_NAME "net"

static void *run(void *arg)
{
    struct service_net *n = arg;
    net_run(n->bus, n->thread.other, &n->options);
    return NULL;
}

static err_t read_key(const char *dir, struct net_options *out, struct why *why)
{
    char path[4096], name[NAME_MAX_BYTES + 1] = "";
    struct store *store = NULL;
    struct own_site *sites = NULL;
    struct arena arena = {0};
    struct sign_key key = {0};
    size_t n = 0;
    snprintf(path, sizeof path, "%s/%s", dir, DATABASE_NAME);
    err_t e = store_open(path, STORE_WRITE, &store, why);
    if (!e)
        e = local_sites(store, &arena, &sites, &n);
    if (!e && !n)
        e = why_set(why, ERR_NO_DATA, "%.150s", dir);
    if (!e) {
        memcpy(name, sites[0].name.at, sites[0].name.len < NAME_MAX_BYTES ? sites[0].name.len : NAME_MAX_BYTES);
        e = keyfile_read(dir, name, &key, why);
    }
    if (!e)
        e = sign_curve_secret(&key, out->curve_secret);
    if (!e)
        e = sign_curve_public(key.pub, out->curve_public);
    sign_key_wipe(&key);
    arena_fini(&arena);
    store_close(store);
    return e;
}

err_t service_net_open(struct service_net *n, struct bus *bus, const char *dir, const struct settings *settings,
                       struct why *why)
{
    n->bus = bus;
    n->options.listen = settings_get(settings, SETTING_ZEROMQ_LISTEN);
    n->options.ca_file = settings_get(settings, SETTING_PEERS_TLS_CA);
    err_t e = read_key(dir, &n->options, why);
    return e ? e : service_thread_open(&n->thread, bus, NET_NAME, run, n, why);
}

void service_net_close(struct service_net *n)
{
    service_thread_close(&n->thread);
    sign_wipe(&n->options, sizeof n->options);
    *n = (struct service_net){.bus = NULL};
}
