#include "daemon/ledger/facts_pack.h"

#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"

#define ITEMS 13

static void pack(const struct fact *f, struct buf *out)
{
    uint8_t dot[DOT_BYTES];
    dot_pack(&f->op.dot, dot);
    wr_array(out, ITEMS);
    wr_uint(out, f->kind);
    wr_bin(out, slice_of(dot, sizeof dot));
    wr_bin(out, slice_of(f->op.log.site, SITE_BYTES));
    wr_uint(out, f->op.log.incarnation);
    wr_uint(out, f->op.seq);
    wr_uint(out, f->op.clock);
    wr_bin(out, slice_of(f->ally, ALLY_BYTES));
    wr_bin(out, slice_of(f->other, ALLY_BYTES));
    wr_bin(out, f->target);
    wr_uint(out, f->sort);
    wr_uint(out, f->amount);
    wr_bin(out, f->data);
    wr_bin(out, f->made);
}

void facts_pack(const struct fact *facts, size_t n, struct buf *out)
{
    wr_array(out, n);
    for (size_t i = 0; i < n; i++)
        pack(&facts[i], out);
}

static void unpack(struct rd *r, struct fact *f)
{
    uint8_t dot[DOT_BYTES];
    rd_array(r, ITEMS, ITEMS);
    f->kind = (enum fact_kind)rd_uint(r, FACT_MEANS);
    rd_fixed(r, dot, sizeof dot);
    f->op.dot = dot_unpack(dot);
    rd_fixed(r, f->op.log.site, SITE_BYTES);
    f->op.log.incarnation = rd_uint(r, UINT64_MAX);
    f->op.seq = rd_uint(r, UINT64_MAX);
    f->op.clock = rd_uint(r, UINT64_MAX);
    rd_fixed(r, f->ally, ALLY_BYTES);
    rd_fixed(r, f->other, ALLY_BYTES);
    f->target = rd_bin(r, 0, SIZE_MAX);
    f->sort = (unsigned)rd_uint(r, UINT32_MAX);
    f->amount = rd_uint(r, UINT64_MAX);
    f->data = rd_bin(r, 0, SIZE_MAX);
    f->made = rd_bin(r, 0, SIZE_MAX);
}

size_t facts_packed(struct slice bytes)
{
    struct rd r;
    rd_init(&r, bytes);
    return rd_array(&r, 0, bytes.len);
}

err_t facts_unpack(struct slice bytes, enum entity_type type, struct slice entity, unsigned term, struct fact *out)
{
    struct rd r;
    rd_init(&r, bytes);
    size_t n = rd_array(&r, 0, bytes.len);
    for (size_t i = 0; i < n && !r.err; i++) {
        out[i] = (struct fact){.type = type, .entity = entity, .term = term};
        unpack(&r, &out[i]);
    }
    return rd_end(&r) ? ERR_DATABASE : ERR_OK;
}
