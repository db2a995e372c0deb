#include "daemon/core/announce.h"
#include "daemon/core/own.h"
#include "protocol/base/base32.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include <stdio.h>

#define HOST_SCHEME "site:"

static void read_value(struct rd *r, struct announcement *out)
{
    rd_array(r, 4, 4);
    size_t n = rd_array(r, 0, 64);
    out->endpoints_n = 0;
    for (size_t i = 0; i < n; i++) {
        struct slice endpoint = rd_text(r, ADDRESS_MAX_BYTES);
        if (out->endpoints_n < INVITE_ADDRESSES_MAX)
            out->endpoints[out->endpoints_n++] = endpoint;
    }
    out->name = rd_text(r, SIZE_MAX);
    out->url = rd_text(r, SIZE_MAX);
    out->contact = rd_text(r, SIZE_MAX);
}

/* [1, site, [[dot, value] …], pending] as fold.h gives it; the last one is the latest. */
err_t announce_read(struct core *c, const uint8_t site[SITE_BYTES], struct arena *arena, struct announcement *out)
{
    struct slice canon;
    struct rd r;
    err_t e = replica_get(c->store, ENTITY_SITE, slice_of(site, SITE_BYTES), arena, &canon);
    if (e)
        return e;
    memset(out, 0, sizeof *out);
    rd_init(&r, canon);
    rd_array(&r, 4, 4);
    rd_uint(&r, UINT64_MAX);
    rd_bin(&r, SITE_BYTES, SITE_BYTES);
    size_t live = rd_array(&r, 0, SIZE_MAX), seen = 0;
    for (size_t i = 0; i < live && !r.err; i++) {
        rd_array(&r, 2, 2);
        uint8_t dot[DOT_BYTES];
        rd_fixed(&r, dot, sizeof dot);
        if (out->dots_n < sizeof out->dots / sizeof *out->dots)
            out->dots[out->dots_n++] = dot_unpack(dot);
        if (rd_take_nil(&r))
            continue;
        read_value(&r, out);
        seen++;
    }
    return r.err ? r.err : seen ? ERR_OK : ERR_NOT_FOUND;
}

bool announce_host(const struct announcement *a, uint8_t host[SITE_BYTES])
{
    const size_t head = strlen(HOST_SCHEME);
    for (size_t i = 0; i < a->endpoints_n; i++) {
        struct slice one = a->endpoints[i];
        if (one.len > head && memcmp(one.at, HOST_SCHEME, head) == 0 &&
            base32_decode(slice_of(one.at + head, one.len - head), host, SITE_BYTES) == ERR_OK)
            return true;
    }
    return false;
}

/* Page and contact of the settings are those of the daemon's own site. */
static void encode_hosted(struct core *c, const struct own *own, struct buf *endpoints, struct buf *texts)
{
    char key[BASE32_LEN(SITE_BYTES) + 1], text[sizeof HOST_SCHEME + sizeof key];
    base32_encode(slice_of(core_own(c)->key.pub, SITE_BYTES), key);
    snprintf(text, sizeof text, "%s%s", HOST_SCHEME, key);
    wr_array(endpoints, 1);
    wr_text(endpoints, slice_text(text));
    wr_text(texts, own->row.name);
    wr_text(texts, slice_text(""));
    wr_text(texts, slice_text(""));
}

static void encode_value(struct core *c, const struct own *own, struct buf *endpoints, struct buf *texts)
{
    size_t n = 0;
    for (const char *at = c->endpoints; *at; at += strcspn(at, " ,"), at += strspn(at, " ,"))
        n++;
    n = n < INVITE_ADDRESSES_MAX ? n : INVITE_ADDRESSES_MAX;
    wr_array(endpoints, n);
    const char *at = c->endpoints;
    for (size_t i = 0; i < n; i++) {
        size_t len = strcspn(at, " ,");
        wr_text(endpoints, slice_of(at, len));
        at += len + strspn(at + len, " ,");
    }
    wr_text(texts, own->row.name);
    wr_text(texts, slice_text(c->url));
    wr_text(texts, slice_text(c->contact));
}

static err_t write_value(struct core *c, struct own *own, struct announcement *before, struct slice body)
{
    struct op op = {.info = kind_info(OP_SITE_ANNOUNCE),
                    .entity = slice_of(own->key.pub, SITE_BYTES),
                    .dots = before->dots,
                    .dots_n = before->dots_n};
    dots_sort(before->dots, before->dots_n);
    return own_write_alone(c, own, &op, body, NULL);
}

static bool list_is(const struct announcement *a, struct slice endpoints, struct slice texts)
{
    struct buf e, t;
    buf_init(&e, LIMIT_BODY_BYTES);
    buf_init(&t, LIMIT_BODY_BYTES);
    wr_array(&e, a->endpoints_n);
    for (size_t i = 0; i < a->endpoints_n; i++)
        wr_text(&e, a->endpoints[i]);
    wr_text(&t, a->name);
    wr_text(&t, a->url);
    wr_text(&t, a->contact);
    bool same = slice_equal(buf_slice(&e), endpoints) && slice_equal(buf_slice(&t), texts);
    buf_fini(&e);
    buf_fini(&t);
    return same;
}

err_t announce_write(struct core *c, struct own *own)
{
    struct announcement before = {0};
    struct arena arena = {0};
    struct buf endpoints, texts, body;
    buf_init(&endpoints, LIMIT_BODY_BYTES);
    buf_init(&texts, LIMIT_BODY_BYTES);
    buf_init(&body, LIMIT_BODY_BYTES);
    (own == core_own(c) ? encode_value : encode_hosted)(c, own, &endpoints, &texts);
    err_t e = announce_read(c, own->key.pub, &arena, &before);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && !list_is(&before, buf_slice(&endpoints), buf_slice(&texts)))) {
        wr_array(&body, 4);
        wr_raw(&body, buf_slice(&endpoints));
        buf_add(&body, buf_slice(&texts)); /* three values one after the other */
        e = body.err ? body.err : write_value(c, own, &before, buf_slice(&body));
    }
    buf_fini(&endpoints);
    buf_fini(&texts);
    buf_fini(&body);
    arena_fini(&arena);
    return e;
}
