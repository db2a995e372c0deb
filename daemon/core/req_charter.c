/*
 * req_charter: the charter as people read it: who is in it, what it rules, who signed it and who has not yet.
 */
#include "daemon/core/req_charter.h"
#include "daemon/ledger/years.h"
#include "daemon/read/roll.h"
#include "protocol/base/base32.h"
#include <stdio.h>

static json_t *hash_json(const uint8_t id[HASH_BYTES])
{
    return say_id(slice_of(id, HASH_BYTES));
}

static json_t *ally_json(const struct charter_ally *a)
{
    static const char *const colleges[] = {"effectif", "droit", "associe"};
    json_t *sites = json_array();
    for (size_t i = 0; i < a->sites_n; i++)
        json_array_append_new(sites,
                              json_pack("{s:o, s:o, s:b}", "site", say_id(slice_of(a->sites[i].site, SITE_BYTES)),
                                        "name", say_string(a->sites[i].name), "votes", a->sites[i].votes));
    return json_pack("{s:o, s:o, s:s, s:o, s:o}", "id", say_id(slice_of(a->id, ALLY_BYTES)), "name",
                     say_string(a->name), "college", colleges[a->college % 3], "heir",
                     a->heir.len ? say_id(a->heir) : json_null(), "sites", sites);
}

static json_t *roles_json(const struct core *core, const struct charter *c)
{
    json_t *out = json_array();
    for (size_t i = 0; i < c->roles_n; i++) {
        json_t *one = json_pack("{s:o}", "role", say_string(c->roles[i].role));
        say_ally(&core->authority, one, slice_of(c->roles[i].ally, ALLY_BYTES));
        json_array_append_new(out, one);
    }
    return out;
}

static json_t *rules_json(const struct charter *c)
{
    json_t *out = json_array();
    for (size_t i = 0; i < c->rules_n; i++)
        json_array_append_new(
            out, json_pack("{s:I, s:I}", "rule", (json_int_t)c->rules[i].rule, "value", (json_int_t)c->rules[i].value));
    return out;
}

static json_t *scores_json(const struct charter *c)
{
    json_t *out = json_array();
    for (size_t i = 0; i < c->scores_n; i++)
        json_array_append_new(out, json_pack("{s:o, s:I, s:I}", "kind", say_string(c->scores[i].kind), "points",
                                             (json_int_t)c->scores[i].points, "cap", (json_int_t)c->scores[i].cap));
    return out;
}

static json_t *heads_json(const struct head *heads, size_t n)
{
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out,
                              json_pack("{s:o, s:o, s:o, s:o}", "site", say_id(slice_of(heads[i].log.site, SITE_BYTES)),
                                        "incarnation", say_u64(heads[i].log.incarnation), "seq", say_u64(heads[i].seq),
                                        "id", hash_json(heads[i].id)));
    return out;
}

static void put_count(json_t *out, struct charter_count count, json_t *names, json_t *waiting)
{
    say_put(out, "voters", json_integer((json_int_t)count.voters));
    say_put(out, "needed", json_integer((json_int_t)count.needed));
    say_put(out, "signed", json_integer((json_int_t)count.signers));
    say_put(out, "signers", names);
    say_put(out, "waiting", waiting);
}

/* All of its allies have signed charter 0: it would not be one. */
static void put_founders(json_t *out, const struct charter *c)
{
    json_t *names = json_array();
    for (size_t i = 0; i < c->allies_n; i++)
        json_array_append_new(names, say_string(c->allies[i].name));
    put_count(out, (struct charter_count){c->allies_n, c->allies_n, c->allies_n}, names, json_array());
}

/* How far the signatures of a charter are: by the allies that its predecessor and its roster head make voters. */
static err_t put_signatures(struct req *r, json_t *out, const struct charter *c)
{
    struct authority_input in;
    struct authority before = {0};
    json_t *names = json_array(), *waiting = json_array();
    struct charter_count count = {0};
    err_t e = roll_input(r->read.store, &r->read.arena, &in);
    if (!e && authority_build_before(&in, c, &before) == ERR_OK) {
        count = charter_count(c, &before);
        for (size_t i = 0; i < before.allies_n; i++)
            if (charter_voter(c, &before, before.allies[i].id))
                json_array_append_new(charter_signed_by(c, &before, before.allies[i].id) ? names : waiting,
                                      say_string(before.allies[i].name));
        authority_fini(&before);
    }
    put_count(out, count, names, waiting);
    return e;
}

bool req_charter_in_chain(const struct core *c, const struct charter *charter)
{
    return charter->number < c->authority.charters_n &&
           memcmp(c->authority.charters[charter->number].id, charter->id, HASH_BYTES) == 0;
}

