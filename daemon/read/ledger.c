#include "daemon/read/ledger.h"

#include "daemon/read/facts.h"
#include "protocol/base/clock.h"
#include "protocol/wire/wr.h"

#define DOMAIN_CUT    "allied/ledger.cut/1"
#define DOMAIN_LEDGER "allied/ledger/1"
#define CANON_MAX     (64u * 1024 * 1024)

/* ---- clocks ---- */

struct clocks {
    struct store *store;
    err_t err;
};

static err_t clock_of(struct store *s, const struct log_id *log, uint64_t seq, uint64_t *out)
{
    struct arena arena = {0};
    struct commit *commit = arena_alloc(&arena, 1, sizeof *commit);
    err_t e = commit ? oplog_get(s, log, seq, &arena, commit) : ERR_MEMORY;
    if (!e)
        *out = commit->clock;
    arena_fini(&arena);
    return e;
}

static bool clock_known(void *ctx, const struct head *head, uint64_t *clock)
{
    struct clocks *c = ctx;
    err_t e = c->err ? c->err : clock_of(c->store, &head->log, head->seq, clock);
    if (e && e != ERR_NOT_FOUND)
        c->err = e;
    return e == ERR_OK;
}

err_t read_ledger_days(struct store *s, const struct authority *a, struct arena *arena, struct days *out)
{
    struct clocks clocks = {s, ERR_OK};
    err_t e = days_build(a, clock_known, &clocks, arena, out);
    return e ? e : clocks.err;
}

static bool is_founding(const struct charter *c, const uint8_t site[SITE_BYTES])
{
    for (size_t a = 0; a < c->allies_n; a++)
        for (size_t i = 0; i < c->allies[a].sites_n; i++)
            if (memcmp(c->allies[a].sites[i].site, site, SITE_BYTES) == 0)
                return true;
    return false;
}

static err_t first_clock(struct store *s, const struct charter *founding, const struct log_head *heads, size_t n,
                         uint64_t *out)
{
    uint64_t first = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t clock;
        if (!is_founding(founding, heads[i].log.site) || heads[i].seq == 0)
            continue;
        err_t e = clock_of(s, &heads[i].log, 1, &clock);
        if (e && e != ERR_NOT_FOUND)
            return e;
        if (!e && (first == 0 || clock < first))
            first = clock;
    }
    *out = first;
    return ERR_OK;
}

err_t read_ledger_first(struct store *s, const struct authority *a, const struct log_head *heads, size_t n,
                        uint64_t *clock, unsigned *year)
{
    uint64_t first = 0;
    err_t e = a->charters_n ? first_clock(s, &a->charters[0], heads, n, &first) : ERR_CHARTER;
    if (e)
        return e;
    *clock = first;
    *year = first ? date_of(clock_wall(first).ms / CLOCK_DAY_MS).year : 0;
    return ERR_OK;
}

/* ---- facts ---- */

static bool of_one_term(enum fact_kind kind)
{
    return kind == FACT_REVISION || kind == FACT_LINK || kind == FACT_TERM;
}

static err_t load_facts(struct read *r, unsigned term, struct read_ledger *l)
{
    struct fact *facts = NULL;
    size_t all = 0, n = 0;
    err_t e = facts_upto(r->store, term, &r->arena, &facts, &all);
    if (e)
        return e;
    for (size_t i = 0; i < all; i++)
        if (facts[i].term == term || !of_one_term(facts[i].kind))
            facts[n++] = facts[i];
    l->facts = facts;
    l->facts_n = n;
    return ERR_OK;
}

/* ---- cut and digest ---- */

static void put_head(struct buf *b, const struct log_id *log, uint64_t seq)
{
    wr_array(b, 3);
    wr_bin(b, slice_of(log->site, SITE_BYTES));
    wr_uint(b, log->incarnation);
    wr_uint(b, seq);
}

static err_t hash_of(const char *domain, struct buf *b, uint8_t out[HASH_BYTES])
{
    const struct slice parts[] = {slice_text(domain), buf_slice(b)};
    if (!b->err)
        hash256(out, parts, 2);
    err_t e = b->err;
    buf_fini(b);
    return e;
}

static err_t make_cut(const struct read *r, const struct log_head *heads, size_t n, struct read_ledger *l)
{
    struct buf b;
    buf_init(&b, CANON_MAX);
    const struct charter *c = l->closing;
    for (size_t i = 0; c && i < c->checkpoint_n; i++)
        put_head(&b, &c->checkpoint[i].log, c->checkpoint[i].seq);
    for (size_t i = 0; c && i < c->cuts_n; i++)
        put_head(&b, &c->cuts[i].log, c->cuts[i].seq);
    for (size_t i = 0; !c && i < n; i++) {
        uint64_t limit = authority_limit(r->authority, &heads[i].log);
        uint64_t seq = heads[i].seq < limit ? heads[i].seq : limit;
        if (seq)
            put_head(&b, &heads[i].log, seq);
    }
    return hash_of(DOMAIN_CUT, &b, l->cut);
}

