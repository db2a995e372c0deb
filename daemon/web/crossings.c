#include "daemon/web/crossings.h"
#include "daemon/commons/fields_json.h"
#include "daemon/read/merges.h"
#include "daemon/store/replica_facets.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define NONE CROSSINGS_AXIS_MAX

void crossings_close(struct crossings *c)
{
    arena_fini(&c->arena);
    *c = (struct crossings){0};
}

_Static_assert(offsetof(struct crossing_concept, id) == 0, "an id alone, wherever it lies, is compared with one");

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, CONCEPT_BYTES);
}

static struct crossing_concept *find(const struct crossings *c, const uint8_t *id)
{
    return c->concepts_n ? bsearch(id, c->concepts, c->concepts_n, sizeof *c->concepts, by_id) : NULL;
}

const struct crossing_concept *crossings_find(const struct crossings *c, const uint8_t *id)
{
    return find(c, id);
}

size_t crossings_axis(const struct crossing_axis *axes, size_t n, const uint8_t *id)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(axes[i].id, id, CONCEPT_BYTES) == 0)
            return i;
    return NONE;
}

bool crossings_under(uint32_t bits, size_t axis)
{
    return axis == NONE ? !bits : bits >> axis & 1;
}

/* ---- components and angles ---- */

/* Okabe and Ito's: told apart whatever colours one sees. */
static const char *const palette[] = {"#e69f00", "#56b4e9", "#009e73", "#d0a800",
                                      "#0072b2", "#d55e00", "#cc79a7", "#7f7f7f"};

static bool is_colour(struct slice text)
{
    bool is = text.len == 7 && text.at[0] == '#';
    for (size_t i = 1; is && i < text.len; i++)
        is = isxdigit(text.at[i]) != 0;
    return is;
}

/* The value of the first notation. */
static struct slice notation_of(struct read *r, const struct view_key *key)
{
    const struct field_info *field = field_by_number(ENTITY_CONCEPT, C_NOTATION);
    struct slice out = slice_text("");
    json_t *all = key && key->shown && field ? field_to_json(field, key->shown->value) : NULL;
    const char *value = json_string_value(json_object_get(json_array_get(all, 0), "value"));
    if (value && arena_copy(&r->arena, slice_text(value), &out))
        out = slice_text("");
    json_decref(all);
    return out;
}

static err_t add_axis(struct crossings *c, struct read *r, struct slice id, struct crossing_axis *axis)
{
    struct view v;
    err_t e = read_view(r, ENTITY_CONCEPT, id, &v);
    if (e)
        return e;
    const struct view_key *colour = view_field(&v, C_COLOUR, slice_text(""));
    struct slice said = colour && colour->shown ? view_text(colour->shown->value) : slice_text("");
    memcpy(axis->id, id.at, CONCEPT_BYTES);
    if (is_colour(said))
        snprintf(axis->colour, sizeof axis->colour, "%.7s", (const char *)said.at);
    struct slice notation = notation_of(r, view_field(&v, C_NOTATION, slice_text("")));
    return arena_copy(&c->arena, notation, &axis->notation);
}

/* Numbers by their value, then words; without a notation last. */
static int by_notation(const void *left, const void *right)
{
    const struct crossing_axis *a = left, *b = right;
    if (!a->notation.len != !b->notation.len)
        return a->notation.len ? -1 : 1;
    bool digits = a->notation.len && isdigit(a->notation.at[0]) && isdigit(b->notation.at[0]);
    if (digits && a->notation.len != b->notation.len)
        return a->notation.len < b->notation.len ? -1 : 1;
    int by = slice_compare(a->notation, b->notation);
    return by ? by : by_id(a, b);
}

