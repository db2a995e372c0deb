#include "daemon/web/web_token.h"
#include "daemon/store/tokens.h"
#include "protocol/base/base32.h"
#include <time.h>

_Static_assert(sizeof((struct http_principal *)0)->id == TOKEN_ID_BYTES, "a principal is known by its token");

static struct wall now_wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (struct wall){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static void copy_text(char out[64], struct slice text)
{
    size_t n = text.len < 63 ? text.len : 63;
    memcpy(out, text.at, n);
    out[n] = 0;
}

static void take(const struct token *t, struct http_principal *out)
{
    static const struct {
        unsigned bit;
        enum http_scope scope;
    } scopes[] = {
        {TOKEN_RECORDS,  HTTP_RECORDS },
        {TOKEN_CONCEPTS, HTTP_CONCEPTS},
        {TOKEN_ADMIN,    HTTP_ADMIN   },
    };
    *out = (struct http_principal){.scopes = 0};
    memcpy(out->id, t->id, sizeof out->id);
    copy_text(out->name, t->name);
    copy_text(out->site, t->site);
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        if (t->scopes & scopes[i].bit)
            out->scopes |= 1u << scopes[i].scope;
}

static bool is_told(const struct web *w, const struct token *t, int64_t day)
{
    for (size_t i = 0; i < WEB_USED_MAX; i++)
        if (w->used[i].day == day && memcmp(w->used[i].id, t->id, sizeof t->id) == 0)
            return true;
    return t->used_day >= day;
}

static void tell_used(struct http_request *q, const struct token *t, int64_t day)
{
    struct web *w = web_of(q);
    char id[BASE32_LEN(TOKEN_ID_BYTES) + 1];
    if (is_told(w, t, day))
        return;
    memcpy(w->used[w->used_at].id, t->id, sizeof t->id);
    w->used[w->used_at].day = day;
    w->used_at = (w->used_at + 1) % WEB_USED_MAX;
    base32_encode(slice_of(t->id, sizeof t->id), id);
    tell_core(q, "token.used", json_pack("{s:s}", "id", id));
}

err_t web_token(struct http_request *q, const char *token, struct http_principal *out)
{
    struct web *w = web_of(q);
    struct why why;
    struct read read;
    struct token t;
    struct wall now = now_wall();
    err_t e = web_reader(w, &why);
    if (!e)
        e = reader_begin(w->reader, &read);
    if (e)
        return e;
    e = tokens_check(read.store, token, now, &read.arena, &t);
    if (!e) {
        take(&t, out);
        tell_used(q, &t, now.ms / CLOCK_DAY_MS);
    }
    reader_end(w->reader, &read);
    return e;
}
