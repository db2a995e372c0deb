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
        json_array_append_new(endpoints, say_string(w->r.endpoints[i]));
    return json_pack("{s:o, s:o, s:o, s:s, s:b, s:i, s:o, s:o}", "ally", say_string(w->r.ally_name), "name",
                     say_string(w->r.site_name), "site", say_id(slice_of(w->ask.site, SITE_BYTES)), "words", w->words,
                     "invited", invited, "rivals", (int)w->rivals, "endpoints", endpoints, "since",
                     say_time((uint64_t)w->ask.since_ms << 16));
}

err_t req_put_asks(struct req *r)
{
    struct waiting_site *all = NULL;
    size_t n = 0;
    json_t *list = json_array();
    err_t e = asks_list(r->core, &r->read.arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++)
        json_array_append_new(list, ask_json(&all[i]));
    say_put(r->read.result, "asking", list);
    return e;
}

static err_t decide(struct req *r, bool admit)
{
    struct core *c = r->core;
    struct waiting_site w;
    char who[120] = "";
    err_t e = asks_find(c, read_text(&r->read, "words"), &r->read.arena, &w, &r->read.why);
    if (e)
        return e;
    json_t *one = ask_json(&w);
    json_object_update(r->read.result, one);
    json_decref(one);
    e = admit ? asks_admit(c, &w, &r->read.why) : asks_refuse(c, &w);
    bool waits = e == ERR_WAITING;
    if (waits)
        roster_secretariat(c, who, sizeof who);
    say_put(r->read.result, "admitted", json_boolean(admit && !e));
    say_put(r->read.result, "waits_for", waits ? json_string(who) : json_null());
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
