/*
 * settle_copies: a record whose text, as it stood at the end of the term of its publication, is nearly that of another published before it, as that one stood
 * at the end of that term or of an earlier one. Copies of copies count as copies of the first, so that a text cannot wander off in small steps. Of an
 * original that is gone by then nothing is known, or nothing counted: the next one is the first.
 */
#include "daemon/ledger/settle_work.h"

#include "daemon/ledger/sketch.h"

struct text {
    const struct fact *fact;
    const struct fact *stands_for; /* the publication that a copy of this one is a copy of */
    uint32_t met;                  /* by which text it was looked at last, + 1 */
};
struct band { /* of one text; bands that hash alike without being equal cost a look at a text, nothing else */
    uint32_t text, before; /* before: the last one in its place, + 1 */
    uint32_t hash;         /* most that share a place differ in this */
};
struct search {
    struct text *texts;
    struct band *bands;
    uint32_t *places; /* by hash: the last band + 1 */
    size_t texts_n, bands_n, places_n;
};

static uint32_t *place_of(const struct search *s, uint64_t band)
{
    band *= UINT64_C(0x9e3779b97f4a7c15);
    return &s->places[(size_t)(band >> 32) & (s->places_n - 1)];
}

/* The first text near to it, of another record; NULL: none. */
static const struct text *find_near(struct search *s, const struct fact *f, const uint64_t *bands, size_t n)
{
    const struct text *found = NULL;
    for (size_t b = 0; b < n; b++) {
        for (size_t at = *place_of(s, bands[b]); at > 0; at = s->bands[at - 1].before) {
            struct text *text = &s->texts[s->bands[at - 1].text];
            if (s->bands[at - 1].hash != (uint32_t)bands[b] || text->met == s->texts_n + 1 || (found && text > found))
                continue;
            text->met = (uint32_t)s->texts_n + 1;
            if (!slice_equal(text->fact->entity, f->entity) && sketch_near(text->fact->data, f->data))
                found = text;
        }
    }
    return found;
}

static void keep(struct search *s, const struct text *text, const uint64_t *bands, size_t n)
{
    for (size_t b = 0; b < n; b++) {
        uint32_t *place = place_of(s, bands[b]);
        s->bands[s->bands_n++] = (struct band){(uint32_t)s->texts_n, *place, (uint32_t)bands[b]};
        *place = (uint32_t)s->bands_n;
    }
    s->texts[s->texts_n++] = *text;
}

static bool prepare(struct search *s, struct arena *arena, const struct settle_row *const *records, size_t n)
{
    size_t bands = 0;
    for (size_t i = 0; i < n; i++)
        bands += records[i]->fact->data.len / SKETCH_BYTES * SKETCH_BANDS;
    for (s->places_n = 1; s->places_n < bands; s->places_n *= 2)
        ;
    s->texts = arena_alloc(arena, n, sizeof *s->texts);
    s->bands = arena_alloc(arena, bands, sizeof *s->bands);
    s->places = arena_alloc(arena, s->places_n, sizeof *s->places);
    return s->texts && s->bands && s->places;
}

err_t settle_know_copies(struct settle_work *w, const struct settle_row *const *records, size_t n)
{
    struct search s = {0};
    if (!prepare(&s, w->arena, records, n))
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const struct fact *f = records[i]->fact;
        struct settle_record *record = records[i]->thing;
        uint64_t bands[SKETCH_BANDS_MAX];
        size_t bands_n = f->sort == FACT_GONE ? 0 : sketch_bands(f->data, bands);
        const struct text *near = record->first == f ? find_near(&s, f, bands, bands_n) : NULL;
        if (near)
            record->copy_of = near->stands_for;
        keep(&s, &(struct text){f, record->copy_of ? record->copy_of : record->first, 0}, bands, bands_n);
    }
    return ERR_OK;
}
