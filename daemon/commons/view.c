/*
 * view: see view.h. The bytes are our own (fold.h), yet they come from a disk: whatever does not fit is ERR_INTERNAL, and every count is
 * bounded by the bytes left before memory is asked for.
 */
#include "daemon/commons/view.h"
#include "protocol/wire/rd.h"
#include <stdlib.h>

struct reader {
    struct rd rd;
    struct arena *arena;
    const struct dot *used; /* ops whose values use has adopted, ascending */
    size_t used_n;
    bool no_memory;
};

static size_t count(struct reader *r)
{
    return rd_array(&r->rd, 0, (size_t)(r->rd.end - r->rd.at));
}

static void *room(struct reader *r, size_t n, size_t size)
{
    void *at = arena_alloc(r->arena, n + 1, size);
    if (!at) {
        r->no_memory = true;
        rd_fail(&r->rd, ERR_MEMORY);
    }
    return at;
}

static struct dot read_dot(struct reader *r)
{
    uint8_t bytes[DOT_BYTES];
    rd_fixed(&r->rd, bytes, sizeof bytes);
    return dot_unpack(bytes);
}

static const struct dot *read_dots(struct reader *r, size_t *n)
{
    *n = count(r);
    struct dot *dots = room(r, *n, sizeof *dots);
    for (size_t i = 0; dots && i < *n && r->rd.err == ERR_OK; i++)
        dots[i] = read_dot(r);
    return dots;
}

static int by_dot(const void *a, const void *b)
{
    return dot_compare(a, b);
}

static void note_use(const struct reader *r, struct view_value *v)
{
    v->by_use = !v->adopted && r->used_n && bsearch(&v->dot, r->used, r->used_n, sizeof *r->used, by_dot);
    v->adopted |= v->by_use;
}

static bool is_silent(const struct view_value *v, bool empty)
{
    return empty && !v->adopted && !v->names_n;
}

/* ---- values, one reader a form ---- */

typedef void value_fn(struct reader *r, struct view_value *v);

static void read_plain(struct reader *r, struct view_value *v)
{
    rd_array(&r->rd, 2, 2);
    v->dot = read_dot(r);
    v->value = rd_raw(&r->rd);
}

static void read_record_value(struct reader *r, struct view_value *v)
{
    rd_array(&r->rd, 3, 3);
    v->dot = read_dot(r);
    v->value = rd_raw(&r->rd);
    v->made_from = read_dots(r, &v->made_from_n);
}

static void read_index_term(struct reader *r, struct view_value *v)
{
    rd_array(&r->rd, 3, 3);
    v->dot = read_dot(r);
    v->ally = rd_bin(&r->rd, ALLY_BYTES, ALLY_BYTES);
    v->value = rd_raw(&r->rd);
}

static void read_concept_value(struct reader *r, struct view_value *v)
{
    rd_array(&r->rd, 6, 6);
    v->dot = read_dot(r);
    v->ally = rd_bin(&r->rd, ALLY_BYTES, ALLY_BYTES);
    v->adopted = rd_bool(&r->rd);
    v->names = read_dots(r, &v->names_n);
    v->value = rd_raw(&r->rd);
    v->made_from = read_dots(r, &v->made_from_n);
    note_use(r, v);
    v->silent = is_silent(v, value_is_nil(v->value));
}

static void read_relation(struct reader *r, struct view_value *v)
{
    rd_array(&r->rd, 6, 6);
    v->dot = read_dot(r);
    v->ally = rd_bin(&r->rd, ALLY_BYTES, ALLY_BYTES);
    v->adopted = rd_bool(&r->rd);
    v->add = rd_bool(&r->rd);
    v->names = read_dots(r, &v->names_n);
    v->value = rd_raw(&r->rd);
    note_use(r, v);
}

static void read_merge(struct reader *r, struct view_value *v)
{
    rd_array(&r->rd, 5, 5);
    v->dot = read_dot(r);
    v->ally = rd_bin(&r->rd, ALLY_BYTES, ALLY_BYTES);
    v->adopted = rd_bool(&r->rd);
    v->names = read_dots(r, &v->names_n);
    v->value = rd_raw(&r->rd);
    v->silent = is_silent(v, view_bin(v->value).len == 0);
}

static void read_retirement(struct reader *r, struct view_value *v)
{
    rd_array(&r->rd, 6, 6);
    v->dot = read_dot(r);
    v->ally = rd_bin(&r->rd, ALLY_BYTES, ALLY_BYTES);
    v->adopted = rd_bool(&r->rd);
    v->names = read_dots(r, &v->names_n);
    v->retired = rd_bool(&r->rd);
    v->value = rd_raw(&r->rd);
    v->silent = is_silent(v, !v->retired);
}

