/*
 * req_roster: the allies as they stand, and what the registrar decides about them between two charters.
 */
#include "daemon/core/announce.h"
#include "daemon/core/host.h"
#include "daemon/core/req.h"
#include "daemon/core/roster.h"
#include "daemon/commons/shortage.h"

/* ---- showing ---- */

void req_put_host(const struct req *r, json_t *object, const uint8_t site[SITE_BYTES])
{
    uint8_t host[SITE_BYTES];
    bool hosted = host_of(r->core, site, host);
    const struct site *known = hosted ? authority_site(&r->core->authority, host) : NULL;
    say_put(object, "host", hosted ? say_id(slice_of(host, SITE_BYTES)) : json_null());
    say_put(object, "hosted_by", known ? say_string(known->name) : json_null());
}

/* Where it said last that it is reached: what its host says, where another's daemon writes it. */
static json_t *endpoints_json(struct req *r, const uint8_t site[SITE_BYTES])
{
    struct announcement a;
    uint8_t host[SITE_BYTES];
    json_t *out = json_array();
    err_t e = announce_read(r->core, site, &r->read.arena, &a);
    shortage_note(e == ERR_NOT_FOUND ? ERR_OK : e);
    for (size_t i = 0; !e && !announce_host(&a, host) && i < a.endpoints_n; i++)
        json_array_append_new(out, say_string(a.endpoints[i]));
    return out;
}

static json_t *site_json(struct req *r, const struct site *s)
{
    json_t *out = json_pack("{s:o, s:o, s:b, s:b}", "site", say_id(slice_of(s->id, SITE_BYTES)), "name",
                            say_string(s->name), "votes", s->votes, "ended", s->ended);
    say_put(out, "endpoints", endpoints_json(r, s->id));
    req_put_host(r, out, s->id);
    return out;
}

static json_t *sites_json(struct req *r, size_t ally)
{
    const struct authority *a = &r->core->authority;
    json_t *sites = json_array();
    for (size_t i = 0; i < a->sites_n; i++)
        if (a->sites[i].ally == ally)
            json_array_append_new(sites, site_json(r, &a->sites[i]));
    return sites;
}

static void put_ally(struct req *r, size_t at, json_t *out)
{
    static const char *const colleges[] = {"effectif", "droit", "associe"};
    const struct authority *a = &r->core->authority;
    const struct ally *ally = &a->allies[at];
    say_put(out, "id", say_id(slice_of(ally->id, ALLY_BYTES)));
    say_put(out, "name", say_string(ally->name));
    say_put(out, "college", json_string(colleges[ally->college % 3]));
    say_put(out, "standing", json_string(ally->ended ? "ended" : ally->ratified ? "ratified" : "provisional"));
    say_put(out, "suspended", json_boolean(ally->suspended));
    say_put(out, "secretariat", json_boolean(authority_has_role(a, ally->id, ROLE_SECRETARIAT)));
    say_put(out, "sites", sites_json(r, at));
}

err_t req_allies(struct req *r)
{
    const struct authority *a = &r->core->authority;
    json_t *allies = json_array();
    for (size_t i = 0; i < a->allies_n; i++) {
        json_t *one = json_object();
        put_ally(r, i, one);
        json_array_append_new(allies, one);
    }
    say_put(r->read.result, "allies", allies);
    return req_put_asks(r);
}

static void put_roles(const struct authority *a, const struct ally *ally, json_t *out)
{
    json_t *roles = json_array();
    for (size_t i = 0; i < a->roles_n; i++)
        if (memcmp(a->roles[i].ally, ally->id, ALLY_BYTES) == 0)
            json_array_append_new(roles, say_string(a->roles[i].role));
    say_put(out, "roles", roles);
}

