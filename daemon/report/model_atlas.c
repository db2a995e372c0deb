/* Which components and angles the records of the year's end lie under: by their index terms, and by what is above those (facets, broader concepts, merges). */
#include "daemon/report/model_work.h"
#include <stdlib.h>

#define ABOVE_MAX 1024 /* concepts that one may lie under */

struct edge {
    uint8_t from[CONCEPT_BYTES], to[CONCEPT_BYTES];
};
struct atlas {
    struct edge *edges; /* upwards; ascending */
    size_t edges_n, edges_room;
    bool *seen; /* places of the record at hand: components, then angles */
};

static int by_edge(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct edge));
}

static int by_place(const void *a, const void *b)
{
    const struct model_place *x = a, *y = b;
    int c = slice_compare(x->label, y->label);
    return c ? c : memcmp(x->id, y->id, CONCEPT_BYTES);
}

/* ---- making it ---- */

static err_t add_edge(struct model_work *w, struct atlas *a, const uint8_t *from, const uint8_t *to)
{
    if (a->edges_n == a->edges_room) {
        size_t room = a->edges_room ? a->edges_room * 2 : 256;
        struct edge *grown = arena_alloc(&w->arena, room, sizeof *grown);
        if (!grown)
            return ERR_MEMORY;
        if (a->edges_n)
            memcpy(grown, a->edges, a->edges_n * sizeof *grown);
        a->edges = grown;
        a->edges_room = room;
    }
    memcpy(a->edges[a->edges_n].from, from, CONCEPT_BYTES);
    memcpy(a->edges[a->edges_n++].to, to, CONCEPT_BYTES);
    return ERR_OK;
}

static bool stands(const struct view_key *key)
{
    for (size_t i = 0; i < key->values_n; i++)
        if (key->values[i].add && !key->values[i].silent)
            return true;
    return false;
}

static err_t add_edges(struct model_work *w, struct atlas *a, const struct view *v)
{
    err_t e = v->merged_into ? add_edge(w, a, v->entity.at, v->merged_into) : ERR_OK;
    for (size_t i = 0; i < v->sets_n && !e; i++) {
        const struct view_key *key = &v->sets[i];
        bool up = key->field == REL_BROADER || key->field == REL_FACET;
        if (up && key->target.len == CONCEPT_BYTES && stands(key))
            e = add_edge(w, a, v->entity.at, key->target.at);
    }
    return e;
}

static err_t add_place(struct model *m, const struct view *v, struct model_place **places, size_t *n)
{
    struct model_place *grown = arena_alloc(&m->arena, *n + 1, sizeof *grown);
    if (!grown)
        return ERR_MEMORY;
    if (*n)
        memcpy(grown, *places, *n * sizeof *grown);
    memcpy(grown[*n].id, v->entity.at, CONCEPT_BYTES);
    *places = grown;
    return arena_copy(&m->arena, view_label(v, slice_text(m->lang)), &grown[(*n)++].label);
}

static err_t add_concept(struct model_work *w, struct atlas *a, const struct view *v)
{
    const struct view_key *kind = view_field(v, C_KIND, slice_text(""));
    struct slice word = kind && kind->shown ? view_text(kind->shown->value) : slice_text("");
    err_t e = add_edges(w, a, v);
    if (!e && !v->merged_into && !v->deprecated && slice_equal(word, slice_text("component")))
        e = add_place(w->m, v, &w->m->components, &w->m->components_n);
    if (!e && !v->merged_into && !v->deprecated && slice_equal(word, slice_text("angle")))
        e = add_place(w->m, v, &w->m->angles, &w->m->angles_n);
    return e;
}

static err_t read_concepts(struct model_work *w, struct atlas *a)
{
    struct arena arena = {0};
    struct model_rows rows;
    err_t e = ERR_OK;
    for (size_t i = 0; !e && model_next_entity(w, w->m->term, &i, &rows);) {
        struct view v;
        if (rows.at->type != ENTITY_CONCEPT)
            continue;
        e = model_view(w, ENTITY_CONCEPT, rows.at->entity, &arena, &v);
        e = e == ERR_NOT_FOUND ? ERR_OK : e ? e : add_concept(w, a, &v);
        arena_clear(&arena);
    }
    arena_fini(&arena);
    if (!e && a->edges_n)
        qsort(a->edges, a->edges_n, sizeof *a->edges, by_edge);
    if (!e && w->m->components_n)
        qsort(w->m->components, w->m->components_n, sizeof *w->m->components, by_place);
    if (!e && w->m->angles_n)
        qsort(w->m->angles, w->m->angles_n, sizeof *w->m->angles, by_place);
    return e;
}

