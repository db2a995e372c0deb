#include "protocol/beacon/beacon.h"

#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

#define ITEMS      19
#define NUMBER_MAX ((uint64_t)INT64_MAX)

static void read_problems(struct rd *r, struct beacon *b)
{
    b->problems_n = rd_array(r, 0, BEACON_PROBLEMS_MAX);
    for (size_t i = 0; i < b->problems_n && r->err == ERR_OK; i++) {
        b->problems[i] = (uint16_t)rd_uint(r, BEACON_PROBLEM_MAX);
        if (i && b->problems[i] <= b->problems[i - 1])
            rd_fail(r, ERR_KEY_ORDER);
    }
}

/* Bounds that a type does not tell. */
static bool holds_together(const struct beacon *b)
{
    return b->number && b->disk_free_bytes <= b->disk_total_bytes && b->p50_ms <= b->p95_ms;
}

err_t beacon_decode(struct slice bytes, struct beacon *out)
{
    struct rd r;
    struct beacon b = {.number = 0};
    err_t e = scan(bytes, BEACON_MAX_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, bytes);
    size_t items = rd_array(&r, 1, BEACON_MAX_BYTES);
    if (rd_uint(&r, NUMBER_MAX) != BEACON_FORM)
        return rd_fail(&r, ERR_VERSION);
    if (items != ITEMS)
        return rd_fail(&r, ERR_RANGE);
    rd_fixed(&r, b.alliance, sizeof b.alliance);
    rd_fixed(&r, b.site, sizeof b.site);
    b.number = rd_uint(&r, NUMBER_MAX);
    b.at_ms = rd_uint(&r, NUMBER_MAX);
    b.version = rd_text(&r, BEACON_VERSION_BYTES);
    rd_fixed(&r, b.inputs, sizeof b.inputs);
    b.fold = rd_uint(&r, NUMBER_MAX);
    rd_fixed(&r, b.state, sizeof b.state);
    b.commits = rd_uint(&r, NUMBER_MAX);
    b.unheld = rd_uint(&r, NUMBER_MAX);
    b.disk_free_bytes = rd_uint(&r, NUMBER_MAX);
    b.disk_total_bytes = rd_uint(&r, NUMBER_MAX);
    b.last_backup_ms = rd_uint(&r, NUMBER_MAX);
    b.up_since_ms = rd_uint(&r, NUMBER_MAX);
    read_problems(&r, &b);
    b.p50_ms = rd_uint(&r, NUMBER_MAX);
    b.p95_ms = rd_uint(&r, NUMBER_MAX);
    b.samples = rd_uint(&r, NUMBER_MAX);
    if (r.err == ERR_OK && !holds_together(&b))
        rd_fail(&r, ERR_RANGE);
    if (rd_end(&r) == ERR_OK)
        *out = b;
    return r.err;
}

err_t beacon_check(const struct beacon *b, struct slice bytes, const uint8_t signature[SIGNATURE_BYTES])
{
    return sign_check(b->site, DOMAIN_BEACON, bytes, signature);
}

err_t beacon_encode(const struct beacon *b, struct buf *out)
{
    size_t before = out->len;
    struct beacon again;
    wr_array(out, ITEMS);
    wr_uint(out, BEACON_FORM);
    wr_bin(out, slice_of(b->alliance, sizeof b->alliance));
    wr_bin(out, slice_of(b->site, sizeof b->site));
    wr_uint(out, b->number);
    wr_uint(out, b->at_ms);
    wr_text(out, b->version);
    wr_bin(out, slice_of(b->inputs, sizeof b->inputs));
    wr_uint(out, b->fold);
    wr_bin(out, slice_of(b->state, sizeof b->state));
    wr_uint(out, b->commits);
    wr_uint(out, b->unheld);
    wr_uint(out, b->disk_free_bytes);
    wr_uint(out, b->disk_total_bytes);
    wr_uint(out, b->last_backup_ms);
    wr_uint(out, b->up_since_ms);
    wr_array(out, b->problems_n);
    for (size_t i = 0; i < b->problems_n && i < BEACON_PROBLEMS_MAX; i++)
        wr_uint(out, b->problems[i]);
    wr_uint(out, b->p50_ms);
    wr_uint(out, b->p95_ms);
    wr_uint(out, b->samples);
    if (out->err)
        return out->err;
    err_t e = beacon_decode(slice_of(out->at + before, out->len - before), &again);
    if (e)
        out->len = before;
    return e ? ERR_RANGE : ERR_OK;
}
