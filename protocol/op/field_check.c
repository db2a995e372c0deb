/*
 * field_check: the form of one value, by its field's type; a few words have a form of their own (PROTOCOL.md §6). An empty value is
 * nil, and only nil: lists have at least one item and texts at least one byte, so that "nothing" has one encoding.
 */
#include "protocol/op/op.h"

#include "protocol/wire/rd.h"
#include <strings.h>

#define UDEG_LAT_MAX 90000000
#define UDEG_LON_MAX 180000000

static void some_text(struct rd *r)
{
    struct slice text = rd_text(r, SIZE_MAX);
    if (r->err == ERR_OK && text.len == 0)
        rd_fail(r, ERR_TEXT_EMPTY);
}

/* nil, or a text that says something. True where it was a text. */
static bool text_or_nil(struct rd *r)
{
    if (rd_take_nil(r))
        return false;
    some_text(r);
    return true;
}

static void require(struct rd *r, bool holds)
{
    if (!holds)
        rd_fail(r, ERR_FIELD_VALUE);
}

static void date(struct rd *r)
{
    struct slice text = rd_text(r, SIZE_MAX);
    require(r, date_valid(text));
}

static bool date_or_nil(struct rd *r)
{
    if (rd_take_nil(r))
        return false;
    date(r);
    return true;
}

bool uri_valid(struct slice uri)
{
    size_t colon = 0;
    for (size_t i = 0; i < uri.len; i++) {
        uint8_t c = uri.at[i];
        if (c <= 0x20 || c == 0x7f)
            return false;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
        if (colon == 0 && c == ':')
            colon = i;
        if (colon == 0 && !(letter || (i > 0 && later)))
            return false;
    }
    return colon > 0 && colon + 1 < uri.len;
}

static bool begins(struct slice uri, const char *const *schemes)
{
    for (; *schemes; schemes++)
        if (uri.len > strlen(*schemes) && strncasecmp((const char *)uri.at, *schemes, strlen(*schemes)) == 0)
            return true;
    return false;
}

bool uri_web(struct slice uri)
{
    static const char *const schemes[] = {"http://", "https://", NULL};
    return begins(uri, schemes) && uri_valid(uri);
}

bool uri_runs(struct slice uri)
{
    static const char *const schemes[] = {"javascript:", "vbscript:", "data:", NULL};
    return begins(uri, schemes);
}

static void read_items(struct rd *r, void (*item)(struct rd *r))
{
    size_t n = rd_array(r, 1, SIZE_MAX);
    for (size_t i = 0; i < n && r->err == ERR_OK; i++)
        item(r);
}

static void read_texts(struct rd *r)
{
    read_items(r, some_text);
}

static void read_period(struct rd *r)
{
    rd_array(r, 2, 2);
    bool start = date_or_nil(r);
    bool end = date_or_nil(r);
    require(r, start || end);
}

static bool degrees_or_nil(struct rd *r, int64_t max)
{
    if (rd_take_nil(r))
        return false;
    rd_int(r, -max, max);
    return true;
}

static bool country_or_nil(struct rd *r)
{
    if (rd_take_nil(r))
        return false;
    struct slice code = rd_text(r, SIZE_MAX);
    require(r, code.len == 2 && code.at[0] >= 'A' && code.at[0] <= 'Z' && code.at[1] >= 'A' && code.at[1] <= 'Z');
    return true;
}

static void read_place(struct rd *r)
{
    rd_array(r, 4, 4);
    bool name = text_or_nil(r);
    bool country = country_or_nil(r);
    bool lat = degrees_or_nil(r, UDEG_LAT_MAX);
    bool lon = degrees_or_nil(r, UDEG_LON_MAX);
    require(r, lat == lon && (name || country || lat));
}

static void read_actor(struct rd *r)
{
    rd_array(r, 4, 4);
    some_text(r);
    text_or_nil(r);
    text_or_nil(r);
    text_or_nil(r);
}

static void read_actors(struct rd *r)
{
    read_items(r, read_actor);
}