/* ---- walking it ---- */

struct climb {
    const uint8_t *at[ABOVE_MAX];
    size_t n;
};

static void reach(struct climb *c, const uint8_t *id)
{
    for (size_t i = 0; i < c->n; i++)
        if (memcmp(c->at[i], id, CONCEPT_BYTES) == 0)
            return;
    if (c->n < ABOVE_MAX)
        c->at[c->n++] = id;
}

static size_t first_edge(const struct atlas *a, const uint8_t *from)
{
    size_t low = 0, high = a->edges_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(a->edges[middle].from, from, CONCEPT_BYTES) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void see(const struct model *m, struct atlas *a, const uint8_t *id)
{
    for (size_t i = 0; i < m->components_n; i++)
        if (memcmp(m->components[i].id, id, CONCEPT_BYTES) == 0)
            a->seen[i] = true;
    for (size_t i = 0; i < m->angles_n; i++)
        if (memcmp(m->angles[i].id, id, CONCEPT_BYTES) == 0)
            a->seen[m->components_n + i] = true;
}

static void climb_from(const struct model *m, struct atlas *a, const uint8_t *id)
{
    struct climb c = {.n = 0};
    reach(&c, id);
    for (size_t i = 0; i < c.n; i++) {
        see(m, a, c.at[i]);
        for (size_t k = first_edge(a, c.at[i]); k < a->edges_n && memcmp(a->edges[k].from, c.at[i], CONCEPT_BYTES) == 0;
             k++)
            reach(&c, a->edges[k].to);
    }
}

static void cover(struct model_place *places, size_t n, uint64_t *coverage, const bool *seen, size_t allies_n,
                  size_t owner, bool fresh)
{
    for (size_t i = 0; i < n; i++) {
        if (!seen[i])
            continue;
        places[i].records++;
        places[i].new_records += fresh;
        if (owner != SIZE_MAX)
            coverage[i * allies_n + owner]++;
    }
}

/* The first term in which an entity has rows: for a record, that of its publication. */
static unsigned first_term(const struct model_work *w, const struct fact *row)
{
    while (row > w->facts && row[-1].type == row->type && slice_equal(row[-1].entity, row->entity))
        row--;
    return row->term;
}

static void place_record(struct model_work *w, struct atlas *a, const struct model_rows *rows)
{
    struct model *m = w->m;
    bool any = false, fresh = first_term(w, rows->at) == m->term;
    size_t owner = model_owner(w, rows->at->entity);
    memset(a->seen, 0, m->components_n + m->angles_n);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->at[i].kind == FACT_TERM && rows->at[i].target.len == CONCEPT_BYTES)
            climb_from(m, a, rows->at[i].target.at);
    for (size_t i = 0; i < m->components_n; i++)
        any = any || a->seen[i];
    m->outside += !any;
    cover(m->components, m->components_n, m->coverage, a->seen, m->allies_n, owner, fresh);
    cover(m->angles, m->angles_n, m->angle_coverage, a->seen + m->components_n, m->allies_n, owner, fresh);
}

err_t model_add_coverage(struct model_work *w)
{
    struct model *m = w->m;
    struct atlas a = {.edges_n = 0};
    struct model_rows rows;
    err_t e = read_concepts(w, &a);
    if (e)
        return e;
    m->coverage = arena_alloc(&m->arena, m->components_n * m->allies_n + 1, sizeof *m->coverage);
    m->angle_coverage = arena_alloc(&m->arena, m->angles_n * m->allies_n + 1, sizeof *m->angle_coverage);
    a.seen = arena_alloc(&w->arena, m->components_n + m->angles_n + 1, sizeof *a.seen);
    if (!m->coverage || !m->angle_coverage || !a.seen)
        return ERR_MEMORY;
    for (size_t i = 0; model_next_entity(w, m->term, &i, &rows);)
        if (rows.at->type == ENTITY_RECORD && model_alive(model_state(&rows, FACT_RECORD)))
            place_record(w, &a, &rows);
    return ERR_OK;
}
