/* Values written by hand; see op_notation.h. */
#include "tests/help/op_notation.h"

#include "protocol/wire/wr.h"

#include <stdio.h>
#include <stdlib.h>

static void stop(const char *what, const char *where)
{
    fprintf(stderr, "notation: %s: %s\n", what, where);
    abort();
}

static int nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void hex_append(const char *hex, struct buf *out)
{
    for (; *hex; hex += 2) {
        int high = nibble(hex[0]), low = high < 0 ? -1 : nibble(hex[1]);
        if (low < 0)
            stop("not hex", hex);
        buf_byte(out, (uint8_t)(high << 4 | low));
    }
}

void hex_read(const json_t *hex, struct buf *out)
{
    const char *text = json_string_value(hex);
    buf_clear(out);
    if (!text)
        stop("a hex string was expected", "vectors");
    hex_append(text, out);
}

json_t *hex_of(struct slice bytes)
{
    char *text = malloc(2 * bytes.len + 1);
    if (!text)
        abort();
    for (size_t i = 0; i < bytes.len; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes.at[i]);
    text[2 * bytes.len] = 0;
    json_t *json = json_string(text);
    free(text);
    return json;
}

/* "aa*24" and "a*2000": the unit, so many times; without "*", once. */
static void put_repeated(struct buf *out, const char *text, bool hex)
{
    struct buf unit;
    const char *star = strchr(text, '*');
    size_t times = star ? strtoul(star + 1, NULL, 10) : 1;
    char part[512] = {0};
    size_t len = star ? (size_t)(star - text) : strlen(text);
    if (len >= sizeof part)
        stop("too long", text);
    memcpy(part, text, len);
    buf_init(&unit, sizeof part);
    if (hex)
        hex_append(part, &unit);
    else
        buf_append(&unit, part, len);
    for (size_t i = 0; i < times; i++)
        buf_add(out, buf_slice(&unit));
    buf_fini(&unit);
}

static void put_string(struct buf *out, const char *text)
{
    struct buf content;
    bool bin = strncmp(text, "x:", 2) == 0, repeated = bin || strncmp(text, "t:", 2) == 0;
    if (!repeated) {
        wr_text(out, slice_text(text));
        return;
    }
    buf_init(&content, 1u << 20);
    put_repeated(&content, text + 2, bin);
    if (bin)
        wr_bin(out, buf_slice(&content));
    else
        wr_text(out, buf_slice(&content));
    buf_fini(&content);
}

static void put(struct buf *out, json_t *v);

static void put_map(struct buf *out, json_t *v)
{
    const char *key;
    json_t *item;
    wr_map(out, json_object_size(v));
    json_object_foreach(v, key, item)
    {
        if (key[0] >= '0' && key[0] <= '9')
            wr_uint(out, strtoull(key, NULL, 10));
        else
            wr_text(out, slice_text(key));
        put(out, item);
    }
}

static void put(struct buf *out, json_t *v)
{
    size_t i;
    if (json_is_null(v))
        wr_nil(out);
    else if (json_is_boolean(v))
        wr_bool(out, json_is_true(v));
    else if (json_is_integer(v))
        wr_int(out, json_integer_value(v));
    else if (json_is_string(v))
        put_string(out, json_string_value(v));
    else if (json_is_object(v))
        put_map(out, v);
    else if (json_is_array(v)) {
        wr_array(out, json_array_size(v));
        for (i = 0; i < json_array_size(v); i++)
            put(out, json_array_get(v, i));
    } else
        stop("no form for a value", "a real number");
}

void notation(struct buf *out, const char *text)
{
    char *json = strdup(text);
    if (!json)
        abort();
    for (char *c = json; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_t *v = json_loads(json, JSON_DECODE_ANY, NULL);
    if (!v)
        stop("not the notation", text);
    put(out, v);
    json_decref(v);
    free(json);
}

json_t *vectors_load_version(const char *name, int version)
{
    char path[256];
    snprintf(path, sizeof path, "tests/vectors/%s", name);
    json_t *file = json_load_file(path, 0, NULL);
    if (!file || json_integer_value(json_object_get(file, "version")) != version)
        stop("no vectors of the wanted version", path);
    return file;
}

json_t *vectors_load(const char *name)
{
    return vectors_load_version(name, 1);
}
