/*
 * fields_json: links of records, JSON <-> encoded (see fields_json.h). A target says by its form what it is: a whole id of a record, a URL, or, for
 * the caller to find, the beginning of an id. Feeds have `links` of their own, mostly bare addresses: what says no relation is not turned
 * into one.
 */
#include "daemon/commons/fields_json_value.h"
#include "protocol/base/base32.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"

#define URL_MAX_BYTES 2048

/* ---- in ---- */

static err_t put_hash(struct json_in *in, const json_t *v, struct buf *b)
{
    uint8_t hash[HASH_BYTES];
    if (json_in_empty(v)) {
        wr_nil(b);
        return b->err;
    }
    if (!json_is_string(v) ||
        base32_decode(slice_of(json_string_value(v), json_string_length(v)), hash, sizeof hash) != ERR_OK)
        return json_in_refuse(in, ERR_FIELD_VALUE, "hash");
    wr_bin(b, slice_of(hash, sizeof hash));
    return b->err;
}

static err_t read_url(struct json_in *in, const json_t *hash, struct link_write *w)
{
    uint8_t target[CONCEPT_BYTES];
    struct buf b;
    if (w->target_text.len > URL_MAX_BYTES)
        return why_set(in->why, ERR_TEXT_LONG, "links.target %zu > %d", w->target_text.len, URL_MAX_BYTES);
    hash128(target, &w->target_text, 1);
    buf_init(&b, FIELDS_JSON_CAP);
    wr_array(&b, 2);
    wr_text(&b, w->target_text);
    err_t err = put_hash(in, hash, &b);
    if (err == ERR_OK)
        err = arena_copy(in->arena, buf_slice(&b), &w->value);
    if (err == ERR_OK)
        err = arena_copy(in->arena, slice_of(target, sizeof target), &w->target);
    buf_fini(&b);
    return err;
}

static err_t read_target(struct json_in *in, const json_t *v, struct link_write *w)
{
    uint8_t record[RECORD_BYTES];
    const json_t *hash = json_object_get(v, "hash");
    err_t err = json_in_text(in, json_object_get(v, "target"), &w->target_text);
    if (err != ERR_OK)
        return err;
    w->value = value_nil;
    if (uri_web(w->target_text))
        return read_url(in, hash, w);
    if (!json_in_empty(hash)) /* a record's changes are known */
        return json_in_refuse(in, ERR_FIELD_VALUE, "hash");
    if (base32_decode(w->target_text, record, sizeof record) != ERR_OK)
        return ERR_OK;
    return arena_copy(in->arena, slice_of(record, sizeof record), &w->target);
}

static err_t read_rel(struct json_in *in, const json_t *v, struct link_write *w)
{
    const json_t *rel = json_object_get(v, "rel");
    if (json_in_empty(rel))
        return json_in_refuse(in, ERR_TEXT_EMPTY, "rel");
    w->link = json_is_string(rel) ? link_by_name(json_string_value(rel)) : NULL;
    return w->link ? ERR_OK : json_in_refuse(in, ERR_RELATION, "rel");
}

static err_t read_link(struct json_in *in, const json_t *v)
{
    static const char *const keys[] = {"rel", "target", "hash", NULL};
    struct link_write w = {0};
    err_t err = json_in_foreign(in, v, keys);
    if (err == ERR_OK)
        err = read_rel(in, v, &w);
    if (err == ERR_OK)
        err = read_target(in, v, &w);
    if (err != ERR_OK)
        return err;
    struct link_write *room = json_in_grown(in->arena, in->out->links, in->out->links_n, sizeof *room);
    if (!room)
        return ERR_MEMORY;
    in->out->links = room;
    room[in->out->links_n++] = w;
    return ERR_OK;
}

err_t json_in_links(struct json_in *in, const json_t *v)
{
    size_t n = json_is_array(v) ? json_array_size(v) : 1;
    err_t err = ERR_OK;
    bool foreign = false;
    for (size_t i = 0; i < n && err == ERR_OK; i++) {
        const json_t *one = json_is_array(v) ? json_array_get(v, i) : v;
        if (!json_in_empty(json_object_get(one, "target")))
            err = read_link(in, one);
        else
            foreign |= !json_in_empty(one);
    }
    return err == ERR_OK && foreign ? json_in_unknown(in, NULL, "links") : err;
}

/* ---- out ---- */

static json_t *base32_json(struct slice bytes)
{
    char text[BASE32_LEN(HASH_BYTES) + 1];
    if (bytes.len > HASH_BYTES)
        return json_null();
    base32_encode(bytes, text);
    return json_string(text);
}

json_t *link_to_json(const struct relation_info *link, struct slice target, struct slice value)
{
    struct rd r;
    json_t *out = json_object(), *name = NULL;
    struct slice hash = {0};
    rd_init(&r, value);
    if (target.len == CONCEPT_BYTES && !rd_take_nil(&r)) {
        rd_array(&r, 2, 2);
        struct slice url = rd_text(&r, SIZE_MAX);
        if (!rd_take_nil(&r))
            hash = rd_bin(&r, HASH_BYTES, HASH_BYTES);
        name = json_out_address(url);
    } else {
        name = base32_json(target);
    }
    bool ok = json_object_set_new(out, "target", name) == 0 &&
              json_object_set_new(out, "rel", json_string(link->name)) == 0 &&
              (!hash.len || json_object_set_new(out, "hash", base32_json(hash)) == 0);
    if (ok)
        return out;
    json_decref(out);
    return NULL;
}
