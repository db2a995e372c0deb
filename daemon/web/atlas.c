#include "daemon/web/atlas.h"
#include <stdlib.h>

#define PAGE      500  /* components */
#define ABOVE_MAX 1024 /* concepts that one may lie under */

void atlas_close(struct atlas *a)
{
    arena_fini(&a->arena);
    *a = (struct atlas){0};
}

/* ---- making it ---- */

_Static_assert(offsetof(struct atlas_component, id) == 0, "an id alone, wherever it lies, is compared with one");

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, CONCEPT_BYTES);
}

static int by_edge(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct atlas_edge));
}

static err_t add_component(struct atlas *a, const struct concept_row *row)
{
    struct atlas_component *grown = arena_alloc(&a->arena, a->components_n + 1, sizeof *grown);
    if (!grown)
        return ERR_MEMORY;
    if (a->components_n)
        memcpy(grown, a->components, a->components_n * sizeof *grown);
    memcpy(grown[a->components_n].id, row->concept.at, CONCEPT_BYTES);
    a->components = grown;
    return arena_copy(&a->arena, row->label, &grown[a->components_n++].label);
}

static err_t load_components(struct atlas *a, struct store *s)
{
    struct arena arena = {0};
    uint8_t last[CONCEPT_BYTES];
    struct slice after = slice_text("");
    const struct concept_filter filter = {.kind = slice_text("component")};
    struct concept_row *rows = NULL;
    size_t n = PAGE;
    err_t e = ERR_OK;
    while (!e && n == PAGE) {
        arena_clear(&arena);
        e = replica_concepts(s, &filter, after, PAGE, &arena, &rows, &n);
        for (size_t i = 0; i < n && !e; i++)
            e = add_component(a, &rows[i]);
        if (!e && n) {
            memcpy(last, rows[n - 1].concept.at, CONCEPT_BYTES);
            after = slice_of(last, sizeof last);
        }
    }
    arena_fini(&arena);
    if (!e && a->components_n)
        qsort(a->components, a->components_n, sizeof *a->components, by_id);
    return e;
}

static err_t load_edges(struct atlas *a, struct store *s)
{
    static const unsigned upwards[] = {REL_BROADER, REL_FACET, EDGE_MERGE};
    struct arena arena = {0};
    struct edge_row *rows[3] = {NULL};
    size_t n[3] = {0}, all = 0;
    err_t e = ERR_OK;
    for (size_t i = 0; i < 3 && !e; i++) {
        e = replica_edges(s, upwards[i], &arena, &rows[i], &n[i]);
        all += n[i];
    }
    a->edges = e ? NULL : arena_alloc(&a->arena, all + 1, sizeof *a->edges);
    for (size_t i = 0; a->edges && i < 3; i++)
        for (size_t k = 0; k < n[i]; k++) {
            memcpy(a->edges[a->edges_n].child, rows[i][k].child.at, CONCEPT_BYTES);
            memcpy(a->edges[a->edges_n++].target, rows[i][k].target.at, CONCEPT_BYTES);
        }
    arena_fini(&arena);
    if (a->edges)
        qsort(a->edges, a->edges_n, sizeof *a->edges, by_edge);
    return e ? e : a->edges ? ERR_OK : ERR_MEMORY;
}

static bool same_state(const struct changed_state *a, const struct changed_state *b)
{
    return a->last == b->last && memcmp(a->generation, b->generation, GENERATION_BYTES) == 0;
}

static err_t make(struct atlas *a, struct store *s)
{
    err_t e = load_components(a, s);
    return e || !a->components_n ? e : load_edges(a, s);
}

err_t atlas_refresh(struct atlas *a, struct read *r)
{
    struct changed_state state;
    uint64_t number = 0;
    err_t e = changed_state(r->store, &state);
    if (e || (a->known && same_state(&a->state, &state)))
        return e;
    e = changed_latest(r->store, ENTITY_CONCEPT, &number);
    if (e)
        return e;
    bool same = a->known && a->number == number && memcmp(a->state.generation, state.generation, GENERATION_BYTES) == 0;
    if (!same) {
        atlas_close(a);
        e = make(a, r->store);
    }
    if (e) {
        atlas_close(a);
        return e;
    }
    a->known = true;
    a->number = number;
    a->state = state;
    return ERR_OK;
}

/* ---- labels ---- */

static size_t place_of(const struct atlas *a, const uint8_t *id)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < CONCEPT_BYTES; i++)
        h = (h ^ id[i]) * 16777619u;
    size_t at = h & (a->labels_room - 1);
    while (a->labels[at] && memcmp(a->labels[at]->id, id, CONCEPT_BYTES) != 0)
        at = (at + 1) & (a->labels_room - 1);
    return at;
}

