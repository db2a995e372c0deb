#include "daemon/ledger/dues.h"

#include "conf/tr.h"
#include "protocol/base/buf.h"
#include "protocol/base/utf8.h"

#include <assert.h>
#include <stdlib.h>

#define NAME_MAX_FOLDED (1u << 20)

/* What the founding members' list calls them, and what the table of factors does; folded. */
static const struct {
    const char *french, *english;
} countries[] = {
    {"belgique", "belgium"   },
    {"cap vert", "cape verde"},
    {"grece",    "greece"    },
    {"italie",   "italy"     },
    {"lettonie", "latvia"    },
    {"maroc",    "morocco"   },
    {"roumanie", "romania"   },
    {"russie",   "russia"    },
    {"tunisie",  "tunisia"   },
};

/* clang-format off */
static const struct {
    const char *name, *text;
} states[] = {
    [DUES_OWED]          = {"owed",          N_("owed")},
    [DUES_ASSOCIATE]     = {"associate",     N_("free: an associate")},
    [DUES_LARGER]        = {"larger",        N_("free: a region or larger")},
    [DUES_AGAIN]         = {"again",         N_("counted in another line: once a territory")},
    [DUES_NO_POPULATION] = {"no_population", N_("to be asked for: inhabitants")},
    [DUES_NO_FACTOR]     = {"no_factor",     N_("no factor for this country")},
    [DUES_UNEQUAL]       = {"unequal",       N_("to be asked for: two lines tell different inhabitants")},
};
/* clang-format on */
_Static_assert(sizeof states / sizeof *states == DUES_STATES_N, "every state has a name");

const char *dues_state_name(enum dues_state state)
{
    return states[state].name;
}

const char *dues_state_text(enum dues_state state)
{
    return states[state].text;
}

uint64_t dues_minimum(uint64_t population, unsigned factor)
{
    assert(population <= DUES_POPULATION_MAX && factor <= DUES_FACTOR_MAX);
    return (population * factor + 500000) / 1000000;
}

/* Words alone, one blank between two: letters and digits of any script. */
static err_t plain(struct slice name, struct arena *arena, struct slice *out)
{
    struct buf folded, words;
    buf_init(&folded, NAME_MAX_FOLDED);
    buf_init(&words, NAME_MAX_FOLDED);
    err_t e = utf8_fold(name, &folded);
    bool gap = false;
    for (size_t i = 0; !e && i < folded.len; i++) {
        uint8_t c = folded.at[i];
        bool word = c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (word && gap && words.len)
            buf_byte(&words, ' ');
        if (word)
            buf_byte(&words, c);
        gap = !word;
    }
    if (!e)
        e = words.err ? words.err : arena_copy(arena, buf_slice(&words), out);
    buf_fini(&folded);
    buf_fini(&words);
    return e == ERR_UTF8 ? arena_copy(arena, name, out) : e;
}

static struct slice english(struct slice country)
{
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
        if (slice_equal(country, slice_text(countries[i].french)))
            return slice_text(countries[i].english);
    return country;
}

struct place { /* of a row, as names are compared */
    struct slice country, territory;
    size_t row;
};

static err_t place_of(const struct dues_row *row, size_t at, struct arena *arena, struct place *out)
{
    out->row = at;
    err_t e = plain(row->country, arena, &out->country);
    if (!e)
        e = plain(row->territory, arena, &out->territory);
    out->country = english(out->country);
    return e;
}

static int by_name(const struct place *a, const struct place *b)
{
    int c = slice_compare(a->country, b->country);
    return c ? c : slice_compare(a->territory, b->territory);
}

static int by_name_and_row(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int c = by_name(a, b);
    return c ? c : (a->row > b->row) - (a->row < b->row);
}

static bool is_associate(struct slice college)
{
    return college.len >= 5 && memcmp(college.at, "assoc", 5) == 0;
}

static enum dues_state free_of(const struct dues_row *row)
{
    if (is_associate(row->college))
        return DUES_ASSOCIATE;
    return row->scale.len && !slice_equal(row->scale, slice_text("local")) ? DUES_LARGER : DUES_OWED;
}

struct work {
    const struct dues_row *rows;
    const struct dues_factor *factors;
    struct slice *names; /* of the factors' countries, as they are compared */
    size_t factors_n;
    struct dues_line *lines;
};

static unsigned factor_of(const struct work *w, struct slice country)
{
    for (size_t i = 0; i < w->factors_n; i++)
        if (slice_equal(w->names[i], country))
            return w->factors[i].factor;
    return 0;
}

static void owe(const struct work *w, const struct place *p)
{
    const struct dues_row *row = &w->rows[p->row];
    struct dues_line *line = &w->lines[p->row];
    line->factor = factor_of(w, p->country);
    line->state = !row->counted ? DUES_NO_POPULATION : line->factor == 0 ? DUES_NO_FACTOR : DUES_OWED;
    if (line->state == DUES_OWED)
        line->euros = dues_minimum(row->population, line->factor);
}

/* Rows of one territory, in the order of the list: the first that tells its inhabitants owes for all, or the first. */
static void settle_place(const struct work *w, const struct place *places, size_t n)
{
    const struct place *payer = NULL;
    for (size_t i = 0; i < n; i++) {
        enum dues_state state = free_of(&w->rows[places[i].row]);
        w->lines[places[i].row].state = state;
        if (state == DUES_OWED && (!payer || (!w->rows[payer->row].counted && w->rows[places[i].row].counted)))
            payer = &places[i];
    }
    if (payer)
        owe(w, payer);
    for (size_t i = 0; i < n; i++) {
        const struct dues_row *row = &w->rows[places[i].row];
        struct dues_line *line = &w->lines[places[i].row];
        if (&places[i] == payer || line->state != DUES_OWED)
            continue;
        bool unequal = row->counted && row->population != w->rows[payer->row].population;
        line->state = unequal ? DUES_UNEQUAL : DUES_AGAIN;
        line->same = payer->row;
        if (unequal)
            w->lines[payer->row] = (struct dues_line){.state = DUES_UNEQUAL, .same = places[i].row};
    }
}

err_t dues_make(const struct dues_row *rows, size_t n, const struct dues_factor *factors, size_t factors_n,
                struct arena *arena, struct dues_line **out)
{
    struct work w = {rows, factors, arena_alloc(arena, factors_n, sizeof *w.names), factors_n,
                     arena_alloc(arena, n, sizeof *w.lines)};
    struct place *places = arena_alloc(arena, n, sizeof *places);
    err_t e = w.names && w.lines && places ? ERR_OK : ERR_MEMORY;
    for (size_t i = 0; !e && i < factors_n; i++)
        e = plain(factors[i].country, arena, &w.names[i]);
    for (size_t i = 0; !e && i < n; i++)
        e = place_of(&rows[i], i, arena, &places[i]);
    if (e)
        return e;
    if (n)
        qsort(places, n, sizeof *places, by_name_and_row);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && by_name(&places[i], &places[end]) == 0; end++)
            ;
        settle_place(&w, places + i, end - i);
    }
    *out = w.lines;
    return ERR_OK;
}
