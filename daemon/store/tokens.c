#include "daemon/store/tokens.h"

#include "daemon/store/query.h"
#include "protocol/base/base32.h"

#include <stdio.h>

#define PREFIX     "allied_"
#define PREFIX_LEN (sizeof PREFIX - 1)
#define DOMAIN     "allied/token/1"
_Static_assert(PREFIX_LEN + BASE32_LEN(TOKEN_BYTES) < TOKEN_TEXT_MAX, "room for the text form");

enum statement { PUT, LIST, DROP, DROP_SITE, USED, FIND, NAMED, STATEMENTS };
/* clang-format off */
#define COLUMNS "id, hash, name, site, scopes, created_ms, expires_ms, used_day"
static const char *const statements[STATEMENTS] = {
    [PUT]       = "INSERT INTO tokens (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [LIST]      = "SELECT " COLUMNS " FROM tokens ORDER BY site, name",
    [DROP]      = "DELETE FROM tokens WHERE site = ? AND name = ?",
    [DROP_SITE] = "DELETE FROM tokens WHERE site = ?",
    [USED]      = "UPDATE tokens SET used_day = max(used_day, ?2) WHERE id = ?1",
    [FIND]      = "SELECT " COLUMNS " FROM tokens WHERE id = ?",
    [NAMED]     = "SELECT 1 FROM tokens WHERE site = ? AND name = ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of tokens");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_TOKENS, which, statements[which]);
}

static void hash_of(const char *text, uint8_t out[HASH_BYTES])
{
    const struct slice parts[] = {slice_text(DOMAIN), slice_text(text)};
    hash256(out, parts, 2);
}

void token_make(const uint8_t random[TOKEN_BYTES], char text[TOKEN_TEXT_MAX], struct token *out)
{
    memcpy(text, PREFIX, PREFIX_LEN);
    base32_encode(slice_of(random, TOKEN_BYTES), text + PREFIX_LEN);
    memcpy(out->id, random, TOKEN_ID_BYTES);
    hash_of(text, out->hash);
}

static void read_row(struct query *q, struct arena *arena, struct token *t)
{
    query_get_fixed(q, t->id, sizeof t->id);
    query_get_fixed(q, t->hash, sizeof t->hash);
    t->name = query_get_copy(q, arena);
    t->site = query_get_copy(q, arena);
    t->scopes = (unsigned)query_get_uint(q);
    t->created_ms = query_get_int(q);
    t->expires_ms = query_get_int(q);
    t->used_day = query_get_int(q);
}

static err_t is_free(struct store *s, const struct token *t)
{
    struct query q;
    start(&q, s, NAMED);
    query_text(&q, t->site);
    query_text(&q, t->name);
    bool known = query_row(&q);
    err_t e = query_end(&q);
    return e ? e : known ? ERR_TOKEN_KNOWN : ERR_OK;
}

err_t tokens_put(struct store *s, const struct token *t)
{
    struct query q;
    err_t e = is_free(s, t);
    if (e)
        return e;
    start(&q, s, PUT);
    query_blob(&q, slice_of(t->id, sizeof t->id));
    query_blob(&q, slice_of(t->hash, sizeof t->hash));
    query_text(&q, t->name);
    query_text(&q, t->site);
    query_uint(&q, t->scopes);
    query_int(&q, t->created_ms);
    query_int(&q, t->expires_ms);
    query_int(&q, t->used_day);
    return query_run(&q);
}

err_t tokens_list(struct store *s, struct arena *arena, struct token **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct token)};
    start(&q, s, LIST);
    while (query_row(&q)) {
        struct token *t = query_list_add(&q, &list);
        if (!t)
            break;
        read_row(&q, arena, t);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t tokens_drop(struct store *s, struct slice site, struct slice name)
{
    struct query q;
    int changed = 0;
    start(&q, s, DROP);
    query_text(&q, site);
    query_text(&q, name);
    err_t e = query_run_changed(&q, &changed);
    return e ? e : changed ? ERR_OK : ERR_NOT_FOUND;
}

err_t tokens_drop_site(struct store *s, struct slice site)
{
    struct query q;
    start(&q, s, DROP_SITE);
    query_text(&q, site);
    return query_run(&q);
}

err_t tokens_used(struct store *s, const uint8_t id[TOKEN_ID_BYTES], int64_t day)
{
    struct query q;
    int changed = 0;
    start(&q, s, USED);
    query_blob(&q, slice_of(id, TOKEN_ID_BYTES));
    query_int(&q, day);
    err_t e = query_run_changed(&q, &changed);
    return e ? e : changed ? ERR_OK : ERR_NOT_FOUND;
}

err_t tokens_check(struct store *s, const char *text, struct wall now, struct arena *arena, struct token *out)
{
    uint8_t bytes[TOKEN_BYTES], hash[HASH_BYTES];
    struct token t = {.used_day = 0};
    struct query q;
    if (strlen(text) >= TOKEN_TEXT_MAX || strncmp(text, PREFIX, PREFIX_LEN) != 0 ||
        base32_decode(slice_text(text + PREFIX_LEN), bytes, sizeof bytes))
        return ERR_TOKEN_WRONG;
    hash_of(text, hash);
    start(&q, s, FIND);
    query_blob(&q, slice_of(bytes, TOKEN_ID_BYTES));
    if (query_row(&q)) /* else the zeros stay, which are nobody's hash */
        read_row(&q, arena, &t);
    err_t e = query_end(&q);
    bool same = hash_equal(hash, t.hash);
    sign_wipe(bytes, sizeof bytes);
    if (e || !same || (t.expires_ms && now.ms >= t.expires_ms))
        return e ? e : ERR_TOKEN_WRONG;
    *out = t;
    return ERR_OK;
}
