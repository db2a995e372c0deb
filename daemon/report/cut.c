#include "daemon/report/cut.h"
#include "daemon/read/roll.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- making one ---- */

static int by_log(const void *a, const void *b)
{
    const struct head *x = a, *y = b;
    int c = log_compare(&x->log, &y->log);
    return c ? c : (x->seq < y->seq) - (x->seq > y->seq); /* the highest of a log first */
}

/* Sorts, and keeps the highest of each log. */
static size_t highest(struct head *heads, size_t n)
{
    size_t used = 0;
    if (n)
        qsort(heads, n, sizeof *heads, by_log);
    for (size_t i = 0; i < n; i++)
        if (heads[i].seq && (!used || log_compare(&heads[used - 1].log, &heads[i].log) != 0))
            heads[used++] = heads[i];
    return used;
}

static void of_charter(const struct authority *a, size_t charter, struct report_cut *c)
{
    c->charter = charter;
    memcpy(c->charter_id, a->charters[charter].id, HASH_BYTES);
    c->roster = a->charters[charter].roster_number;
    memcpy(c->roster_id, a->charters[charter].roster_id, HASH_BYTES);
}

err_t cut_of_now(struct store *s, const struct authority *a, struct arena *arena, struct report_cut *out)
{
    struct log_head *held = NULL;
    size_t n = 0;
    struct report_cut c = {.charter = a->charter_number, .roster = a->roster_number};
    err_t e = oplog_heads(s, arena, &held, &n);
    struct head *heads = e ? NULL : arena_alloc(arena, n + 1, sizeof *heads);
    if (e || !heads)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        heads[i].log = held[i].log;
        heads[i].seq = held[i].seq;
        memcpy(heads[i].id, held[i].id, HASH_BYTES);
    }
    memcpy(c.charter_id, a->charter_id, HASH_BYTES);
    memcpy(c.roster_id, a->roster_id, HASH_BYTES);
    c.heads = heads;
    c.heads_n = highest(heads, n);
    *out = c;
    return ERR_OK;
}

err_t cut_of_charter(const struct authority *a, size_t charter, struct arena *arena, struct report_cut *out)
{
    struct report_cut c = {.charter = 0};
    size_t n = 0;
    for (size_t i = 0; i <= charter; i++)
        n += a->charters[i].checkpoint_n + a->charters[i].cuts_n;
    struct head *heads = arena_alloc(arena, n + 1, sizeof *heads);
    if (!heads)
        return ERR_MEMORY;
    n = 0;
    for (size_t i = 0; i <= charter; i++) {
        const struct charter *one = &a->charters[i];
        for (size_t k = 0; k < one->checkpoint_n; k++)
            heads[n++] = one->checkpoint[k];
        for (size_t k = 0; k < one->cuts_n; k++)
            heads[n++] = one->cuts[k];
    }
    of_charter(a, charter, &c);
    c.heads = heads;
    c.heads_n = highest(heads, n);
    *out = c;
    return ERR_OK;
}

/* ---- using one ---- */

err_t cut_authority(struct store *s, const struct report_cut *c, struct authority *out)
{
    struct arena arena = {0};
    struct authority_input in;
    struct charter next = {.number = c->charter + 1, .roster_number = c->roster};
    memcpy(next.prev, c->charter_id, HASH_BYTES);
    memcpy(next.roster_id, c->roster_id, HASH_BYTES);
    err_t e = roll_input(s, &arena, &in);
    e = e ? e : authority_build_before(&in, &next, out);
    arena_fini(&arena);
    return e == ERR_CHARTER ? ERR_REPORT_AHEAD : e;
}

static err_t check_head(struct store *s, const struct head *wanted, uint64_t *missing, struct why *why)
{
    struct log_head here;
    struct arena arena = {0};
    struct commit commit;
    err_t e = oplog_head(s, &wanted->log, &here);
    if (e == ERR_NOT_FOUND)
        here.seq = 0;
    else if (e)
        return e;
    if (here.seq < wanted->seq) {
        *missing += wanted->seq - here.seq;
        return ERR_OK;
    }
    e = oplog_get(s, &wanted->log, wanted->seq, &arena, &commit);
    if (!e && memcmp(commit.id, wanted->id, HASH_BYTES) != 0)
        e = why_set(why, ERR_REPORT_OTHER, "%" PRIu64, wanted->seq);
    arena_fini(&arena);
    return e;
}