static err_t load_axes(struct crossings *c, struct read *r, const char *kind, struct crossing_axis *axes, size_t *n)
{
    struct concept_row *rows = NULL;
    const struct concept_filter filter = {.kind = slice_text(kind)};
    err_t e = replica_concepts(r->store, &filter, slice_text(""), CROSSINGS_AXIS_MAX, &r->arena, &rows, n);
    for (size_t i = 0; i < *n && !e; i++)
        e = add_axis(c, r, rows[i].concept, &axes[i]);
    if (!e && *n)
        qsort(axes, *n, sizeof *axes, by_notation);
    for (size_t i = 0; i < *n; i++)
        if (!axes[i].colour[0])
            snprintf(axes[i].colour, sizeof axes[i].colour, "%s", palette[i % (sizeof palette / sizeof *palette)]);
    return e;
}

/* ---- concepts ---- */

static err_t load_concepts(struct crossings *c, struct read *r)
{
    struct concept_row *rows = NULL;
    size_t n = 0;
    const struct merges *m;
    err_t e = read_merges(r, &m);
    if (!e)
        e = replica_concepts(r->store, NULL, slice_text(""), SIZE_MAX, &r->arena, &rows, &n);
    c->concepts = e ? NULL : arena_alloc(&c->arena, n + 1, sizeof *c->concepts);
    if (e || !c->concepts)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n && !e; i++) {
        struct crossing_concept *one = &c->concepts[c->concepts_n++];
        memcpy(one->id, rows[i].concept.at, CONCEPT_BYTES);
        one->descriptor = (!rows[i].kind.len || slice_equal(rows[i].kind, slice_text("descriptor"))) &&
                          !rows[i].deprecated && !lattice_merged(&m->followed, one->id);
        size_t component = crossings_axis(c->components, c->components_n, one->id),
               angle = crossings_axis(c->angles, c->angles_n, one->id);
        one->components = component == NONE ? 0 : 1u << component;
        one->angles = angle == NONE ? 0 : 1u << angle;
        e = arena_copy(&c->arena, rows[i].label, &one->label);
    }
    return e;
}

struct edge {
    unsigned relation;
    struct crossing_concept *child, *target; /* a scheme at whose top it stands may not be here */
};
struct edges {
    const struct crossings *c;
    struct edge *at;
    size_t n, room;
    bool full; /* there was no memory */
};

static void take_edge(void *ctx, const struct edge_row *row)
{
    struct edges *e = ctx;
    bool top = row->relation == REL_TOP_CONCEPT_OF;
    if (!top && row->relation != REL_BROADER && row->relation != REL_FACET && row->relation != EDGE_MERGE)
        return;
    if (e->n == e->room) {
        size_t room = e->room ? e->room * 2 : 4096;
        struct edge *grown = reallocarray(e->at, room, sizeof *grown);
        e->full |= !grown;
        if (!grown)
            return;
        e->at = grown;
        e->room = room;
    }
    /* They come by child: most follow one of the same. */
    struct crossing_concept *child = e->n && memcmp(e->at[e->n - 1].child->id, row->child.at, CONCEPT_BYTES) == 0
                                         ? e->at[e->n - 1].child
                                         : find(e->c, row->child.at);
    const struct edge edge = {row->relation, child, top ? NULL : find(e->c, row->target.at)};
    if (edge.child && (top || edge.target))
        e->at[e->n++] = edge;
}

/* Each pass brings every concept what those right above it had; where edges go round, nothing more comes, and it ends. */
static void lead_down(const struct edges *e)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < e->n; i++) {
            const struct crossing_concept *from = e->at[i].target;
            struct crossing_concept *to = e->at[i].child;
            if (!from)
                continue;
            more |= (from->components & ~to->components) || (from->angles & ~to->angles);
            to->components |= from->components;
            to->angles |= from->angles;
        }
    }
}

/* Where no concept says to be at the top, those are that have something below them and nothing above. */
static void mark_tops(const struct edges *e)
{
    bool said = false;
    for (size_t i = 0; i < e->n; i++)
        said |= e->at[i].relation == REL_TOP_CONCEPT_OF && e->at[i].child->descriptor;
    for (size_t i = 0; i < e->n; i++)
        if (said && e->at[i].relation == REL_TOP_CONCEPT_OF)
            e->at[i].child->top = e->at[i].child->descriptor;
        else if (!said && e->at[i].relation == REL_BROADER)
            e->at[i].target->top = e->at[i].target->descriptor;
    for (size_t i = 0; i < e->n && !said; i++)
        if (e->at[i].relation == REL_BROADER)
            e->at[i].child->top = false;
}