static err_t grow_labels(struct atlas *a)
{
    struct atlas grown = {.labels_room = a->labels_room ? a->labels_room * 2 : 256};
    grown.labels = arena_alloc(&a->arena, grown.labels_room, sizeof(struct atlas_labels *));
    if (!grown.labels)
        return ERR_MEMORY;
    for (size_t i = 0; i < a->labels_room; i++)
        if (a->labels[i])
            grown.labels[place_of(&grown, a->labels[i]->id)] = a->labels[i];
    a->labels = grown.labels;
    a->labels_room = grown.labels_room;
    return ERR_OK;
}

static err_t load_labels(struct atlas *a, struct read *r, struct slice id, struct atlas_labels **out)
{
    struct view v = {.fields_n = 0};
    struct atlas_labels *l = arena_alloc(&a->arena, 1, sizeof *l);
    err_t e = read_view(r, ENTITY_CONCEPT, id, &v);
    struct atlas_label *at = l ? arena_alloc(&a->arena, v.fields_n + 1, sizeof *at) : NULL;
    if (!at || (e && e != ERR_NOT_FOUND))
        return at ? e : ERR_MEMORY;
    e = ERR_OK;
    for (size_t i = 0; i < v.fields_n && !e; i++) {
        const struct view_key *key = &v.fields[i];
        if (!key->shown || !view_text(key->shown->value).len)
            continue;
        if (key->field == C_URI)
            e = arena_copy(&a->arena, view_text(key->shown->value), &l->uri);
        if (e || key->field != C_PREF_LABEL)
            continue;
        e = arena_copy(&a->arena, key->lang, &at[l->n].lang);
        if (!e)
            e = arena_copy(&a->arena, view_text(key->shown->value), &at[l->n++].text);
    }
    memcpy(l->id, id.at, CONCEPT_BYTES);
    l->at = at;
    *out = l;
    return e;
}

err_t atlas_labels(struct atlas *a, struct read *r, struct slice concept_id, const struct atlas_labels **out)
{
    struct atlas_labels *l = NULL;
    if (concept_id.len != CONCEPT_BYTES)
        return ERR_INTERNAL;
    err_t e = a->labels_n * 2 >= a->labels_room ? grow_labels(a) : ERR_OK;
    if (e)
        return e;
    size_t at = place_of(a, concept_id.at);
    if (!a->labels[at]) {
        e = load_labels(a, r, concept_id, &l);
        if (e)
            return e;
        a->labels[at] = l;
        a->labels_n++;
    }
    *out = a->labels[at];
    return ERR_OK;
}

/* ---- asking ---- */

static void add_to_set(struct atlas_set *set, const struct atlas_component *c)
{
    size_t at = set->n;
    while (at && memcmp(set->at[at - 1]->id, c->id, CONCEPT_BYTES) > 0)
        at--;
    if (set->n == ATLAS_SET_MAX || (at && set->at[at - 1] == c))
        return;
    memmove(&set->at[at + 1], &set->at[at], (set->n - at) * sizeof *set->at);
    set->at[at] = c;
    set->n++;
}

struct walk {
    const uint8_t *seen[ABOVE_MAX];
    size_t n;
};

static void step_to(struct walk *w, const uint8_t *id)
{
    for (size_t i = 0; i < w->n; i++)
        if (memcmp(w->seen[i], id, CONCEPT_BYTES) == 0)
            return;
    if (w->n < ABOVE_MAX)
        w->seen[w->n++] = id;
}

/* The first edge of a child. */
static size_t first_edge(const struct atlas *a, const uint8_t *child)
{
    size_t low = 0, high = a->edges_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(a->edges[middle].child, child, CONCEPT_BYTES) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void atlas_above(const struct atlas *a, struct slice concept_id, struct atlas_set *set)
{
    struct walk w = {.n = 0};
    if (!a->components_n || concept_id.len != CONCEPT_BYTES)
        return;
    step_to(&w, concept_id.at);
    for (size_t i = 0; i < w.n; i++) {
        const struct atlas_component *c =
            bsearch(w.seen[i], a->components, a->components_n, sizeof *a->components, by_id);
        if (c)
            add_to_set(set, c);
        for (size_t k = first_edge(a, w.seen[i]);
             k < a->edges_n && memcmp(a->edges[k].child, w.seen[i], CONCEPT_BYTES) == 0; k++)
            step_to(&w, a->edges[k].target);
    }
}

bool atlas_has(const struct atlas_set *set, struct slice component)
{
    for (size_t i = 0; i < set->n; i++)
        if (component.len == CONCEPT_BYTES && memcmp(set->at[i]->id, component.at, CONCEPT_BYTES) == 0)
            return true;
    return false;
}