static void read_image(struct rd *r)
{
    rd_array(r, 3, 3);
    some_text(r);
    text_or_nil(r);
    size_t n = rd_map(r, SIZE_MAX);
    for (size_t i = 0; i < n && r->err == ERR_OK; i++) {
        struct slice lang = rd_text(r, SIZE_MAX);
        if (r->err == ERR_OK && !lang_valid(lang))
            rd_fail(r, ERR_LANG);
        some_text(r);
    }
}

static void read_images(struct rd *r)
{
    read_items(r, read_image);
}

static void read_episode(struct rd *r)
{
    rd_array(r, 2, 2);
    date(r);
    some_text(r);
}

static void read_episodes(struct rd *r)
{
    read_items(r, read_episode);
}

static void read_notation(struct rd *r)
{
    rd_array(r, 2, 2);
    some_text(r);
    if (rd_take_nil(r))
        return;
    struct slice datatype = rd_text(r, SIZE_MAX);
    require(r, uri_valid(datatype));
}

static void read_notations(struct rd *r)
{
    read_items(r, read_notation);
}

static void read_id(struct rd *r)
{
    rd_bin(r, RECORD_BYTES, RECORD_BYTES);
}

static void read_ids(struct rd *r)
{
    read_items(r, read_id);
}

static void read_amount(struct rd *r)
{
    rd_array(r, 2, 2);
    rd_uint(r, INT64_MAX);
    if (rd_take_nil(r))
        return;
    struct slice note = rd_text(r, SIZE_MAX);
    if (r->err == ERR_OK && (note.len == 0 || note.len > MEANS_NOTE_MAX_BYTES))
        rd_fail(r, note.len ? ERR_TEXT_LONG : ERR_TEXT_EMPTY);
}

static void (*const readers[])(struct rd *r) = {
    [FT_TEXT] = some_text,         [FT_TEXTS] = read_texts,
    [FT_WORD] = some_text,         [FT_DATE] = date,
    [FT_PERIOD] = read_period,     [FT_PLACE] = read_place,
    [FT_ACTORS] = read_actors,     [FT_IMAGES] = read_images,
    [FT_EPISODES] = read_episodes, [FT_NOTATIONS] = read_notations,
    [FT_IDS] = read_ids,           [FT_AMOUNT] = read_amount,
};

/* ---- words with a form of their own ---- */

static bool one_of(struct slice word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(word, slice_text(words[i])))
            return true;
    return false;
}

#define X(word) word,
bool record_type_valid(struct slice word)
{
    static const char *const types[] = {RECORD_TYPES(X)};
    return one_of(word, types, sizeof types / sizeof *types);
}

static bool concept_kind_valid(struct slice word)
{
    static const char *const kinds[] = {CONCEPT_KINDS(X)};
    return one_of(word, kinds, sizeof kinds / sizeof *kinds);
}
#undef X

static const struct word_form {
    enum entity_type of;
    unsigned number;
    bool (*valid)(struct slice word);
    err_t err;
} word_forms[] = {
    {ENTITY_RECORD,  R_TYPE, record_type_valid,  ERR_RECORD_TYPE},
    {ENTITY_CONCEPT, C_KIND, concept_kind_valid, ERR_FIELD_VALUE},
    {ENTITY_CONCEPT, C_URI,  uri_valid,          ERR_FIELD_VALUE},
};

static err_t check_word(enum entity_type of, const struct field_info *field, struct slice value)
{
    for (size_t i = 0; i < sizeof word_forms / sizeof *word_forms; i++) {
        const struct word_form *form = &word_forms[i];
        if (form->of != of || form->number != field->number)
            continue;
        struct rd r;
        rd_init(&r, value);
        if (!form->valid(rd_text(&r, SIZE_MAX)))
            return form->err;
    }
    return ERR_OK;
}

/* What went wrong with a reader's types and counts is, seen from a field, one thing: not its form. */
static err_t as_field_error(err_t e)
{
    return e == ERR_OK || e == ERR_TEXT_EMPTY || e == ERR_TEXT_LONG || e == ERR_LANG ? e : ERR_FIELD_VALUE;
}

err_t field_check(enum entity_type of, const struct field_info *field, struct slice value)
{
    if (value.len > field->max_bytes)
        return ERR_TEXT_LONG;
    struct rd r;
    rd_init(&r, value);
    readers[field->type](&r);
    err_t e = as_field_error(rd_end(&r));
    return e ? e : check_word(of, field, value);
}
