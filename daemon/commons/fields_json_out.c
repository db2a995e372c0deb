/*
 * fields_json: one value to JSON (see fields_json.h): the same forms that fields_json_in reads, so that what is shown can be sent back.
 */
#include "daemon/commons/fields_json_value.h"
#include "protocol/base/base32.h"
#include "protocol/wire/rd.h"

static json_t *text(struct rd *r)
{
    if (rd_take_nil(r))
        return json_null();
    struct slice t = rd_text(r, SIZE_MAX);
    return json_stringn((const char *)t.at ? (const char *)t.at : "", t.len);
}

/* What another site's program let pass is still shown, as words that lead nowhere. */
static json_t *marked(bool unsafe, struct slice address)
{
    return json_sprintf("%s%.*s", unsafe ? "unsafe:" : "", (int)address.len,
                        address.at ? (const char *)address.at : "");
}

json_t *json_out_address(struct slice address)
{
    return marked(!uri_web(address), address);
}

static json_t *web_address(struct rd *r)
{
    return rd_take_nil(r) ? json_null() : json_out_address(rd_text(r, SIZE_MAX));
}

/* Sets keys out of an array of texts; a nil is left out. */
static json_t *record(struct rd *r, const char *const *keys, size_t n)
{
    json_t *out = json_object();
    rd_array(r, n, n);
    for (size_t i = 0; i < n; i++) {
        json_t *part = text(r);
        if (json_is_null(part))
            continue;
        if (json_object_set_new(out, keys[i], part) != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static json_t *list(struct rd *r, json_t *(*item)(struct rd *r))
{
    json_t *out = json_array();
    size_t n = rd_array(r, 0, SIZE_MAX);
    for (size_t i = 0; i < n && out; i++) {
        if (json_array_append_new(out, item(r)) != 0) {
            json_decref(out);
            out = NULL;
        }
    }
    return out;
}

static json_t *actor(struct rd *r)
{
    static const char *const keys[] = {"name", "role", "family", "contribution"};
    return record(r, keys, 4);
}

static json_t *episode(struct rd *r)
{
    static const char *const keys[] = {"date", "text"};
    return record(r, keys, 2);
}

static json_t *notation(struct rd *r)
{
    static const char *const keys[] = {"value", "datatype"};
    return record(r, keys, 2);
}

static json_t *id(struct rd *r)
{
    char out[BASE32_LEN(RECORD_BYTES) + 1];
    struct slice bytes = rd_bin(r, RECORD_BYTES, RECORD_BYTES);
    if (bytes.len != RECORD_BYTES)
        return json_null();
    base32_encode(bytes, out);
    return json_string(out);
}

/* True where it was set; takes the value in any case. */
static bool set(json_t *object, struct slice key, json_t *value)
{
    return json_object_setn_new(object, (const char *)key.at ? (const char *)key.at : "", key.len, value) == 0;
}

static json_t *image(struct rd *r)
{
    json_t *out = json_object(), *alt = json_object();
    rd_array(r, 3, 3);
    bool ok = out && alt && set(out, slice_text("url"), web_address(r));
    json_t *credit = text(r);
    if (ok && !json_is_null(credit))
        ok = set(out, slice_text("credit"), credit);
    size_t n = rd_map(r, SIZE_MAX);
    for (size_t i = 0; i < n && ok; i++) {
        struct slice lang = rd_text(r, SIZE_MAX);
        ok = set(alt, lang, text(r));
    }
    if (ok && n)
        ok = set(out, slice_text("alt"), json_incref(alt));
    json_decref(alt);
    if (ok)
        return out;
    json_decref(out);
    return NULL;
}

static json_t *texts(struct rd *r)
{
    return list(r, text);
}
static json_t *actors(struct rd *r)
{
    return list(r, actor);
}
static json_t *images(struct rd *r)
{
    return list(r, image);
}
static json_t *episodes(struct rd *r)
{
    return list(r, episode);
}
static json_t *notations(struct rd *r)
{
    return list(r, notation);
}
static json_t *ids(struct rd *r)
{
    return list(r, id);
}

static json_t *period(struct rd *r)
{
    static const char *const keys[] = {"start", "end"};
    return record(r, keys, 2);
}

static bool set_degrees(json_t *out, const char *key, struct rd *r)
{
    if (rd_take_nil(r))
        return true;
    return json_object_set_new(out, key, json_real((double)rd_int(r, -180000000, 180000000) / 1e6)) == 0;
}

static json_t *place(struct rd *r)
{
    json_t *out = json_object();
    rd_array(r, 4, 4);
    json_t *name = text(r), *country = text(r);
    bool ok = out && (json_is_null(name) || json_object_set(out, "name", name) == 0) &&
              (json_is_null(country) || json_object_set(out, "country", country) == 0) && set_degrees(out, "lat", r) &&
              set_degrees(out, "lon", r);
    json_decref(name);
    json_decref(country);
    if (ok)
        return out;
    json_decref(out);
    return NULL;
}

static json_t *amount(struct rd *r)
{
    rd_array(r, 2, 2);
    uint64_t n = rd_uint(r, INT64_MAX);
    json_t *note = text(r);
    return json_pack("{s:I, s:o}", "amount", (json_int_t)n, "note", note ? note : json_null());
}

static json_t *(*const decoders[])(struct rd *r) = {
    [FT_TEXT] = text,         [FT_TEXTS] = texts,         [FT_WORD] = text,     [FT_DATE] = text,
    [FT_PERIOD] = period,     [FT_PLACE] = place,         [FT_ACTORS] = actors, [FT_IMAGES] = images,
    [FT_EPISODES] = episodes, [FT_NOTATIONS] = notations, [FT_IDS] = ids,       [FT_AMOUNT] = amount,
};

json_t *field_to_json(const struct field_info *field, struct slice value)
{
    struct rd r;
    rd_init(&r, value);
    if (strcmp(field->name, "source_url") == 0)
        return web_address(&r);
    if (strcmp(field->name, "logo") == 0 && !value_is_nil(value)) {
        struct slice logo = rd_text(&r, SIZE_MAX);
        return marked(uri_runs(logo), logo);
    }
    return rd_take_nil(&r) ? json_null() : decoders[field->type](&r);
}