/* ---- what is shown of a key ---- */

/* Names are sorted once: one key of a much disputed concept may hold thousands of values. No live value names itself. */
static void mark_standing(struct reader *r, struct view_value *values, size_t n)
{
    size_t names_n = 0, used = 0;
    for (size_t i = 0; i < n; i++)
        names_n += values[i].names_n;
    struct dot *names = room(r, names_n, sizeof *names);
    if (!names)
        return;
    for (size_t i = 0; i < n; i++) {
        for (size_t d = 0; d < values[i].names_n; d++)
            names[used++] = values[i].names[d];
    }
    qsort(names, used, sizeof *names, by_dot);
    for (size_t i = 0; i < n; i++)
        values[i].standing = !values[i].silent && !bsearch(&values[i].dot, names, used, sizeof *names, by_dot);
}

/* The latest adopted value, else the latest standing one, else (each proposed to be removed) the latest. */
static const struct view_value *choose(const struct view_value *values, size_t n)
{
    const struct view_value *best = NULL;
    int best_rank = -1;
    for (size_t i = 0; i < n; i++) {
        int rank = values[i].adopted ? 2 : values[i].standing ? 1 : 0;
        if (values[i].add && rank >= best_rank) {
            best = &values[i];
            best_rank = rank;
        }
    }
    return best;
}

static bool standing_differ(const struct view_value *values, size_t n)
{
    const struct view_value *first = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!values[i].standing)
            continue;
        if (first && !slice_equal(first->value, values[i].value))
            return true;
        first = first ? first : &values[i];
    }
    return false;
}

/* A set's members don't compete: allies that weigh an index term differently are no conflict, and a term without weight is shown. */
static void settle(struct view *v, struct view_key *k, bool set)
{
    k->shown = choose(k->values, k->values_n);
    if (set)
        return;
    k->conflict = standing_differ(k->values, k->values_n);
    v->conflicts += k->conflict;
    if (k->shown && value_is_nil(k->shown->value))
        k->shown = NULL;
}

static void read_values(struct reader *r, struct view_key *k, value_fn *read)
{
    k->values_n = count(r);
    struct view_value *values = room(r, k->values_n, sizeof *values);
    for (size_t i = 0; values && i < k->values_n && r->rd.err == ERR_OK; i++) {
        values[i].add = true;
        read(r, &values[i]);
    }
    if (r->rd.err != ERR_OK) { /* a key is never half read */
        k->values_n = 0;
        return;
    }
    mark_standing(r, values, k->values_n);
    k->values = values;
}

/* ---- keys ---- */

/* A concept is adopted as soon as anything that it says about itself is. */
static void note_adopted(struct view *v, const struct view_key *k)
{
    for (size_t i = 0; i < k->values_n; i++) {
        const struct view_value *at = &k->values[i];
        if (at->adopted)
            v->by_use = at->by_use && (!v->adopted || v->by_use);
        v->adopted |= at->adopted;
    }
}

static const struct view_key *read_fields(struct reader *r, struct view *v, value_fn *read, size_t *n)
{
    *n = count(r);
    struct view_key *keys = room(r, *n, sizeof *keys);
    for (size_t i = 0; keys && i < *n && r->rd.err == ERR_OK; i++) {
        rd_array(&r->rd, 3, 3);
        keys[i].field = rd_uint(&r->rd, UINT64_MAX);
        keys[i].lang = rd_text(&r->rd, LANG_MAX);
        read_values(r, &keys[i], read);
        note_adopted(v, &keys[i]);
        settle(v, &keys[i], false);
    }
    return keys;
}

/* `numbered`: a relation or a link, not an index term. */
static const struct view_key *read_sets(struct reader *r, struct view *v, value_fn *read, bool numbered,
                                        size_t target_max, size_t *n)
{
    *n = count(r);
    struct view_key *keys = room(r, *n, sizeof *keys);
    for (size_t i = 0; keys && i < *n && r->rd.err == ERR_OK; i++) {
        rd_array(&r->rd, numbered ? 3 : 2, numbered ? 3 : 2);
        if (numbered)
            keys[i].field = rd_uint(&r->rd, UINT64_MAX);
        keys[i].target = rd_bin(&r->rd, CONCEPT_BYTES, target_max);
        read_values(r, &keys[i], read);
        note_adopted(v, &keys[i]);
        settle(v, &keys[i], true);
    }
    return keys;
}

