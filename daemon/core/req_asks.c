/*
 * req_asks: letting in, or not, the sites that wait until somebody here does.
 */
#include "daemon/core/asks.h"
#include "daemon/core/req.h"
#include "daemon/core/roster.h"
#include "daemon/core/sync.h"

static json_t *ask_json(const struct waiting_site *w)
{
    bool invited = memcmp(w->ask.secret_key, w->ask.site, SITE_BYTES) != 0;
    json_t *endpoints = json_array();
    for (size_t i = 0; i < w->r.endpoints_n; i++)
        json_array_append_new(endpoints, req_string(w->r.endpoints[i]));
    return json_pack("{s:o, s:o, s:o, s:s, s:b, s:i, s:o, s:o}", "ally", req_string(w->r.ally_name), "name",
                     req_string(w->r.site_name), "site", req_id(slice_of(w->ask.site, SITE_BYTES)), "words", w->words,
                     "invited", invited, "rivals", (int)w->rivals, "endpoints", endpoints, "since",
                     req_time((uint64_t)w->ask.since_ms << 16));
}

err_t req_put_asks(struct req *r)
{
    struct waiting_site *all = NULL;
    size_t n = 0;
    json_t *list = json_array();
    err_t e = asks_list(r->core, &r->arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++)
        json_array_append_new(list, ask_json(&all[i]));
    req_put(r->result, "asking", list);
    return e;
}

static err_t decide(struct req *r, bool admit)
{
    struct core *c = r->core;
    struct waiting_site w;
    char who[120] = "";
    err_t e = asks_find(c, req_text(r, "words"), &r->arena, &w, &r->why);
    if (e)
        return e;
    json_t *one = ask_json(&w);
    json_object_update(r->result, one);
    json_decref(one);
    e = admit ? asks_admit(c, &w, &r->why) : asks_refuse(c, &w);
    bool waits = e == ERR_WAITING;
    if (waits)
        roster_secretariat(c, who, sizeof who);
    req_put(r->result, "admitted", json_boolean(admit && !e));
    req_put(r->result, "waits_for", waits ? json_string(who) : json_null());
    if (admit && !e)
        sync_tell_roster(c);
    return waits ? ERR_OK : e;
}

err_t req_ally_admit(struct req *r)
{
    return decide(r, true);
}

err_t req_ally_refuse(struct req *r)
{
    return decide(r, false);
}
