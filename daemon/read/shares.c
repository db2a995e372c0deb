/*
 * shares: what each ally is to pay of the secretariat's cost, in proportion to its means and to what it added: a statement that adds up, with all that it was
 * made of.
 */
#include "daemon/ledger/apportion.h"
#include "daemon/read/ledger.h"
#include "daemon/read/say.h"

#define MEANS_PERCENT 50

struct payers {
    const struct ledger_ally **allies;
    uint64_t *means, *points; /* points: of all kinds but means, which are weighed beside them */
    size_t n;
};

/* Units declared, ratified or waiting for it. */
static uint64_t means_of(const struct ledger *l, const struct ally *ally)
{
    uint64_t units = 0;
    for (size_t i = 0; i < l->entries_n; i++) {
        const struct ledger_entry *e = &l->entries[i];
        if (e->kind == LEDGER_MEANS && (e->why == LEDGER_COUNTS || e->why == LEDGER_WAITS) &&
            memcmp(e->ally, ally->id, ALLY_BYTES) == 0)
            units += settle_units(e->fact);
    }
    return units;
}

/* Who is in, or had a part in that year. */
static err_t find_payers(struct read *r, const struct ledger *l, struct payers *p)
{
    p->allies = arena_alloc(&r->arena, l->allies_n, sizeof(const struct ledger_ally *));
    p->means = arena_alloc(&r->arena, l->allies_n, sizeof *p->means);
    p->points = arena_alloc(&r->arena, l->allies_n, sizeof *p->points);
    if (!p->allies || !p->means || !p->points)
        return ERR_MEMORY;
    for (size_t i = 0; i < l->allies_n; i++) {
        const struct ledger_ally *a = &l->allies[i];
        uint64_t means = means_of(l, a->ally), points = a->points - a->kinds[LEDGER_MEANS].points;
        if (a->ally->ended && means == 0 && points == 0)
            continue;
        p->allies[p->n] = a;
        p->means[p->n] = means;
        p->points[p->n++] = points;
    }
    return ERR_OK;
}

static void put_allies(struct read *r, const struct payers *p, const struct shares *s)
{
    json_t *allies = json_array();
    uint64_t total = 0;
    for (size_t i = 0; i < p->n; i++) {
        json_t *one = json_object();
        uint64_t share = s->by_means[i] + s->by_points[i];
        say_ally(r->authority, one, slice_of(p->allies[i]->ally->id, ALLY_BYTES));
        say_put(one, "means", json_integer((json_int_t)p->means[i]));
        say_put(one, "points", json_integer((json_int_t)p->points[i]));
        say_put(one, "by_means_cents", json_integer((json_int_t)s->by_means[i]));
        say_put(one, "by_points_cents", json_integer((json_int_t)s->by_points[i]));
        say_put(one, "share_cents", json_integer((json_int_t)share));
        json_array_append_new(allies, one);
        total += share;
    }
    say_put(r->result, "allies", allies);
    say_put(r->result, "total_cents", json_integer((json_int_t)total));
}

static void put_head(struct read *r, const struct read_ledger *l, uint64_t cost, unsigned percent,
                     const struct shares *s)
{
    static const char *const bases[] = {
        [SHARES_BOTH] = "both", [SHARES_POINTS] = "points", [SHARES_MEANS] = "means", [SHARES_EQUAL] = "equal"};
    say_put(r->result, "period", read_ledger_period(l));
    say_put(r->result, "year", json_integer(l->ledger.year));
    say_put(r->result, "open", json_boolean(l->ledger.open));
    say_put(r->result, "cut", say_hex(slice_of(l->cut, HASH_BYTES)));
    say_put(r->result, "digest", say_hex(slice_of(l->digest, HASH_BYTES)));
    say_put(r->result, "cost_cents", json_integer((json_int_t)cost));
    say_put(r->result, "means_percent", json_integer(percent));
    say_put(r->result, "basis", json_string(bases[s->basis]));
    say_put(r->result, "of_means_cents", json_integer((json_int_t)s->of_means));
    say_put(r->result, "of_points_cents", json_integer((json_int_t)s->of_points));
}

err_t read_ledger_shares(struct read *r)
{
    int64_t year = read_number(r, "year", 0), cost = read_number(r, "cost_cents", -1);
    int64_t percent = read_number(r, "means_percent", MEANS_PERCENT);
    struct read_ledger l;
    struct payers payers = {0};
    struct shares s;
    if (year < 0 || year > YEARS_LABEL_MAX)
        return why_set(&r->why, ERR_YEAR, "%lld", (long long)year);
    if (cost < 0 || percent < 0 || percent > 100)
        return why_set(&r->why, ERR_RANGE, "%s", cost < 0 ? "cost_cents" : "means_percent");
    err_t e = read_ledger_of(r, (unsigned)year, &l);
    if (!e)
        e = find_payers(r, &l.ledger, &payers);
    if (!e)
        e = shares_make((uint64_t)cost, (unsigned)percent, payers.means, payers.points, payers.n, &r->arena, &s);
    if (e)
        return e;
    put_head(r, &l, (uint64_t)cost, (unsigned)percent, &s);
    put_allies(r, &payers, &s);
    return ERR_OK;
}