/* The last year that it closes; 0: none. Of one that is only proposed: once it is the next. */
static uint64_t closes(const struct core *core, const struct charter *c)
{
    uint64_t before = 0, year = 0;
    for (size_t i = 0; i < core->authority.charters_n && i < c->number; i++) {
        uint64_t closed = authority_rule_at(&core->authority, i, RULE_YEAR_CLOSED);
        before = closed > before && closed <= YEARS_LABEL_MAX ? closed : before;
    }
    for (size_t i = 0; i < c->rules_n; i++)
        if (c->rules[i].rule == RULE_YEAR_CLOSED && c->rules[i].value <= YEARS_LABEL_MAX)
            year = c->rules[i].value;
    return year > before ? year : 0;
}

err_t req_charter_put(struct req *r, json_t *out, const struct charter *c, bool whole)
{
    say_put(out, "id", hash_json(c->id));
    say_put(out, "number", json_integer((json_int_t)c->number));
    say_put(out, "name", say_string(c->name));
    say_put(out, "in_force", json_boolean(req_charter_in_chain(r->core, c)));
    uint64_t year = closes(r->core, c);
    say_put(out, "closes", year ? json_integer((json_int_t)year) : json_null());
    say_put(out, "allies_n", json_integer((json_int_t)c->allies_n));
    err_t e = ERR_OK;
    if (c->number)
        e = put_signatures(r, out, c);
    else
        put_founders(out, c);
    if (e || !whole)
        return e;
    json_t *allies = json_array();
    for (size_t i = 0; i < c->allies_n; i++)
        json_array_append_new(allies, ally_json(&c->allies[i]));
    say_put(out, "prev", hash_json(c->prev));
    say_put(out, "registrar", say_id(slice_of(c->registrar, SITE_BYTES)));
    say_put(out, "text_hash", say_hex(slice_of(c->text_hash, HASH_BYTES)));
    say_put(out, "allies", allies);
    say_put(out, "roles", roles_json(r->core, c));
    say_put(out, "rules", rules_json(c));
    say_put(out, "scores", scores_json(c));
    say_put(out, "checkpoint", heads_json(c->checkpoint, c->checkpoint_n));
    say_put(out, "cuts", heads_json(c->cuts, c->cuts_n));
    say_put(out, "roster", json_integer((json_int_t)c->roster_number));
    return ERR_OK;
}

err_t req_charter_named(struct req *r, struct charter *out)
{
    const char *text = read_text(&r->read, "id");
    char newest[24];
    if (!*text) {
        snprintf(newest, sizeof newest, "%llu", (unsigned long long)r->core->authority.charter_number);
        text = newest;
    }
    err_t e = charters_find(r->core, text, &r->read.arena, out);
    return e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS
               ? why_set(&r->read.why, e == ERR_NOT_FOUND ? ERR_CHARTER_UNKNOWN : e, "%.100s", text)
               : e;
}

err_t req_charter_show(struct req *r)
{
    struct charter c;
    err_t e = req_charter_named(r, &c);
    return e ? e : req_charter_put(r, r->read.result, &c, true);
}

static json_t *voids_json(const struct authority *a)
{
    static const char *const causes[] = {
        [VOID_CHARTER] = "charter", [VOID_LOWER] = "lower", [VOID_REGISTRAR] = "registrar", [VOID_FOLLOWS] = "follows"};
    json_t *out = json_array();
    for (size_t i = 0; i < a->voids_n; i++)
        json_array_append_new(out, json_pack("{s:I, s:o, s:s}", "number", (json_int_t)a->voids[i].number, "id",
                                             hash_json(a->voids[i].id), "why", causes[a->voids[i].why]));
    return out;
}

err_t req_charter_log(struct req *r)
{
    struct authority_input in;
    json_t *list = json_array(), *rivals = json_array();
    const struct authority *a = &r->core->authority;
    err_t e = roll_input(r->read.store, &r->read.arena, &in);
    for (size_t i = 0; i < in.charters_n && !e; i++) {
        struct charter c;
        json_t *one = json_object();
        e = charter_decode(in.charters[i], &r->read.arena, &c);
        if (!e)
            e = req_charter_put(r, one, &c, false);
        json_array_append_new(list, one);
    }
    for (size_t i = 0; i < a->rivals_n; i++)
        json_array_append_new(rivals, json_pack("{s:I, s:o, s:o}", "number", (json_int_t)a->rivals[i].number, "kept",
                                                hash_json(a->rivals[i].kept), "other", hash_json(a->rivals[i].other)));
    say_put(r->read.result, "charters", list);
    say_put(r->read.result, "rivals", rivals);
    say_put(r->read.result, "voids", voids_json(a));
    return e;
}

err_t req_charter_answer(struct req *r, const uint8_t id[HASH_BYTES])
{
    struct charter c;
    char text[BASE32_LEN(HASH_BYTES) + 1];
    base32_encode(slice_of(id, HASH_BYTES), text);
    err_t e = charters_find(r->core, text, &r->read.arena, &c);
    return e ? e : req_charter_put(r, r->read.result, &c, false);
}
