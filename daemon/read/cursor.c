#include "daemon/read/cursor.h"
#include "daemon/read/say.h"
#include "protocol/base/base32.h"
#include <stdlib.h>

#define VERSION     1
#define SUM_BYTES   7
#define HEAD_BYTES  (1 + SUM_BYTES)
#define PLACE_BYTES 40 /* at most */
#define TEXT_MAX    BASE32_LEN(HEAD_BYTES + PLACE_BYTES)

err_t cursor_question(const struct read *r, char **out)
{
    static const char *const passed[] = {"cursor", "limit", "site"};
    json_t *args = json_is_object(r->args) ? json_copy((json_t *)(uintptr_t)r->args) : json_object();
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        json_object_del(args, passed[i]);
    *out = args ? json_dumps(args, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(args);
    return *out ? ERR_OK : ERR_MEMORY;
}

static err_t sum_of(const struct read *r, const char *list, struct slice place, uint8_t out[SUM_BYTES])
{
    static const uint8_t version = VERSION;
    uint8_t hash[16];
    char *asked = NULL;
    err_t e = cursor_question(r, &asked);
    if (e)
        return e;
    struct slice parts[] = {slice_of(&version, 1), slice_of(r->authority->alliance, ALLIANCE_BYTES),
                            slice_of(list, strlen(list) + 1), slice_of(asked, strlen(asked) + 1), place};
    hash128(hash, parts, sizeof parts / sizeof *parts);
    memcpy(out, hash, SUM_BYTES);
    free(asked);
    return ERR_OK;
}

err_t cursor_read(struct read *r, const char *list, size_t bytes, struct slice *place)
{
    const char *text = read_text(r, "cursor");
    uint8_t sum[SUM_BYTES], *all = arena_alloc(&r->arena, 1, HEAD_BYTES + bytes);
    *place = slice_text("");
    if (!*text)
        return ERR_OK;
    if (!all)
        return ERR_MEMORY;
    struct slice found = slice_of(all + HEAD_BYTES, bytes);
    if (base32_decode(slice_text(text), all, HEAD_BYTES + bytes) || all[0] != VERSION)
        return why_set(&r->why, ERR_CURSOR, "%.100s", text);
    err_t e = sum_of(r, list, found, sum);
    if (!e && memcmp(sum, all + 1, SUM_BYTES) != 0)
        e = why_set(&r->why, ERR_CURSOR, "%.100s", text);
    if (!e)
        *place = found;
    return e;
}

err_t cursor_put(struct read *r, const char *list, struct slice place)
{
    uint8_t all[HEAD_BYTES + PLACE_BYTES] = {VERSION};
    char text[TEXT_MAX + 1];
    err_t e = place.len ? sum_of(r, list, place, all + 1) : ERR_OK;
    if (e)
        return e;
    if (place.len)
        memcpy(all + HEAD_BYTES, place.at, place.len);
    base32_encode(slice_of(all, HEAD_BYTES + place.len), text);
    say_put(r->result, "next", place.len ? json_string(text) : json_null());
    return ERR_OK;
}
