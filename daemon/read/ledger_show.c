/*
 * ledger_show: the ledger as JSON. An ally's kinds stand beside what was left out of them and why; one kind explained leads down to its ops.
 */
#include "daemon/read/ledger.h"

#include "daemon/commons/shortage.h"
#include "daemon/read/say.h"
#include "protocol/base/clock.h"

json_t *read_ledger_period(const struct read_ledger *l)
{
    if (l->year_from < l->ledger.year)
        return json_sprintf("%u–%u", l->year_from, l->ledger.year);
    return json_sprintf("%u", l->ledger.year);
}

static json_t *day_json(unsigned day)
{
    struct date d = date_of(day);
    return json_sprintf("%04u-%02u-%02u", d.year, d.month, d.day);
}

static json_t *left_out(const uint64_t *n)
{
    json_t *out = json_object();
    for (size_t why = LEDGER_COUNTS + 1; why < LEDGER_WHYS_N; why++)
        if (n[why])
            say_put(out, ledger_why_name((enum ledger_why)why), json_integer((json_int_t)n[why]));
    return out;
}

static json_t *kinds_json(const struct ledger_ally *a)
{
    json_t *out = json_object();
    for (size_t k = 0; k < LEDGER_KINDS_N; k++) {
        const struct ledger_sum *s = &a->kinds[k];
        json_t *kind = json_pack("{s:I, s:I, s:o}", "count", (json_int_t)s->count, "points", (json_int_t)s->points,
                                 "left_out", left_out(s->left_out));
        if (k == LEDGER_RECORD_FULL)
            say_put(kind, "small", json_integer((json_int_t)s->small));
        say_put(out, ledger_kind_name((enum ledger_kind)k), kind);
    }
    return out;
}

static json_t *ally_json(const struct read *r, const struct ledger_ally *a)
{
    json_t *out = json_object();
    say_ally(r->authority, out, slice_of(a->ally->id, ALLY_BYTES));
    say_put(out, "ended", json_boolean(a->ally->ended));
    say_put(out, "kinds", kinds_json(a));
    say_put(out, "points", json_integer((json_int_t)a->points));
    return out;
}

static json_t *policy_json(const struct ledger_policy *p)
{
    json_t *out = json_object();
    for (size_t k = 0; k < LEDGER_KINDS_N; k++)
        say_put(out, ledger_kind_name((enum ledger_kind)k),
                json_pack("{s:I, s:I}", "points", (json_int_t)p->points[k], "cap", (json_int_t)p->cap[k]));
    return out;
}

static json_t *ring_json(const struct read *r, const struct ledger_ring *ring)
{
    json_t *out = json_object(), *a = json_object(), *b = json_object();
    say_ally(r->authority, a, slice_of(ring->a->ally->id, ALLY_BYTES));
    say_put(a, "from_other", json_integer((json_int_t)ring->a_from_b));
    say_put(a, "received", json_integer((json_int_t)ring->a->kinds[LEDGER_REUSE_RECEIVED].count));
    say_ally(r->authority, b, slice_of(ring->b->ally->id, ALLY_BYTES));
    say_put(b, "from_other", json_integer((json_int_t)ring->b_from_a));
    say_put(b, "received", json_integer((json_int_t)ring->b->kinds[LEDGER_REUSE_RECEIVED].count));
    say_put(out, "allies", json_pack("[o, o]", a, b));
    return out;
}

/* ---- entries ---- */

static void put_thing(struct read *r, json_t *out, enum entity_type type, struct slice entity)
{
    static const char *const names[] = {"none", "site", "record", "concept", "means"};
    struct slice title = slice_text("");
    say_put(out, "type", json_string(names[type]));
    say_put(out, "id", say_id(entity));
    if (type == ENTITY_RECORD || type == ENTITY_CONCEPT) {
        struct view v;
        err_t e = read_view(r, type, entity, &v);
        shortage_note(e);
        title = e ? title : view_label(&v, slice_text(r->lang));
    }
    say_put(out, "title", title.len ? say_string(title) : json_null());
}

static void put_place(const struct read *r, json_t *out, const struct fact_op *op)
{
    const struct site *site = authority_site(r->authority, op->log.site);
    say_put(out, "dot", say_dot(&op->dot));
    say_put(out, "at", say_time(op->clock));
    say_put(out, "site", say_id(slice_of(op->log.site, SITE_BYTES)));
    say_put(out, "site_name", site ? say_string(site->name) : json_null());
    say_put(out, "incarnation", say_u64(op->log.incarnation));
    say_put(out, "seq", say_u64(op->seq));
}

static void put_other(const struct read *r, json_t *out, const uint8_t other[ALLY_BYTES])
{
    static const uint8_t nobody[ALLY_BYTES];
    const struct ally *ally = authority_ally(r->authority, other);
    bool known = memcmp(other, nobody, ALLY_BYTES) != 0;
    say_put(out, "other", known ? say_id(slice_of(other, ALLY_BYTES)) : json_null());
    say_put(out, "other_name", ally ? say_string(ally->name) : json_null());
}

