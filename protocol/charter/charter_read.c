/*
 * What charter bodies and roster acts have in common (PROTOCOL.md §7): names, and lists of heads.
 */
#include "protocol/charter/charter_read.h"

#include "protocol/wire/wr.h"

#include <stdlib.h>

struct slice read_name(struct rd *r)
{
    struct slice name = rd_text(r, NAME_MAX_BYTES);
    if (r->err == ERR_OK && name.len == 0)
        rd_fail(r, ERR_TEXT_EMPTY);
    return name;
}

void *read_alloc(struct rd *r, struct arena *arena, size_t n, size_t size)
{
    if (n == 0)
        return NULL;
    void *at = arena_alloc(arena, n, size);
    if (!at)
        rd_fail(r, ERR_MEMORY);
    return at;
}

bool hash_is_zero(const uint8_t hash[HASH_BYTES])
{
    static const uint8_t zeros[HASH_BYTES];
    return memcmp(hash, zeros, HASH_BYTES) == 0;
}

static bool head_is_site(const struct head *h)
{
    return h->log.incarnation == 0 && h->seq == 0 && hash_is_zero(h->id);
}

static void read_head(struct rd *r, bool sites, struct head *h)
{
    rd_array(r, 4, 4);
    rd_fixed(r, h->log.site, SITE_BYTES);
    h->log.incarnation = rd_uint(r, INCARNATION_MAX);
    h->seq = rd_uint(r, INT64_MAX);
    rd_fixed(r, h->id, HASH_BYTES);
    if (r->err == ERR_OK && (h->log.incarnation == 0 || h->seq == 0) && !(sites && head_is_site(h)))
        rd_fail(r, ERR_RANGE);
}

static err_t check_neighbours(const struct head *a, const struct head *b)
{
    if (log_compare(&a->log, &b->log) >= 0)
        return ERR_KEY_ORDER;
    return a->log.incarnation == 0 && memcmp(a->log.site, b->log.site, SITE_BYTES) == 0 ? ERR_RANGE : ERR_OK;
}

static void read_list(struct rd *r, struct arena *arena, bool sites, const struct head **out, size_t *n_out)
{
    size_t n = rd_array(r, 0, SIZE_MAX);
    struct head *heads = read_alloc(r, arena, n, sizeof *heads);
    for (size_t i = 0; i < n && r->err == ERR_OK; i++) {
        read_head(r, sites, &heads[i]);
        err_t e = r->err == ERR_OK && i > 0 ? check_neighbours(&heads[i - 1], &heads[i]) : ERR_OK;
        if (e)
            rd_fail(r, e);
    }
    *out = heads;
    *n_out = n;
}

void read_heads(struct rd *r, struct arena *arena, const struct head **out, size_t *n)
{
    read_list(r, arena, false, out, n);
}

void read_cuts(struct rd *r, struct arena *arena, const struct head **out, size_t *n)
{
    read_list(r, arena, true, out, n);
}

static int by_log(const void *left, const void *right)
{
    const struct head *a = left, *b = right;
    return log_compare(&a->log, &b->log);
}

const struct head *heads_find(const struct head *heads, size_t n, const struct log_id *log)
{
    struct head key = {.log = *log};
    return n ? bsearch(&key, heads, n, sizeof *heads, by_log) : NULL;
}

bool heads_name_site(const struct head *heads, size_t n, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(heads[i].log.site, site, SITE_BYTES) == 0)
            return true;
    return false;
}

void write_heads(struct buf *out, const struct head *heads, size_t n)
{
    wr_array(out, n);
    for (size_t i = 0; i < n; i++) {
        wr_array(out, 4);
        wr_bin(out, slice_of(heads[i].log.site, SITE_BYTES));
        wr_uint(out, heads[i].log.incarnation);
        wr_uint(out, heads[i].seq);
        wr_bin(out, slice_of(heads[i].id, HASH_BYTES));
    }
}