err_t cut_check(struct store *s, const struct report_cut *c, struct why *why)
{
    uint64_t missing = 0;
    err_t e = ERR_OK;
    for (size_t i = 0; i < c->heads_n && !e; i++)
        e = check_head(s, &c->heads[i], &missing, why);
    return e || !missing ? e : why_set(why, ERR_REPORT_AHEAD, "%" PRIu64, missing);
}

bool cut_has(const struct report_cut *c, const struct log_id *log, uint64_t seq)
{
    size_t low = 0, high = c->heads_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = log_compare(&c->heads[middle].log, log);
        if (order == 0)
            return seq <= c->heads[middle].seq;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

void cut_digest(const struct report_cut *c, uint8_t out[HASH_BYTES])
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    cut_write(c, &text);
    struct slice parts[] = {buf_slice(&text)};
    hash256(out, parts, 1);
    buf_fini(&text);
}

/* ---- as text ---- */

static void put_id(struct buf *out, const uint8_t id[HASH_BYTES])
{
    char text[BASE32_LEN(HASH_BYTES) + 1];
    base32_encode(slice_of(id, HASH_BYTES), text);
    buf_add(out, slice_text(text));
}

void cut_write(const struct report_cut *c, struct buf *out)
{
    buf_printf(out, "charter %" PRIu64 " ", c->charter);
    put_id(out, c->charter_id);
    buf_printf(out, " roster %" PRIu64 " ", c->roster);
    put_id(out, c->roster_id);
    for (size_t i = 0; i < c->heads_n; i++) {
        buf_byte(out, ' ');
        put_id(out, c->heads[i].log.site);
        buf_printf(out, ":%" PRIu64 ":%" PRIu64 ":", c->heads[i].log.incarnation, c->heads[i].seq);
        put_id(out, c->heads[i].id);
    }
}

struct reading {
    struct slice rest;
    bool bad;
};

/* Up to the separator, or the end. */
static struct slice next_word(struct reading *r, uint8_t end)
{
    size_t n = 0;
    while (n < r->rest.len && r->rest.at[n] != end)
        n++;
    struct slice word = slice_of(r->rest.at, n);
    r->rest = n < r->rest.len ? slice_of(r->rest.at + n + 1, r->rest.len - n - 1) : slice_text("");
    r->bad = r->bad || !n;
    return word;
}

static void want(struct reading *r, const char *word)
{
    if (!slice_equal(next_word(r, ' '), slice_text(word)))
        r->bad = true;
}

static uint64_t next_number(struct reading *r, uint8_t end)
{
    struct slice word = next_word(r, end);
    uint64_t n = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9' || n > UINT64_MAX / 10 - 1) {
            r->bad = true;
            return 0;
        }
        n = n * 10 + (uint64_t)(word.at[i] - '0');
    }
    return n;
}

static void next_id(struct reading *r, uint8_t end, uint8_t out[HASH_BYTES])
{
    if (base32_decode(next_word(r, end), out, HASH_BYTES))
        r->bad = true;
}

_Static_assert(SITE_BYTES == HASH_BYTES, "next_id reads a site as well");

err_t cut_read(struct slice text, struct arena *arena, struct report_cut *out)
{
    struct reading r = {.rest = text};
    struct report_cut c = {.charter = 0};
    size_t room = 1;
    for (size_t i = 0; i < text.len; i++)
        room += text.at[i] == ' ';
    struct head *heads = arena_alloc(arena, room, sizeof *heads);
    if (!heads)
        return ERR_MEMORY;
    want(&r, "charter");
    c.charter = next_number(&r, ' ');
    next_id(&r, ' ', c.charter_id);
    want(&r, "roster");
    c.roster = next_number(&r, ' ');
    next_id(&r, ' ', c.roster_id);
    while (r.rest.len && !r.bad) {
        struct head *h = &heads[c.heads_n];
        next_id(&r, ':', h->log.site);
        h->log.incarnation = next_number(&r, ':');
        h->seq = next_number(&r, ':');
        next_id(&r, ' ', h->id);
        if (c.heads_n && log_compare(&heads[c.heads_n - 1].log, &h->log) >= 0)
            r.bad = true;
        c.heads_n++;
    }
    c.heads = heads;
    if (r.bad)
        return ERR_REPORT_FILE;
    *out = c;
    return ERR_OK;
}