/* Of one op several sorts of values may be adopted: an entry each. */
static void put_part(json_t *out, const struct fact *f)
{
    static const char *const names[FACT_RETIREMENT + 1] = {
        [FACT_LABEL] = "label", [FACT_LABEL_TRANSLATED] = "label_translated",
        [FACT_NOTE] = "note",   [FACT_RELATION] = "relation",
        [FACT_MERGE] = "merge", [FACT_RETIREMENT] = "retirement",
    };
    if (f->kind == FACT_ADOPTED && f->sort <= FACT_RETIREMENT && names[f->sort])
        say_put(out, "part", json_string(names[f->sort]));
}

static json_t *entry_json(struct read *r, const struct ledger_entry *e)
{
    json_t *out = json_object(), *same = NULL;
    say_put(out, "kind", json_string(ledger_kind_name(e->kind)));
    say_put(out, "why", json_string(ledger_why_name(e->why)));
    say_ally(r->authority, out, slice_of(e->ally, ALLY_BYTES));
    put_other(r, out, e->other);
    say_put(out, "count", json_integer((json_int_t)e->count));
    say_put(out, "day", day_json(e->day));
    put_place(r, out, &e->fact->op);
    put_thing(r, out, e->fact->type, e->fact->entity);
    put_part(out, e->fact);
    if (e->fact->kind == FACT_MEANS)
        say_put(out, e->fact->sort == MEANS_TIME ? "minutes" : "cents", json_integer((json_int_t)e->fact->amount));
    if (e->same) {
        same = json_object();
        put_place(r, same, &e->same->op);
        put_thing(r, same, e->same->type, e->same->entity);
    }
    say_put(out, "same", same);
    return out;
}

static void put_entries(struct read *r, const struct ledger *l, const struct ally *ally, enum ledger_kind kind)
{
    json_t *entries = json_array();
    int64_t offset = read_number(r, "offset", 0), limit = read_number(r, "limit", INT64_MAX), n = 0;
    for (size_t i = 0; i < l->entries_n; i++) {
        const struct ledger_entry *e = &l->entries[i];
        if (e->kind != kind || (ally && memcmp(ally->id, e->ally, ALLY_BYTES) != 0))
            continue;
        if (n >= offset && n - offset < limit)
            json_array_append_new(entries, entry_json(r, e));
        n++;
    }
    say_put(r->result, "kind", json_string(ledger_kind_name(kind)));
    say_put(r->result, "entries", entries);
    say_put(r->result, "total", json_integer(n));
    say_put(r->result, "next", n - offset > limit ? json_integer(offset + limit) : json_null());
}

/* ---- all of it ---- */

static err_t put_ledger(struct read *r, const struct read_ledger *l, const struct ally *ally)
{
    struct ledger_ring *rings = NULL;
    size_t n = 0;
    err_t e = ledger_rings(&l->ledger, &r->arena, &rings, &n);
    if (e)
        return e;
    json_t *allies = json_array(), *circles = json_array();
    for (size_t i = 0; i < l->ledger.allies_n; i++)
        if (!ally || ally == l->ledger.allies[i].ally)
            json_array_append_new(allies, ally_json(r, &l->ledger.allies[i]));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(circles, ring_json(r, &rings[i]));
    say_put(r->result, "period", read_ledger_period(l));
    say_put(r->result, "year", json_integer(l->ledger.year));
    say_put(r->result, "year_from", json_integer(l->year_from));
    say_put(r->result, "open", json_boolean(l->ledger.open));
    say_put(r->result, "from", l->from ? say_time(l->from) : json_null());
    say_put(r->result, "until", l->until ? say_time(l->until) : json_null());
    say_put(r->result, "closed_by", l->closing ? json_integer((json_int_t)l->closing->number) : json_null());
    say_put(r->result, "cut", say_hex(slice_of(l->cut, HASH_BYTES)));
    say_put(r->result, "digest", say_hex(slice_of(l->digest, HASH_BYTES)));
    say_put(r->result, "charter", json_integer((json_int_t)l->ledger.policy.charter));
    say_put(r->result, "policy", policy_json(&l->ledger.policy));
    say_put(r->result, "allies", allies);
    say_put(r->result, "rings", circles);
    return ERR_OK;
}

err_t read_ledger_show(struct read *r)
{
    const char *who = read_text(r, "ally"), *what = read_text(r, "explain");
    int64_t year = read_number(r, "year", 0);
    const struct ally *ally = NULL;
    enum ledger_kind kind = LEDGER_KINDS_N;
    struct read_ledger l;
    if (year < 0 || year > YEARS_LABEL_MAX)
        return why_set(&r->why, ERR_YEAR, "%lld", (long long)year);
    if (*what && !ledger_kind_find(slice_text(what), &kind))
        return why_set(&r->why, ERR_LEDGER_KIND, "%.60s", what);
    err_t e = *who ? read_ally(r, who, &ally) : ERR_OK;
    if (!e)
        e = read_ledger_of(r, (unsigned)year, &l);
    if (!e)
        e = put_ledger(r, &l, ally);
    if (!e && *what)
        put_entries(r, &l.ledger, ally, kind);
    return e;
}
