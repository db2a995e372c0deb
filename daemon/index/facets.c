#include "daemon/index/facets.h"
#include <stdlib.h>

#define ROOM_FIRST 64

void facet_fini(struct facet *f)
{
    free(f->slots);
    *f = (struct facet){0};
}

static struct facet_count *slot_of(struct facet_count *slots, size_t room, struct slice value)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < value.len; i++)
        h = (h ^ value.at[i]) * 16777619u;
    for (size_t at = h & (room - 1);; at = (at + 1) & (room - 1))
        if (!slots[at].count || slice_equal(slice_of(slots[at].value, slots[at].len), value))
            return &slots[at];
}

static err_t grow(struct facet *f)
{
    size_t room = f->room ? f->room * 2 : ROOM_FIRST;
    struct facet_count *slots = calloc(room, sizeof *slots);
    if (!slots)
        return ERR_MEMORY;
    for (size_t i = 0; i < f->room; i++)
        if (f->slots[i].count)
            *slot_of(slots, room, slice_of(f->slots[i].value, f->slots[i].len)) = f->slots[i];
    free(f->slots);
    f->slots = slots;
    f->room = room;
    f->last = NULL;
    return ERR_OK;
}

err_t facet_add(struct facet *f, struct slice value)
{
    if (!value.len || value.len > FACET_VALUE_BYTES)
        return ERR_OK;
    if (f->last && slice_equal(slice_of(f->last->value, f->last->len), value)) {
        f->last->count++;
        return ERR_OK;
    }
    err_t e = f->n * 2 >= f->room ? grow(f) : ERR_OK;
    if (e)
        return e;
    struct facet_count *slot = f->last = slot_of(f->slots, f->room, value);
    if (!slot->count++) {
        memcpy(slot->value, value.at, value.len);
        slot->len = (uint8_t)value.len;
        f->n++;
    }
    return ERR_OK;
}

static int most_first(const void *left, const void *right)
{
    const struct facet_count *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return slice_compare(slice_of(a->value, a->len), slice_of(b->value, b->len));
}

void facet_sort(struct facet *f)
{
    if (f->room)
        qsort(f->slots, f->room, sizeof *f->slots, most_first);
}
