/*
 * settle_names: what kinds and reasons are called, the policy out of a charter, and rings of two.
 */
#include "daemon/ledger/settle.h"

#include "conf/tr.h"

static const struct {
    const char *name, *label, *when;
} kinds[] = {
#define X(id, name, label, when) {name, label, when},
    LEDGER_KINDS(X)
#undef X
};

/* clang-format off */
static const struct {
    const char *name, *text;
} whys[] = {
    [LEDGER_COUNTS]    = {"counts",    N_("counts")},
    [LEDGER_SELF]      = {"self",      N_("would count for oneself")},
    [LEDGER_NEAR_COPY] = {"near_copy", N_("its text is nearly that of another record")},
    [LEDGER_CAPPED]    = {"capped",    N_("beyond what the charter lets count on one day")},
    [LEDGER_GONE]      = {"gone",      N_("retired, erased, deprecated or merged by the end of the year")},
    [LEDGER_AGAIN]     = {"again",     N_("the same thing by the same ally counts already")},
    [LEDGER_LATE]      = {"late",      N_("done, or said, too late")},
    [LEDGER_ALONE]     = {"alone",     N_("one other ally says so; it takes two")},
    [LEDGER_WAITS]     = {"waits",     N_("waits: a proposal to be adopted, or means that the charter that closes the year ratifies")},
};
/* clang-format on */
_Static_assert(sizeof whys / sizeof *whys == LEDGER_WHYS_N, "every reason has a name");

const char *ledger_kind_name(enum ledger_kind kind)
{
    return kinds[kind].name;
}

const char *ledger_kind_label(enum ledger_kind kind)
{
    return kinds[kind].label;
}

const char *ledger_kind_when(enum ledger_kind kind)
{
    return kinds[kind].when;
}

bool ledger_kind_find(struct slice name, enum ledger_kind *out)
{
    for (size_t k = 0; k < LEDGER_KINDS_N; k++) {
        if (!slice_equal(name, slice_text(kinds[k].name)))
            continue;
        *out = (enum ledger_kind)k;
        return true;
    }
    return false;
}

const char *ledger_why_name(enum ledger_why why)
{
    return whys[why].name;
}

const char *ledger_why_text(enum ledger_why why)
{
    return whys[why].text;
}

void ledger_policy_of(const struct charter *c, struct ledger_policy *out)
{
    struct ledger_policy policy = {.charter = c->number};
    for (size_t i = 0; i < c->scores_n; i++) {
        enum ledger_kind kind;
        if (!ledger_kind_find(c->scores[i].kind, &kind))
            continue;
        policy.points[kind] = c->scores[i].points;
        policy.cap[kind] = c->scores[i].cap;
    }
    *out = policy;
}

/* ---- rings of two ---- */

static size_t index_of(const struct ledger *l, const uint8_t *ally)
{
    size_t i = 0;
    while (i < l->allies_n && memcmp(l->allies[i].ally->id, ally, ALLY_BYTES) != 0)
        i++;
    return i;
}

/* received[a * allies + b]: how often b reused something of a's. */
static uint64_t *received(const struct ledger *l, struct arena *arena)
{
    uint64_t *from = arena_alloc(arena, l->allies_n * l->allies_n, sizeof *from);
    for (size_t i = 0; from && i < l->entries_n; i++) {
        const struct ledger_entry *e = &l->entries[i];
        if (e->kind != LEDGER_REUSE_RECEIVED || e->why != LEDGER_COUNTS)
            continue;
        size_t a = index_of(l, e->ally), b = index_of(l, e->other);
        if (a < l->allies_n && b < l->allies_n)
            from[a * l->allies_n + b] += e->count;
    }
    return from;
}

static bool leans_on(const struct ledger *l, const uint64_t *from, size_t a, size_t b)
{
    uint64_t got = from[a * l->allies_n + b];
    return got >= LEDGER_RING_MIN && got > l->allies[a].kinds[LEDGER_REUSE_RECEIVED].count / 2;
}

err_t ledger_rings(const struct ledger *l, struct arena *arena, struct ledger_ring **out, size_t *n)
{
    size_t found = 0;
    uint64_t *from = received(l, arena);
    struct ledger_ring *rings = arena_alloc(arena, l->allies_n, sizeof *rings);
    if (!from || !rings)
        return ERR_MEMORY;
    /* More than half of what an ally received came from one other at most, so that there are fewer rings than allies. */
    for (size_t a = 0; l->allies_n > 2 && a < l->allies_n; a++)
        for (size_t b = a + 1; b < l->allies_n; b++)
            if (leans_on(l, from, a, b) && leans_on(l, from, b, a))
                rings[found++] = (struct ledger_ring){&l->allies[a], &l->allies[b], from[a * l->allies_n + b],
                                                      from[b * l->allies_n + a]};
    *out = rings;
    *n = found;
    return ERR_OK;
}