static err_t answer(struct req *r, const uint8_t id[ALLY_BYTES])
{
    const struct authority *a = &r->core->authority;
    const struct ally *ally = authority_ally(a, id), *owner = authority_owner_of(a, id);
    if (!ally)
        return ERR_ALLY_UNKNOWN;
    const struct ally *heir = ally->heir.len ? authority_ally(a, ally->heir.at) : NULL;
    put_ally(r, (size_t)(ally - a->allies), r->read.result);
    put_roles(a, ally, r->read.result);
    const struct roster_act *admission = authority_admission(a, id);
    const struct ally *mentor = admission && admission->mentor.len ? authority_ally(a, admission->mentor.at) : NULL;
    say_put(r->read.result, "mentor", mentor ? say_string(mentor->name) : json_null());
    say_put(r->read.result, "heir", heir ? say_string(heir->name) : json_null());
    say_put(r->read.result, "owner", owner ? say_string(owner->name) : json_null());
    say_put(r->read.result, "roster", json_integer((json_int_t)a->roster_number));
    return ERR_OK;
}

err_t req_ally_show(struct req *r)
{
    const struct ally *ally = NULL;
    err_t e = read_ally(&r->read, read_text(&r->read, "ally"), &ally);
    return e ? e : answer(r, ally->id);
}

/* ---- deciding ---- */

static err_t nothing(struct req *r)
{
    return why_set(&r->read.why, ERR_NOTHING_TO_DO, "%.100s", read_text(&r->read, "ally"));
}

/* Why somebody was suspended stands in no act: the registrar's journal keeps it. */
static void note_reason(struct req *r, const char *event, const struct ally *ally)
{
    char id[SHORT_LEN + 1];
    core_note(r->core, JOURNAL_WARN, event, "ally=%s reason=%.200s", core_short(slice_of(ally->id, ALLY_BYTES), id),
              read_text(&r->read, "reason"));
}

err_t req_ally_suspend(struct req *r)
{
    struct core *c = r->core;
    struct roster_act act = {.kind = ACT_SUSPEND};
    const struct ally *ally = NULL;
    struct head *heads = NULL;
    size_t n = 0;
    err_t e = roster_may_act(c, "ally.suspend", &r->read.why);
    if (!e)
        e = read_ally(&r->read, read_text(&r->read, "ally"), &ally);
    if (!e && (ally->suspended || ally->ended))
        e = nothing(r);
    /* The registrar's ally would lock itself out of its own logs. */
    if (!e && ally == authority_ally_of(&c->authority, core_own(c)->key.pub))
        e = why_set(&r->read.why, ERR_WHO, "%s", "ally.suspend");
    if (!e)
        e = roster_heads(r->core, &r->read.arena, &heads, &n);
    if (e)
        return e;
    memcpy(act.ally, ally->id, ALLY_BYTES);
    act.heads = heads;
    act.heads_n = roster_heads_of_ally(c, ally, heads, n);
    note_reason(r, "ally.suspend", ally);
    e = roster_act(c, &act);
    return e ? e : answer(r, act.ally);
}

err_t req_ally_lift(struct req *r)
{
    struct roster_act act = {.kind = ACT_LIFT};
    const struct ally *ally = NULL;
    err_t e = roster_may_act(r->core, "ally.lift", &r->read.why);
    if (!e)
        e = read_ally(&r->read, read_text(&r->read, "ally"), &ally);
    if (!e && !ally->suspended)
        e = nothing(r);
    if (e)
        return e;
    memcpy(act.ally, ally->id, ALLY_BYTES);
    note_reason(r, "ally.lift", ally);
    e = roster_act(r->core, &act);
    return e ? e : answer(r, act.ally);
}

err_t req_ally_checkpoint(struct req *r)
{
    struct roster_act act = {.kind = ACT_CHECKPOINT};
    struct head *heads = NULL;
    size_t n = 0;
    err_t e = roster_may_act(r->core, "ally.checkpoint", &r->read.why);
    if (!e)
        e = roster_heads(r->core, &r->read.arena, &heads, &n);
    if (e)
        return e;
    act.heads = heads;
    act.heads_n = n;
    e = roster_act(r->core, &act);
    if (e)
        return e;
    say_put(r->read.result, "roster", json_integer((json_int_t)r->core->authority.roster_number));
    say_put(r->read.result, "logs", json_integer((json_int_t)n));
    return ERR_OK;
}
