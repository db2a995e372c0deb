/*
 * fields_json_value: see fields_json_value.h. Sources are foreign: an empty text or list means the same as null, and an empty item of a list
 * is dropped, because exports write "" for "nothing"; what has a wrong form is refused with the field's name. A value is built in one buf by
 * its type's encoder; an encoder that appends nothing has found it empty.
 */
#include "daemon/commons/fields_json_value.h"
#include "protocol/base/base32.h"
#include "protocol/base/utf8.h"
#include "protocol/wire/wr.h"
#include <stdlib.h>

#define UDEG 1000000

void *json_in_grown(struct arena *a, void *old, size_t n, size_t size)
{
    if (n && (n < 8 || (n & (n - 1)) != 0))
        return old;
    void *room = arena_alloc(a, n ? 2 * n : 8, size);
    if (room && n)
        memcpy(room, old, n * size);
    return room;
}

err_t json_in_unknown(struct json_in *in, const char *outer, const char *key)
{
    struct buf name;
    struct slice kept;
    buf_init(&name, FIELDS_JSON_CAP);
    buf_printf(&name, "%s%s%s", outer ? outer : "", outer ? "." : "", key);
    buf_byte(&name, 0);
    err_t err = name.err ? name.err : arena_copy(in->arena, buf_slice(&name), &kept);
    buf_fini(&name);
    if (err != ERR_OK)
        return err;
    const char **room = json_in_grown(in->arena, in->out->unknown, in->out->unknown_n, sizeof *room);
    if (!room)
        return ERR_MEMORY;
    in->out->unknown = room;
    room[in->out->unknown_n++] = (const char *)kept.at;
    return ERR_OK;
}

/* ---- pieces of values ---- */

static bool blank(const json_t *v)
{
    const char *text = json_string_value(v);
    size_t n = json_string_length(v);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] > ' ' && text[i] != 0x7f)
            return false;
    }
    return true;
}

bool json_in_empty(const json_t *v)
{
    return !v || json_is_null(v) || (json_is_string(v) && blank(v));
}

err_t json_in_refuse(struct json_in *in, err_t err, const char *part)
{
    return why_set(in->why, err, "%s%s%s", in->name, part ? "." : "", part ? part : "");
}

/* Leaves the text in the scratch, as it is written. */
static err_t normalise(struct json_in *in, const json_t *v, const char *part)
{
    if (!json_is_string(v))
        return json_in_refuse(in, ERR_FIELD_VALUE, part);
    buf_clear(&in->scratch);
    err_t err = utf8_plain(slice_of(json_string_value(v), json_string_length(v)), &in->scratch);
    if (err == ERR_TOO_LARGE)
        return json_in_refuse(in, ERR_TEXT_LONG, part);
    return err == ERR_OK ? ERR_OK : json_in_refuse(in, err, part);
}

/* The value must be a text that is not empty. */
static err_t put_text(struct json_in *in, const json_t *v, const char *part, struct buf *b)
{
    err_t err = normalise(in, v, part);
    if (err != ERR_OK)
        return err;
    wr_text(b, buf_slice(&in->scratch));
    return b->err;
}

err_t json_in_text(struct json_in *in, const json_t *v, struct slice *out)
{
    err_t err = normalise(in, v, NULL);
    return err == ERR_OK ? arena_copy(in->arena, buf_slice(&in->scratch), out) : err;
}

static err_t put_text_or_nil(struct json_in *in, const json_t *v, const char *part, struct buf *b)
{
    if (!json_in_empty(v))
        return put_text(in, v, part, b);
    wr_nil(b);
    return b->err;
}