/* Reviews, replies: an ally each for itself, so that nothing is in conflict. */
static const struct view_key *read_said(struct reader *r, bool reply, size_t *n)
{
    *n = count(r);
    struct view_key *keys = room(r, *n, sizeof *keys);
    for (size_t i = 0; keys && i < *n && r->rd.err == ERR_OK; i++) {
        rd_array(&r->rd, reply ? 3 : 2, reply ? 3 : 2);
        keys[i].lang = rd_text(&r->rd, LANG_MAX);
        keys[i].target = reply ? rd_bin(&r->rd, REPLY_BYTES, REPLY_BYTES) : slice_text("");
        read_values(r, &keys[i], read_index_term);
    }
    return keys;
}

/* A site has one register without a key: shown as field 0, where there is an announcement. */
static void read_site(struct reader *r, struct view *v)
{
    struct view_key *key = room(r, 1, sizeof *key);
    if (!key)
        return;
    read_values(r, key, read_plain);
    settle(v, key, true);
    v->fields = key;
    v->fields_n = key->values_n ? 1 : 0;
}

/* An effective entry is dead once another that takes effect names it: adopted ones that both live have not seen each other. */
static void read_register(struct reader *r, struct view *v, struct view_key *k, value_fn *read)
{
    k->lang = slice_text("");
    read_values(r, k, read);
    for (size_t i = 0; i < k->values_n; i++) {
        const struct view_value *at = &k->values[i];
        if (!at->adopted)
            continue;
        bool same = k->shown && k->shown->retired == at->retired &&
                    (read == read_retirement || slice_equal(k->shown->value, at->value));
        k->conflict |= k->shown && !same;
        k->shown = at;
    }
    v->conflicts += k->conflict;
}

/* The target is a bin whose last 16 bytes it is, or an empty one. */
static void read_merges(struct reader *r, struct view *v)
{
    read_register(r, v, &v->merge, read_merge);
    if (!v->merge.shown)
        return;
    struct rd target;
    rd_init(&target, v->merge.shown->value);
    struct slice id = rd_bin(&target, 0, CONCEPT_BYTES);
    if (rd_end(&target) != ERR_OK || (id.len != 0 && id.len != CONCEPT_BYTES))
        rd_fail(&r->rd, ERR_RANGE);
    else if (id.len)
        v->merged_into = id.at;
    else
        v->merge.shown = NULL;
}

static void read_concept(struct reader *r, struct view *v)
{
    v->fields = read_fields(r, v, read_concept_value, &v->fields_n);
    v->sets = read_sets(r, v, read_relation, true, CONCEPT_BYTES, &v->sets_n);
    read_merges(r, v);
    read_register(r, v, &v->retire, read_retirement);
    v->deprecated = v->retire.shown && v->retire.shown->retired;
}

static void read_record(struct reader *r, struct view *v)
{
    v->tombstones = read_dots(r, &v->tombstones_n);
    v->fields = read_fields(r, v, read_record_value, &v->fields_n);
    v->sets = read_sets(r, v, read_index_term, false, CONCEPT_BYTES, &v->sets_n);
    v->links = read_sets(r, v, read_index_term, true, RECORD_BYTES, &v->links_n);
    v->reviews = read_said(r, false, &v->reviews_n);
    v->replies = read_said(r, true, &v->replies_n);
}

static void read_means(struct reader *r, struct view *v)
{
    v->fields_n = count(r);
    struct view_key *keys = room(r, v->fields_n, sizeof *keys);
    for (size_t i = 0; keys && i < v->fields_n && r->rd.err == ERR_OK; i++) {
        rd_array(&r->rd, 2, 2);
        keys[i].field = rd_uint(&r->rd, UINT64_MAX);
        keys[i].lang = slice_text("");
        read_values(r, &keys[i], read_plain);
        settle(v, &keys[i], false);
    }
    v->fields = keys;
}

static void read_pending(struct reader *r, struct view *v)
{
    v->pending_n = count(r);
    for (size_t i = 0; i < v->pending_n && r->rd.err == ERR_OK; i++)
        rd_raw(&r->rd);
}

/* clang-format off */
static const struct {
    size_t items, bytes;
    void (*read)(struct reader *r, struct view *v);
} forms[] = {
    [ENTITY_SITE]    = {4, SITE_BYTES, read_site},
    [ENTITY_RECORD]  = {9, RECORD_BYTES, read_record},
    [ENTITY_CONCEPT] = {7, CONCEPT_BYTES, read_concept},
    [ENTITY_MEANS]   = {4, MEANS_BYTES, read_means},
};
/* clang-format on */

err_t view_read(struct slice canon, struct arena *arena, struct view *out)
{
    return view_read_used(canon, NULL, 0, arena, out);
}

