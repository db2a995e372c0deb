/*
 * join: invitation codes and requests (PROTOCOL.md §9). A code holds a secret: what it decodes to stands in a buf that is wiped, and only
 * the texts go into the arena.
 */
#include "protocol/charter/join.h"

#include "protocol/base/base32.h"
#include "protocol/charter/charter_read.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

#define INVITE_VERSION    1
#define JOIN_VERSION      1
#define CHECK_BYTES       4
#define INVITE_MAX_BYTES  4096 /* 8 addresses of 255 bytes, names, keys: well below */
#define REQUEST_MAX_BYTES 4096
#define VOUCH_VERSION     1

/* [text …], at most INVITE_ADDRESSES_MAX, each of 1 … ADDRESS_MAX_BYTES. */
static size_t read_addresses(struct rd *r, struct slice *out)
{
    size_t n = rd_array(r, 0, INVITE_ADDRESSES_MAX);
    for (size_t i = 0; i < n && r->err == ERR_OK; i++) {
        out[i] = rd_text(r, ADDRESS_MAX_BYTES);
        if (out[i].len == 0)
            rd_fail(r, ERR_TEXT_EMPTY);
    }
    return n;
}

static void write_addresses(struct buf *out, const struct slice *addresses, size_t n)
{
    wr_array(out, n);
    for (size_t i = 0; i < n; i++)
        wr_text(out, addresses[i]);
}

static void read_invite(struct rd *r, struct invite *v)
{
    rd_array(r, 8, 8);
    if (rd_uint(r, UINT64_MAX) != INVITE_VERSION)
        rd_fail(r, ERR_VERSION);
    rd_fixed(r, v->alliance, ALLIANCE_BYTES);
    rd_fixed(r, v->charter_id, HASH_BYTES);
    rd_fixed(r, v->inviter, SITE_BYTES);
    v->addresses_n = read_addresses(r, v->addresses);
    rd_fixed(r, v->secret, SEED_BYTES);
    v->expires_s = rd_uint(r, INT64_MAX);
    v->ally_name = read_name(r);
}

static void write_invite(struct buf *out, const struct invite *v)
{
    wr_array(out, 8);
    wr_uint(out, INVITE_VERSION);
    wr_bin(out, slice_of(v->alliance, ALLIANCE_BYTES));
    wr_bin(out, slice_of(v->charter_id, HASH_BYTES));
    wr_bin(out, slice_of(v->inviter, SITE_BYTES));
    write_addresses(out, v->addresses, v->addresses_n);
    wr_bin(out, slice_of(v->secret, SEED_BYTES));
    wr_uint(out, v->expires_s);
    wr_text(out, v->ally_name);
}

static err_t parse_invite(struct slice bytes, struct invite *out)
{
    struct rd r;
    err_t e = scan(bytes, INVITE_MAX_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, bytes);
    read_invite(&r, out);
    return rd_end(&r);
}

static void check_of(struct slice bytes, uint8_t out[CHECK_BYTES])
{
    uint8_t hash[HASH_BYTES];
    hash256(hash, &bytes, 1);
    memcpy(out, hash, CHECK_BYTES);
}

static err_t write_code(struct slice bytes, struct buf *code)
{
    char text[BASE32_LEN(INVITE_MAX_BYTES) + 1];
    base32_encode(bytes, text);
    buf_add(code, slice_text(INVITE_PREFIX));
    buf_append(code, text, BASE32_LEN(bytes.len));
    sign_wipe(text, sizeof text);
    return code->err;
}

err_t invite_encode(const struct invite *in, struct buf *code)
{
    struct buf raw;
    struct invite again = {0};
    uint8_t check[CHECK_BYTES];
    if (in->addresses_n > INVITE_ADDRESSES_MAX)
        return ERR_ITEMS;
    buf_init(&raw, INVITE_MAX_BYTES);
    write_invite(&raw, in);
    err_t e = raw.err;
    if (!e)
        e = parse_invite(buf_slice(&raw), &again); /* what we would not read, we don't hand out */
    if (!e) {
        check_of(buf_slice(&raw), check);
        e = buf_append(&raw, check, sizeof check);
    }
    if (!e)
        e = write_code(buf_slice(&raw), code);
    sign_wipe(&again, sizeof again);
    buf_wipe(&raw);
    return e;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static err_t without_blanks(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_blank(text.at[i]))
            buf_byte(out, text.at[i]);
    return out->err;
}

static err_t unpack_code(struct slice text, struct buf *raw)
{
    size_t prefix = strlen(INVITE_PREFIX);
    if (text.len <= prefix || memcmp(text.at, INVITE_PREFIX, prefix) != 0)
        return ERR_INVITE_WRONG;
    err_t e = base32_decode_buf(slice_of(text.at + prefix, text.len - prefix), raw);
    if (e)
        return e;
    if (raw->len <= CHECK_BYTES)
        return ERR_INVITE_WRONG;
    uint8_t check[CHECK_BYTES];
    raw->len -= CHECK_BYTES;
    check_of(buf_slice(raw), check);
    return memcmp(check, raw->at + raw->len, CHECK_BYTES) == 0 ? ERR_OK : ERR_INVITE_WRONG;
}