err_t json_in_foreign(struct json_in *in, const json_t *object, const char *const *known)
{
    for (void *it = json_object_iter((json_t *)(uintptr_t)object); it;
         it = json_object_iter_next((json_t *)(uintptr_t)object, it)) {
        const char *key = json_object_iter_key(it);
        size_t i = 0;
        while (known[i] && strcmp(known[i], key) != 0)
            i++;
        err_t err = known[i] ? ERR_OK : json_in_unknown(in, in->name, key);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

err_t json_in_lang(struct json_in *in, const char *text, size_t len, struct slice *out)
{
    uint8_t *lower = arena_alloc(in->arena, len + 1, 1);
    if (!lower)
        return ERR_MEMORY;
    for (size_t i = 0; i < len; i++)
        lower[i] = (uint8_t)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
    struct slice lang = slice_of(lower, len);
    if (len && !lang_valid(lang))
        return why_set(in->why, ERR_LANG, "%s@%.40s", in->name, text);
    *out = lang;
    return ERR_OK;
}

/* ---- lists: an item encoder appends one item, or nothing where it is empty ---- */

typedef err_t put_fn(struct json_in *in, const json_t *v, struct buf *b);

/* A single value stands for a list of one. */
static err_t put_list(struct json_in *in, const json_t *v, put_fn *item, struct buf *b)
{
    struct buf items;
    size_t n = 0, len = json_is_array(v) ? json_array_size(v) : 1;
    err_t err = ERR_OK;
    buf_init(&items, FIELDS_JSON_CAP);
    for (size_t i = 0; i < len && err == ERR_OK; i++) {
        const json_t *one = json_is_array(v) ? json_array_get(v, i) : v;
        size_t before = items.len;
        if (!json_in_empty(one))
            err = item(in, one, &items);
        n += items.len > before;
    }
    if (err == ERR_OK && n) {
        wr_array(b, n);
        buf_add(b, buf_slice(&items));
        err = b->err;
    }
    buf_fini(&items);
    return err;
}

static err_t item_text(struct json_in *in, const json_t *v, struct buf *b)
{
    return put_text(in, v, NULL, b);
}

static bool all_empty(const json_t *object, const char *const *keys)
{
    for (size_t i = 0; keys[i]; i++) {
        if (!json_in_empty(json_object_get(object, keys[i])))
            return false;
    }
    return true;
}

/* An array of texts taken out of an object's keys; the first `needed` must not be empty. A bare text is the first of them. */
static err_t put_record(struct json_in *in, const json_t *v, const char *const *keys, size_t needed, struct buf *b)
{
    size_t n = 0;
    while (keys[n])
        n++;
    bool bare = json_is_string(v);
    if (!bare && !json_is_object(v))
        return json_in_refuse(in, ERR_FIELD_VALUE, NULL);
    err_t err = bare ? ERR_OK : json_in_foreign(in, v, keys);
    if (err != ERR_OK || (!bare && all_empty(v, keys)))
        return err;
    wr_array(b, n);
    for (size_t i = 0; i < n && err == ERR_OK; i++) {
        const json_t *part = !bare ? json_object_get(v, keys[i]) : i == 0 ? v : NULL;
        if (i < needed && json_in_empty(part))
            return json_in_refuse(in, ERR_TEXT_EMPTY, keys[i]);
        err = put_text_or_nil(in, part, keys[i], b);
    }
    return err;
}

static err_t item_actor(struct json_in *in, const json_t *v, struct buf *b)
{
    static const char *const keys[] = {"name", "role", "family", "contribution", NULL};
    return put_record(in, v, keys, 1, b);
}

static err_t item_episode(struct json_in *in, const json_t *v, struct buf *b)
{
    static const char *const keys[] = {"date", "text", NULL};
    return put_record(in, v, keys, 2, b);
}

static err_t item_notation(struct json_in *in, const json_t *v, struct buf *b)
{
    static const char *const keys[] = {"value", "datatype", NULL};
    return put_record(in, v, keys, 1, b);
}

static err_t item_id(struct json_in *in, const json_t *v, struct buf *b)
{
    uint8_t id[RECORD_BYTES];
    if (!json_is_string(v) ||
        base32_decode(slice_of(json_string_value(v), json_string_length(v)), id, sizeof id) != ERR_OK)
        return json_in_refuse(in, ERR_FIELD_VALUE, NULL);
    wr_bin(b, slice_of(id, sizeof id));
    return b->err;
}

/* ---- images: {url, credit, alt per language} ---- */

struct pair {
    struct slice key, value; /* encoded */
};

static int by_key(const void *a, const void *b)
{
    return slice_compare(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static err_t make_pair(struct json_in *in, struct slice lang, const json_t *text, struct pair *out)
{
    struct buf key, value;
    buf_init(&key, FIELDS_JSON_CAP);
    buf_init(&value, FIELDS_JSON_CAP);
    wr_text(&key, lang);
    err_t err = lang.len ? put_text(in, text, "alt", &value) : json_in_refuse(in, ERR_LANG, "alt");
    if (err == ERR_OK)
        err = key.err ? key.err : arena_copy(in->arena, buf_slice(&key), &out->key);
    if (err == ERR_OK)
        err = arena_copy(in->arena, buf_slice(&value), &out->value);
    buf_fini(&key);
    buf_fini(&value);
    return err;
}

static err_t collect_alt(struct json_in *in, const json_t *alt, struct pair *pairs, size_t *n)
{
    err_t err = ERR_OK;
    *n = 0;
    if (json_in_empty(alt))
        return ERR_OK;
    if (json_is_string(alt))
        return make_pair(in, in->lang, alt, &pairs[(*n)++]);
    if (!json_is_object(alt))
        return json_in_refuse(in, ERR_FIELD_VALUE, "alt");
    for (void *it = json_object_iter((json_t *)(uintptr_t)alt); it && err == ERR_OK;
         it = json_object_iter_next((json_t *)(uintptr_t)alt, it)) {
        struct slice lang;
        const char *key = json_object_iter_key(it);
        if (json_in_empty(json_object_iter_value(it)))
            continue;
        err = json_in_lang(in, key, strlen(key), &lang);
        if (err == ERR_OK)
            err = make_pair(in, lang, json_object_iter_value(it), &pairs[(*n)++]);
    }
    return err;
}

static err_t put_alt(struct json_in *in, const json_t *alt, struct buf *b)
{
    size_t n;
    struct pair *pairs = arena_alloc(in->arena, json_object_size(alt) + 1, sizeof *pairs);
    if (!pairs)
        return ERR_MEMORY;
    err_t err = collect_alt(in, alt, pairs, &n);
    if (err != ERR_OK)
        return err;
    qsort(pairs, n, sizeof *pairs, by_key);
    wr_map(b, n);
    for (size_t i = 0; i < n; i++) {
        if (i && by_key(&pairs[i - 1], &pairs[i]) == 0)
            return json_in_refuse(in, ERR_FIELD_VALUE, "alt");
        wr_raw(b, pairs[i].key);
        wr_raw(b, pairs[i].value);
    }
    return b->err;
}

static err_t item_image(struct json_in *in, const json_t *v, struct buf *b)
{
    static const char *const keys[] = {"url", "credit", "alt", NULL};
    bool bare = json_is_string(v);
    if (!bare && !json_is_object(v))
        return json_in_refuse(in, ERR_FIELD_VALUE, NULL);
    err_t err = bare ? ERR_OK : json_in_foreign(in, v, keys);
    if (err != ERR_OK || (!bare && all_empty(v, keys)))
        return err;
    const json_t *url = bare ? v : json_object_get(v, "url");
    if (json_in_empty(url))
        return json_in_refuse(in, ERR_TEXT_EMPTY, "url");
    wr_array(b, 3);
    err = put_text(in, url, "url", b);
    if (err == ERR_OK && !uri_web(buf_slice(&in->scratch)))
        err = json_in_refuse(in, ERR_WEB_ADDRESS, "url");
    if (err == ERR_OK)
        err = put_text_or_nil(in, json_object_get(v, "credit"), "credit", b);
    return err == ERR_OK ? put_alt(in, json_object_get(v, "alt"), b) : err;
}

/* ---- one encoder a type ---- */

static err_t put_one_text(struct json_in *in, const json_t *v, struct buf *b)
{
    return put_text(in, v, NULL, b);
}

static bool leads_well(const struct json_in *in, struct slice word)
{
    bool page = in->type == ENTITY_RECORD && strcmp(in->name, "source_url") == 0;
    bool name = in->type == ENTITY_CONCEPT && (strcmp(in->name, "uri") == 0 || strcmp(in->name, "logo") == 0);
    return page ? uri_web(word) : !name || !uri_runs(word);
}

/* Ids and other words are often numbers where they come from. */
static err_t put_word(struct json_in *in, const json_t *v, struct buf *b)
{
    char digits[24];
    if (!json_is_integer(v)) {
        err_t err = put_text(in, v, NULL, b);
        return err || leads_well(in, buf_slice(&in->scratch)) ? err : json_in_refuse(in, ERR_WEB_ADDRESS, NULL);
    }
    int n = snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    wr_text(b, slice_of(digits, (size_t)n));
    return b->err;
}

static err_t put_texts(struct json_in *in, const json_t *v, struct buf *b)
{
    return put_list(in, v, item_text, b);
}
static err_t put_actors(struct json_in *in, const json_t *v, struct buf *b)
{
    return put_list(in, v, item_actor, b);
}
static err_t put_images(struct json_in *in, const json_t *v, struct buf *b)
{
    return put_list(in, v, item_image, b);
}
static err_t put_episodes(struct json_in *in, const json_t *v, struct buf *b)
{
    return put_list(in, v, item_episode, b);
}
static err_t put_notations(struct json_in *in, const json_t *v, struct buf *b)
{
    return put_list(in, v, item_notation, b);
}
static err_t put_ids(struct json_in *in, const json_t *v, struct buf *b)
{
    return put_list(in, v, item_id, b);
}

static err_t put_period(struct json_in *in, const json_t *v, struct buf *b)
{
    static const char *const keys[] = {"start", "end", NULL};
    return json_is_object(v) ? put_record(in, v, keys, 0, b) : json_in_refuse(in, ERR_FIELD_VALUE, NULL);
}

/* Micro-degrees of a decimal written as text, by digits; false for any other text. */
static bool udeg_of_text(const char *text, int64_t *out)
{
    bool minus = *text == '-';
    int64_t v = 0, unit = UDEG;
    text += *text == '-' || *text == '+';
    if (*text < '0' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++) {
        v = v * 10 + (*text - '0') * (int64_t)UDEG;
        if (v > INT64_C(1000) * UDEG)
            return false;
    }
    if (*text == '.' || *text == ',')
        text++;
    for (; *text >= '0' && *text <= '9'; text++) {
        v += unit >= 10 ? (*text - '0') * (unit / 10) : unit == 1 && *text >= '5' ? 1 : 0;
        unit /= 10;
    }
    *out = minus ? -v : v;
    return *text == 0;
}

/* Only an author's site does this: replicas see the integer. */
static bool udeg_of(const json_t *v, int64_t max_degrees, int64_t *out)
{
    if (json_is_string(v)) {
        if (!udeg_of_text(json_string_value(v), out))
            return false;
    } else if (json_is_number(v)) {
        double degrees = json_number_value(v);
        if (!(degrees >= -360 && degrees <= 360))
            return false;
        *out = (int64_t)(degrees * UDEG + (degrees < 0 ? -0.5 : 0.5));
    } else {
        return false;
    }
    return *out >= -max_degrees * UDEG && *out <= max_degrees * UDEG;
}

static err_t put_degrees(struct json_in *in, const json_t *v, const char *part, int64_t max_degrees, struct buf *b)
{
    int64_t udeg;
    if (json_in_empty(v)) {
        wr_nil(b);
        return b->err;
    }
    if (!udeg_of(v, max_degrees, &udeg))
        return json_in_refuse(in, ERR_FIELD_VALUE, part);
    wr_int(b, udeg);
    return b->err;
}

static err_t put_country(struct json_in *in, const json_t *v, struct buf *b)
{
    const char *text = json_string_value(v);
    char code[2];
    if (json_in_empty(v)) {
        wr_nil(b);
        return b->err;
    }
    if (!text || json_string_length(v) != 2)
        return json_in_refuse(in, ERR_FIELD_VALUE, "country");
    for (size_t i = 0; i < 2; i++) {
        code[i] = (char)(text[i] & ~0x20);
        if (code[i] < 'A' || code[i] > 'Z')
            return json_in_refuse(in, ERR_FIELD_VALUE, "country");
    }
    wr_text(b, slice_of(code, 2));
    return b->err;
}

static err_t put_place(struct json_in *in, const json_t *v, struct buf *b)
{
    static const char *const keys[] = {"name", "country", "lat", "lon", NULL};
    if (!json_is_object(v))
        return json_in_refuse(in, ERR_FIELD_VALUE, NULL);
    err_t err = json_in_foreign(in, v, keys);
    if (err != ERR_OK || all_empty(v, keys))
        return err;
    const json_t *lat = json_object_get(v, "lat"), *lon = json_object_get(v, "lon");
    if (json_in_empty(lat) != json_in_empty(lon)) /* one alone names no place */
        return json_in_refuse(in, ERR_FIELD_VALUE, json_in_empty(lat) ? "lat" : "lon");
    wr_array(b, 4);
    err = put_text_or_nil(in, json_object_get(v, "name"), "name", b);
    if (err == ERR_OK)
        err = put_country(in, json_object_get(v, "country"), b);
    if (err == ERR_OK)
        err = put_degrees(in, lat, "lat", 90, b);
    return err == ERR_OK ? put_degrees(in, lon, "lon", 180, b) : err;
}

static err_t put_amount(struct json_in *in, const json_t *v, struct buf *b)
{
    static const char *const known[] = {"amount", "note", NULL};
    const json_t *n = json_object_get(v, "amount");
    err_t err = json_is_object(v) ? json_in_foreign(in, v, known) : json_in_refuse(in, ERR_FIELD_VALUE, NULL);
    if (err == ERR_OK && (!json_is_integer(n) || json_integer_value(n) < 0))
        err = json_in_refuse(in, ERR_FIELD_VALUE, "amount");
    if (err != ERR_OK)
        return err;
    wr_array(b, 2);
    wr_uint(b, (uint64_t)json_integer_value(n));
    err = put_text_or_nil(in, json_object_get(v, "note"), "note", b);
    if (err == ERR_OK && in->scratch.len > MEANS_NOTE_MAX_BYTES && !json_in_empty(json_object_get(v, "note")))
        err = json_in_refuse(in, ERR_TEXT_LONG, "note");
    return err;
}

static put_fn *const encoders[] = {
    [FT_TEXT] = put_one_text,     [FT_TEXTS] = put_texts,         [FT_WORD] = put_word,     [FT_DATE] = put_one_text,
    [FT_PERIOD] = put_period,     [FT_PLACE] = put_place,         [FT_ACTORS] = put_actors, [FT_IMAGES] = put_images,
    [FT_EPISODES] = put_episodes, [FT_NOTATIONS] = put_notations, [FT_IDS] = put_ids,       [FT_AMOUNT] = put_amount,
};

err_t json_in_value(struct json_in *in, enum field_type type, const json_t *v, struct buf *b)
{
    return json_in_empty(v) ? ERR_OK : encoders[type](in, v, b);
}