static void put_entry(struct buf *b, const struct ledger_entry *e)
{
    wr_array(b, 9);
    wr_uint(b, e->kind);
    wr_uint(b, e->why);
    wr_bin(b, slice_of(e->ally, ALLY_BYTES));
    wr_bin(b, slice_of(e->other, ALLY_BYTES));
    wr_bin(b, slice_of(e->fact->op.dot.commit, sizeof e->fact->op.dot.commit));
    wr_uint(b, e->fact->op.dot.index);
    wr_bin(b, e->fact->entity);
    wr_uint(b, e->day);
    wr_uint(b, e->count);
}

static void put_ally(struct buf *b, const struct ledger_ally *a)
{
    wr_array(b, 2 + LEDGER_KINDS_N);
    wr_bin(b, slice_of(a->ally->id, ALLY_BYTES));
    wr_uint(b, a->points);
    for (size_t k = 0; k < LEDGER_KINDS_N; k++) {
        wr_array(b, 3 + LEDGER_WHYS_N);
        wr_uint(b, a->kinds[k].count);
        wr_uint(b, a->kinds[k].small);
        wr_uint(b, a->kinds[k].points);
        for (size_t y = 0; y < LEDGER_WHYS_N; y++)
            wr_uint(b, a->kinds[k].left_out[y]);
    }
}

static err_t make_digest(struct read_ledger *l)
{
    struct buf b;
    buf_init(&b, CANON_MAX);
    wr_array(&b, 5);
    wr_uint(&b, l->year_from);
    wr_uint(&b, l->ledger.year);
    wr_bin(&b, slice_of(l->cut, HASH_BYTES));
    wr_array(&b, l->ledger.allies_n);
    for (size_t i = 0; i < l->ledger.allies_n; i++)
        put_ally(&b, &l->ledger.allies[i]);
    wr_array(&b, l->ledger.entries_n);
    for (size_t i = 0; i < l->ledger.entries_n; i++)
        put_entry(&b, &l->ledger.entries[i]);
    return hash_of(DOMAIN_LEDGER, &b, l->digest);
}

/* ---- all of it ---- */

/* Between the checkpoint of the term before and its own, whose times are those of the charters that made them. */
static void bound(const struct read *r, unsigned term, uint64_t first, struct read_ledger *l)
{
    l->from = first;
    l->until = 0;
    if (term > 0) {
        const struct days_point *p =
            &l->days.points[authority_checkpoint_of(r->authority, l->years.ends[term - 1].charter)];
        if (p->clock > first)
            l->from = p->clock;
    }
    if (l->closing)
        l->until = l->days.points[authority_checkpoint_of(r->authority, l->years.ends[term].charter)].clock;
}

static err_t know_when(struct read *r, unsigned year, struct read_ledger *l, unsigned *term, uint64_t *first)
{
    struct log_head *heads = NULL;
    size_t n = 0;
    err_t e = years_build(r->authority, &r->arena, &l->years);
    if (!e)
        e = read_ledger_days(r->store, r->authority, &r->arena, &l->days);
    if (!e)
        e = oplog_heads(r->store, &r->arena, &heads, &n);
    if (!e)
        e = read_ledger_first(r->store, r->authority, heads, n, first, &l->first);
    if (e)
        return e;
    *term = years_open(&l->years);
    if (year)
        e = years_find(&l->years, year, l->first, term);
    if (e)
        return why_set(&r->why, e, "%u", year);
    l->closing = years_closing(&l->years, *term);
    return make_cut(r, heads, n, l);
}

err_t read_ledger_of(struct read *r, unsigned year, struct read_ledger *out)
{
    struct read_ledger l = {0};
    unsigned term;
    uint64_t first;
    if (r->authority->charters_n == 0)
        return ERR_CHARTER;
    err_t e = know_when(r, year, &l, &term, &first);
    if (!e)
        e = load_facts(r, term, &l);
    if (e)
        return e;
    struct settle_input in = {.authority = r->authority,
                              .days = &l.days,
                              .facts = l.facts,
                              .facts_n = l.facts_n,
                              .term = term,
                              .year = years_label(&l.years, term, l.first),
                              .open = !l.closing};
    /* The first term is for all that was declared before the alliance began, too. */
    in.year_from = term ? years_label(&l.years, term - 1, l.first) + 1 : YEAR_FIRST;
    l.year_from = term || l.first == 0 || l.first > in.year ? in.year_from : l.first;
    if (l.year_from > in.year)
        l.year_from = in.year;
    ledger_policy_of(years_policy(&l.years, term), &in.policy);
    bound(r, term, first, &l);
    e = settle(&in, &r->arena, &l.ledger);
    if (!e)
        e = make_digest(&l);
    if (!e)
        *out = l;
    return e;
}
