/*
 * Dots and logs: their order, which is the byte order of commit, then index (site, then incarnation), and the text form of a dot
 * (PROTOCOL.md §4): base32 of the commit's 16 bytes, "-", the index in decimal without leading zeros.
 */
#include "protocol/op/commit.h"

#include "protocol/base/base32.h"
#include <stdlib.h>

#define COMMIT_TEXT_LEN BASE32_LEN(16)

int dot_compare(const struct dot *a, const struct dot *b)
{
    int c = memcmp(a->commit, b->commit, sizeof a->commit);
    return c ? c : (a->index > b->index) - (a->index < b->index);
}

static int by_bytes(const void *a, const void *b)
{
    return dot_compare(a, b);
}

void dots_sort(struct dot *dots, size_t n)
{
    if (n)
        qsort(dots, n, sizeof *dots, by_bytes);
}

bool dot_is_self(const struct dot *d)
{
    static const uint8_t zeros[16];
    return memcmp(d->commit, zeros, sizeof zeros) == 0;
}

struct dot dot_of(const uint8_t commit_id[HASH_BYTES], size_t index)
{
    struct dot d = {0};
    memcpy(d.commit, commit_id, sizeof d.commit);
    d.index = (uint8_t)index;
    return d;
}

void dot_pack(const struct dot *d, uint8_t out[DOT_BYTES])
{
    memcpy(out, d->commit, sizeof d->commit);
    out[DOT_BYTES - 1] = d->index;
}

struct dot dot_unpack(const uint8_t bytes[DOT_BYTES])
{
    struct dot d = {.index = bytes[DOT_BYTES - 1]};
    memcpy(d.commit, bytes, sizeof d.commit);
    return d;
}

void dot_format(const struct dot *d, char *out)
{
    base32_encode(slice_of(d->commit, sizeof d->commit), out);
    char *at = out + COMMIT_TEXT_LEN;
    *at++ = '-';
    if (d->index >= 100)
        *at++ = (char)('0' + d->index / 100);
    if (d->index >= 10)
        *at++ = (char)('0' + d->index / 10 % 10);
    *at++ = (char)('0' + d->index % 10);
    *at = 0;
}

/* One to three digits, 0 … 255, no leading zero. */
static err_t parse_index(struct slice digits, uint8_t *out)
{
    unsigned value = 0;
    if (digits.len < 1 || digits.len > 3 || (digits.len > 1 && digits.at[0] == '0'))
        return ERR_RANGE;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return ERR_RANGE;
        value = value * 10 + (unsigned)(digits.at[i] - '0');
    }
    if (value > UINT8_MAX)
        return ERR_RANGE;
    *out = (uint8_t)value;
    return ERR_OK;
}

err_t dot_parse(struct slice text, struct dot *out)
{
    struct dot d = {0};
    if (text.len < COMMIT_TEXT_LEN + 2 || text.at[COMMIT_TEXT_LEN] != '-')
        return ERR_RANGE;
    err_t e = base32_decode(slice_of(text.at, COMMIT_TEXT_LEN), d.commit, sizeof d.commit);
    if (!e)
        e = parse_index(slice_of(text.at + COMMIT_TEXT_LEN + 1, text.len - COMMIT_TEXT_LEN - 1), &d.index);
    if (!e)
        *out = d;
    return e;
}

int log_compare(const struct log_id *a, const struct log_id *b)
{
    int c = memcmp(a->site, b->site, sizeof a->site);
    return c ? c : (a->incarnation > b->incarnation) - (a->incarnation < b->incarnation);
}