static err_t make(struct crossings *c, struct read *r)
{
    struct edges edges = {.c = c};
    err_t e = load_axes(c, r, "component", c->components, &c->components_n);
    if (!e)
        e = load_axes(c, r, "angle", c->angles, &c->angles_n);
    if (!e)
        e = load_concepts(c, r);
    if (!e)
        e = replica_each_edge(r->store, take_edge, &edges);
    if (!e && edges.full)
        e = ERR_MEMORY;
    if (!e) {
        lead_down(&edges);
        mark_tops(&edges);
    }
    free(edges.at);
    return e;
}

/* ---- counting ---- */

struct counting {
    struct crossings *c;
    const struct merges *merges;
    unsigned record; /* the one at hand, from 1 */
    unsigned seen[CROSSINGS_AXIS_MAX + 1][CROSSINGS_AXIS_MAX + 1];
};

static void each_cell(struct counting *n, const struct crossing_concept *one, bool record)
{
    for (size_t i = 0; i <= NONE; i++)
        for (size_t k = 0; k <= NONE && crossings_under(one->components, i); k++) {
            if (!crossings_under(one->angles, k))
                continue;
            if (!record)
                n->c->cells[i][k].concepts++;
            else if (n->seen[i][k] != n->record) {
                n->seen[i][k] = n->record;
                n->c->cells[i][k].records++;
            }
        }
}

static void count_record(void *ctx, struct slice terms)
{
    struct counting *n = ctx;
    struct crossing_concept *met[64];
    size_t met_n = 0;
    n->record++;
    for (size_t at = 0; at + CONCEPT_BYTES <= terms.len && met_n < sizeof met / sizeof *met; at += CONCEPT_BYTES) {
        const uint8_t *end = lattice_merged(&n->merges->followed, terms.at + at);
        struct crossing_concept *one = find(n->c, end ? end : terms.at + at);
        for (size_t i = 0; one && i < met_n; i++)
            if (met[i] == one)
                one = NULL;
        if (!one)
            continue;
        met[met_n++] = one;
        one->records++;
        each_cell(n, one, true);
    }
}

static err_t count(struct crossings *c, struct read *r)
{
    struct counting *n = arena_alloc(&r->arena, 1, sizeof *n);
    err_t e = n ? read_merges(r, &n->merges) : ERR_MEMORY;
    if (e)
        return e;
    n->c = c;
    memset(c->cells, 0, sizeof c->cells);
    for (size_t i = 0; i < c->concepts_n; i++) {
        c->concepts[i].records = 0;
        if (c->concepts[i].descriptor)
            each_cell(n, &c->concepts[i], false);
    }
    return replica_each_terms(r->store, count_record, n);
}

err_t crossings_refresh(struct crossings *c, struct read *r)
{
    struct changed_state state;
    uint64_t concepts = 0, records = 0;
    err_t e = changed_state(r->store, &state);
    if (!e)
        e = changed_latest(r->store, ENTITY_CONCEPT, &concepts);
    if (!e)
        e = changed_latest(r->store, ENTITY_RECORD, &records);
    if (e)
        return e;
    bool same =
        c->known && c->concepts_at == concepts && memcmp(c->generation, state.generation, GENERATION_BYTES) == 0;
    if (same && c->records_at == records)
        return ERR_OK;
    if (!same) {
        crossings_close(c);
        e = make(c, r);
    }
    if (!e)
        e = count(c, r);
    if (e) {
        crossings_close(c);
        return e;
    }
    c->known = true;
    memcpy(c->generation, state.generation, GENERATION_BYTES);
    c->concepts_at = concepts;
    c->records_at = records;
    return ERR_OK;
}