err_t view_read_used(struct slice canon, const struct dot *used, size_t used_n, struct arena *arena, struct view *out)
{
    struct view v = {0};
    struct reader r = {.arena = arena, .used = used, .used_n = used_n};
    rd_init(&r.rd, canon);
    size_t items = rd_array(&r.rd, 4, 9);
    uint64_t type = rd_uint(&r.rd, ENTITY_MEANS);
    if (r.rd.err != ERR_OK || type == ENTITY_NONE || items != forms[type].items)
        return ERR_INTERNAL;
    v.type = (enum entity_type)type;
    v.entity = rd_bin(&r.rd, forms[type].bytes, forms[type].bytes);
    forms[type].read(&r, &v);
    read_pending(&r, &v);
    if (r.no_memory)
        return ERR_MEMORY;
    if (rd_end(&r.rd) != ERR_OK)
        return ERR_INTERNAL;
    *out = v;
    return ERR_OK;
}

/* ---- what waits ---- */

static bool says_the_same(const struct view_value *a, const struct view_value *b)
{
    return a->add == b->add && a->retired == b->retired && slice_equal(a->value, b->value);
}

bool view_waits(const struct view_key *key, const struct view_value *value)
{
    if (value->adopted || value->silent)
        return false;
    for (size_t i = 0; i < key->values_n; i++)
        if (key->values[i].adopted && says_the_same(&key->values[i], value))
            return false;
    return true;
}

static void add_waiting(const struct view_key *keys, size_t n, struct dot *dots, size_t *used)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < keys[i].values_n; k++)
            if (view_waits(&keys[i], &keys[i].values[k]))
                dots[(*used)++] = keys[i].values[k].dot;
}

static size_t values_of(const struct view_key *keys, size_t n)
{
    size_t values = 0;
    for (size_t i = 0; i < n; i++)
        values += keys[i].values_n;
    return values;
}

err_t view_waiting(const struct view *v, struct arena *arena, struct dot **out, size_t *n)
{
    size_t used = 0, kept = 0;
    struct dot *dots = arena_alloc(arena,
                                   values_of(v->fields, v->fields_n) + values_of(v->sets, v->sets_n) +
                                       v->merge.values_n + v->retire.values_n + 1,
                                   sizeof *dots);
    if (!dots)
        return ERR_MEMORY;
    add_waiting(v->fields, v->fields_n, dots, &used);
    add_waiting(v->sets, v->sets_n, dots, &used);
    add_waiting(&v->merge, 1, dots, &used);
    add_waiting(&v->retire, 1, dots, &used);
    qsort(dots, used, sizeof *dots, by_dot);
    for (size_t i = 0; i < used; i++)
        if (!kept || dot_compare(&dots[kept - 1], &dots[i]) != 0)
            dots[kept++] = dots[i];
    *out = dots;
    *n = kept;
    return ERR_OK;
}

/* ---- looking up ---- */

const struct view_key *view_field(const struct view *v, uint64_t field, struct slice lang)
{
    for (size_t i = 0; i < v->fields_n; i++) {
        if (v->fields[i].field == field && slice_equal(v->fields[i].lang, lang))
            return &v->fields[i];
    }
    return NULL;
}

bool view_says(const struct view_key *key, size_t i)
{
    for (size_t k = i + 1; k < key->values_n; k++)
        if (slice_equal(key->values[k].ally, key->values[i].ally))
            return false;
    return !value_is_nil(key->values[i].value);
}

struct slice view_text(struct slice value)
{
    struct rd r;
    rd_init(&r, value);
    struct slice text = rd_text(&r, value.len);
    return rd_end(&r) == ERR_OK ? text : (struct slice){NULL, 0};
}

struct slice view_bin(struct slice value)
{
    struct rd r;
    rd_init(&r, value);
    struct slice bytes = rd_bin(&r, 0, value.len);
    return rd_end(&r) == ERR_OK ? bytes : (struct slice){NULL, 0};
}

struct slice view_label(const struct view *v, struct slice lang)
{
    uint64_t field = v->type == ENTITY_CONCEPT ? (uint64_t)C_PREF_LABEL : (uint64_t)R_TITLE;
    const struct slice wanted[] = {lang, slice_text("fr"), slice_text("en")};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const struct view_key *k = view_field(v, field, wanted[i]);
        if (k && k->shown)
            return view_text(k->shown->value);
    }
    for (size_t i = 0; i < v->fields_n; i++) {
        if (v->fields[i].field == field && v->fields[i].shown)
            return view_text(v->fields[i].shown->value);
    }
    return (struct slice){NULL, 0};
}