static err_t keep_texts(struct invite *v, struct arena *arena)
{
    err_t e = arena_copy(arena, v->ally_name, &v->ally_name);
    for (size_t i = 0; i < v->addresses_n && !e; i++)
        e = arena_copy(arena, v->addresses[i], &v->addresses[i]);
    return e;
}

err_t invite_decode(struct slice code, struct arena *arena, struct invite *out)
{
    struct buf text, raw;
    struct invite v = {0};
    buf_init(&text, BASE32_LEN(INVITE_MAX_BYTES) + strlen(INVITE_PREFIX));
    buf_init(&raw, INVITE_MAX_BYTES);
    err_t e = without_blanks(code, &text);
    if (!e)
        e = unpack_code(buf_slice(&text), &raw);
    if (!e)
        e = parse_invite(buf_slice(&raw), &v);
    if (!e)
        e = keep_texts(&v, arena);
    if (!e)
        *out = v;
    sign_wipe(&v, sizeof v);
    buf_wipe(&text);
    buf_wipe(&raw);
    return e == ERR_OK || e == ERR_MEMORY ? e : ERR_INVITE_WRONG;
}

bool invite_is_card(const struct invite *in)
{
    static const uint8_t none[SEED_BYTES];
    return memcmp(in->secret, none, SEED_BYTES) == 0;
}

/* ---- requests ---- */

void join_endpoints(const char *text, struct join_request *out)
{
    out->endpoints_n = 0;
    while (*text && out->endpoints_n < INVITE_ADDRESSES_MAX) {
        size_t n = strcspn(text, " ,");
        if (n)
            out->endpoints[out->endpoints_n++] = slice_of(text, n);
        text += n + strspn(text + n, " ,");
    }
}

void join_encode(const struct join_request *in, struct buf *out)
{
    wr_array(out, 9);
    wr_uint(out, JOIN_VERSION);
    wr_bin(out, slice_of(in->alliance, ALLIANCE_BYTES));
    wr_bin(out, slice_of(in->secret_key, SITE_BYTES));
    wr_bin(out, slice_of(in->site, SITE_BYTES));
    wr_bin(out, slice_of(in->ally, ALLY_BYTES));
    wr_text(out, in->ally_name);
    wr_text(out, in->site_name);
    wr_uint(out, in->college);
    write_addresses(out, in->endpoints, in->endpoints_n);
}

err_t join_decode(struct slice request, struct join_request *out)
{
    struct join_request q = {0};
    struct rd r;
    err_t e = scan(request, REQUEST_MAX_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, request);
    rd_array(&r, 9, 9);
    if (rd_uint(&r, UINT64_MAX) != JOIN_VERSION)
        rd_fail(&r, ERR_VERSION);
    rd_fixed(&r, q.alliance, ALLIANCE_BYTES);
    rd_fixed(&r, q.secret_key, SITE_BYTES);
    rd_fixed(&r, q.site, SITE_BYTES);
    rd_fixed(&r, q.ally, ALLY_BYTES);
    q.ally_name = read_name(&r);
    q.site_name = read_name(&r);
    q.college = (unsigned)rd_uint(&r, COLLEGE_MAX);
    q.endpoints_n = read_addresses(&r, q.endpoints);
    e = rd_end(&r);
    if (!e)
        *out = q;
    return e;
}

/* ---- words of members ---- */

void vouch_encode(const struct vouch *in, struct buf *out)
{
    wr_array(out, 6);
    wr_uint(out, VOUCH_VERSION);
    wr_bin(out, slice_of(in->alliance, ALLIANCE_BYTES));
    wr_bin(out, slice_of(in->inviter, SITE_BYTES));
    wr_bin(out, slice_of(in->request, HASH_BYTES));
    wr_uint(out, in->taken_s);
    wr_uint(out, in->expires_s);
}

err_t vouch_decode(struct slice word, struct vouch *out)
{
    struct vouch v = {0};
    struct rd r;
    err_t e = scan(word, VOUCH_MAX_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, word);
    rd_array(&r, 6, 6);
    if (rd_uint(&r, UINT64_MAX) != VOUCH_VERSION)
        rd_fail(&r, ERR_VERSION);
    rd_fixed(&r, v.alliance, ALLIANCE_BYTES);
    rd_fixed(&r, v.inviter, SITE_BYTES);
    rd_fixed(&r, v.request, HASH_BYTES);
    v.taken_s = rd_uint(&r, INT64_MAX);
    v.expires_s = rd_uint(&r, INT64_MAX);
    e = rd_end(&r);
    if (!e && v.taken_s > v.expires_s)
        e = ERR_INVITE_EXPIRED;
    if (!e)
        *out = v;
    return e;
}
