#include "daemon/core/announce.h"
#include "daemon/core/req.h"
#include "daemon/core/sync.h"

json_t *req_traffic(const struct traffic *t)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "bytes_in", (json_int_t)t->bytes_in, "bytes_out",
                     (json_int_t)t->bytes_out, "commits_in", (json_int_t)t->commits_in, "commits_again",
                     (json_int_t)t->commits_again, "commit_bytes_in", (json_int_t)t->commit_bytes_in,
                     "commit_bytes_again", (json_int_t)t->commit_bytes_again);
}

void req_put_traffic(struct req *r)
{
    const struct core *c = r->core;
    struct traffic all = c->past;
    for (size_t i = 0; i < c->peers_n; i++)
        sync_add_traffic(&all, &c->peers[i].traffic);
    say_put(r->read.result, "traffic", req_traffic(&all));
}

/* What the site itself announced, and what invitations and people told us. */
static json_t *addresses_json(struct req *r, const uint8_t site[SITE_BYTES], const struct peer_address *known, size_t n)
{
    struct announcement a;
    json_t *out = json_array();
    uint8_t host[SITE_BYTES];
    if (announce_read(r->core, site, &r->read.arena, &a) == ERR_OK && !announce_host(&a, host))
        for (size_t i = 0; i < a.endpoints_n; i++)
            json_array_append_new(out, say_string(a.endpoints[i]));
    for (size_t i = 0; i < n; i++)
        if (memcmp(known[i].site, site, SITE_BYTES) == 0)
            json_array_append_new(out, say_string(known[i].address));
    return out;
}

err_t req_peers_known(struct req *r)
{
    const struct core *c = r->core;
    struct peer_address *known = NULL;
    size_t n = 0;
    json_t *peers = json_array();
    err_t e = local_addresses(c->store, &r->read.arena, &known, &n);
    for (size_t i = 0; i < c->authority.sites_n && !e; i++) {
        const struct site *site = &c->authority.sites[i];
        if (core_is_own(c, site->id))
            continue;
        json_array_append_new(peers,
                              json_pack("{s:o, s:o, s:o}", "site", say_id(slice_of(site->id, SITE_BYTES)), "name",
                                        say_string(site->name), "addresses", addresses_json(r, site->id, known, n)));
    }
    say_put(r->read.result, "alliance_id",
            c->founded ? say_id(slice_of(c->authority.alliance, ALLIANCE_BYTES)) : json_null());
    say_put(r->read.result, "name", say_string(c->authority.name));
    say_put(r->read.result, "peers", peers);
    return e;
}
