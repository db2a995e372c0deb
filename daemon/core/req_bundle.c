/*
 * req_bundle: a bundle's messages out of the replica and into it, one answer's worth at a time. The file is the command's; messages travel in base32.
 */
#include "daemon/core/carry.h"
#include "daemon/core/req.h"
#include "daemon/core/sync.h"
#include "protocol/base/base32.h"

#include <stdlib.h>

#define ANSWER_BYTES (2u * 1024 * 1024) /* of messages, as they are */
#define RUN_BYTES    (128u * 1024)      /* what damage to one byte of the file can cost */

/* ---- out ---- */

struct page {
    json_t *messages;
    size_t at, from; /* messages said, and those of them that an earlier answer had */
    size_t bytes;
    err_t err;
};

static json_t *in_base32(struct slice bytes)
{
    char *text = malloc(BASE32_LEN(bytes.len) + 1);
    if (!text)
        return NULL;
    base32_encode(bytes, text);
    json_t *out = json_stringn(text, BASE32_LEN(bytes.len));
    free(text);
    return out;
}

static void say_into(struct core *c, void *to, const struct msg *m)
{
    (void)c;
    struct page *page = to;
    struct buf bytes;
    if (page->at++ < page->from || page->bytes >= ANSWER_BYTES || page->err)
        return;
    buf_init(&bytes, LIMIT_MESSAGE_BYTES);
    page->err = msg_encode(m, &bytes);
    if (!page->err && json_array_append_new(page->messages, in_base32(buf_slice(&bytes))))
        page->err = ERR_MEMORY;
    page->bytes += bytes.len;
    buf_fini(&bytes);
}

err_t req_bundle_head(struct req *r)
{
    struct page page = {.messages = json_array(), .from = (size_t)read_number(&r->read, "from", 0)};
    err_t e = carry_head(r->core, &(struct outlet){say_into, &page});
    size_t next = page.from + json_array_size(page.messages);
    say_put(r->read.result, "messages", page.messages);
    say_put(r->read.result, "next", next < page.at ? json_integer((json_int_t)next) : json_null());
    return e ? e : page.err;
}

/* A log: "author" (its site) and "incarnation". */
static err_t read_log(struct req *r, struct log_id *log)
{
    char *end = NULL;
    const char *incarnation = read_text(&r->read, "incarnation");
    log->incarnation = strtoull(incarnation, &end, 10);
    if (!*incarnation || *end)
        return why_set(&r->read.why, ERR_USAGE, "incarnation %.60s", incarnation);
    err_t e = base32_decode(slice_text(read_text(&r->read, "author")), log->site, SITE_BYTES);
    return e ? why_set(&r->read.why, e, "author %.60s", read_text(&r->read, "author")) : ERR_OK;
}

err_t req_bundle_run(struct req *r)
{
    struct page page = {.messages = json_array()};
    struct log_id log;
    uint64_t next = (uint64_t)read_number(&r->read, "first", 1), first = next,
             last = (uint64_t)read_number(&r->read, "last", 0);
    err_t e = read_log(r, &log);
    if (!e && first && first <= last && page.messages)
        flow_say_run(r->core, &log, &next, last, RUN_BYTES, &(struct outlet){say_into, &page});
    say_put(r->read.result, "messages", page.messages);
    say_put(r->read.result, "commits", json_integer((json_int_t)(next - first)));
    return e ? e : page.err;
}

/* ---- in ---- */

static err_t read_message(struct req *r, struct buf *message)
{
    const json_t *text = json_object_get(r->read.args, "message");
    buf_init(message, LIMIT_MESSAGE_BYTES);
    err_t e = base32_decode_buf(slice_of((const uint8_t *)json_string_value(text), json_string_length(text)), message);
    return e ? e : message->len ? ERR_OK : why_set(&r->read.why, ERR_USAGE, "message");
}

static json_t *log_json(struct req *r, const struct log_id *log)
{
    const struct site *site = authority_site(&r->core->authority, log->site);
    const struct ally *ally = authority_ally_of(&r->core->authority, log->site);
    json_t *out = json_object();
    say_put(out, "site", say_id(slice_of(log->site, SITE_BYTES)));
    say_put(out, "site_name", site ? say_string(site->name) : json_null());
    say_ally(&r->core->authority, out, ally ? slice_of(ally->id, ALLY_BYTES) : slice_text(""));
    say_put(out, "incarnation", say_u64(log->incarnation));
    return out;
}

err_t req_bundle_take(struct req *r)
{
    struct buf message;
    struct carried got = {.why = ERR_OK};
    err_t e = read_message(r, &message);
    if (!e)
        e = carry_take(r->core, buf_slice(&message), &got);
    buf_fini(&message);
    say_put(r->read.result, "added", json_integer((json_int_t)got.added));
    say_put(r->read.result, "known", json_integer((json_int_t)got.known));
    if (got.refused) {
        json_t *refused = log_json(r, &got.log);
        say_put(refused, "seq", say_u64(got.seq));
        say_put(refused, "code", json_sprintf("ALLIED-%d", err_number(got.why)));
        say_put(refused, "name", json_string(err_name(got.why)));
        say_put(r->read.result, "refused", refused);
    }
    return e;
}

err_t req_bundle_lacks(struct req *r)
{
    struct buf message;
    struct lack *lacks = NULL;
    size_t n = 0;
    json_t *out = json_array();
    err_t e = read_message(r, &message);
    if (!e)
        e = carry_lacks(r->core, buf_slice(&message), &r->read.arena, &lacks, &n);
    buf_fini(&message);
    for (size_t i = 0; i < n && !e; i++) {
        json_t *one = log_json(r, &lacks[i].log);
        say_put(one, "first", say_u64(lacks[i].first));
        say_put(one, "last", say_u64(lacks[i].last));
        json_array_append_new(out, one);
    }
    say_put(r->read.result, "lacks", out);
    return e;
}
