#include "daemon/http/route.h"
#include "daemon/http/uri.h"
#include <stdio.h>

struct slice route_next_word(const char **at)
{
    *at += strspn(*at, " ");
    struct slice word = slice_of(*at, strcspn(*at, " "));
    *at += word.len;
    return word;
}

bool route_lists(const char *list, struct slice word)
{
    for (struct slice one = route_next_word(&list); one.len; one = route_next_word(&list))
        if (slice_equal(one, word))
            return true;
    return false;
}

/* The path without its suffix, where the row has that one. */
static struct slice cut_suffix(const struct route *r, struct slice path, const char **suffix)
{
    const char *list = r->suffixes;
    *suffix = "";
    for (struct slice one = route_next_word(&list); one.len; one = route_next_word(&list))
        if (path.len > one.len && slice_equal(slice_of(path.at + path.len - one.len, one.len), one)) {
            *suffix = (const char *)path.at + path.len - one.len;
            path.len -= one.len;
            break;
        }
    return path;
}

/* {name} takes up to what stands behind it in its segment; {name...} all the rest. The values are not decoded yet. */
static bool match(const char *pattern, struct slice path, struct slice *names, struct slice *values, size_t *n)
{
    const char *at = (const char *)path.at, *end = at + path.len;
    while (*pattern) {
        if (*pattern != '{') {
            if (at == end || *at++ != *pattern++)
                return false;
            continue;
        }
        size_t len = strcspn(pattern, "}");
        bool rest = len > 4 && memcmp(pattern + len - 3, "...", 3) == 0;
        const char *behind = pattern + len + 1, *stop = rest ? end : memchr(at, '/', (size_t)(end - at));
        stop = stop ? stop : end;
        size_t tail = rest ? 0 : strcspn(behind, "/"); /* what stands behind it, up to the segment's end */
        if ((size_t)(stop - at) <= tail || *n == ROUTE_PARTS_MAX)
            return false;
        stop -= tail;
        names[*n] = slice_of(pattern + 1, len - 1 - (rest ? 3 : 0));
        values[(*n)++] = slice_of(at, (size_t)(stop - at));
        at = stop;
        pattern = behind;
    }
    return at == end;
}

static err_t try_row(const struct route *r, const char *path, struct arena *arena, struct route_found *out, bool *fits)
{
    struct route_found f = {.route = r};
    struct slice names[ROUTE_PARTS_MAX], values[ROUTE_PARTS_MAX], bare = cut_suffix(r, slice_text(path), &f.suffix);
    *fits = match(r->path, bare, names, values, &f.n);
    if (!*fits && *f.suffix) { /* it is a part of the name */
        f.suffix = "";
        f.n = 0;
        *fits = match(r->path, slice_text(path), names, values, &f.n);
    }
    for (size_t i = 0; *fits && i < f.n; i++) {
        f.parts[i].name = names[i];
        err_t e = uri_decode(values[i], false, arena, &f.parts[i].value);
        if (e)
            return e;
    }
    if (*fits)
        *out = f;
    return ERR_OK;
}

static void allow_too(char allow[64], const struct route *r)
{
    const char *name = strcmp(r->method, "GET") ? r->method : "GET, HEAD";
    size_t n = strlen(allow);
    if (!strstr(allow, r->method))
        snprintf(allow + n, 64 - n, "%s%s", n ? ", " : "", name);
}

err_t route_find(const struct routes *all, const char *method, const char *path, struct arena *arena,
                 struct route_found *out, char allow[64])
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    allow[0] = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct route_found found = {.n = 0};
        bool fits = false;
        err_t e = try_row(&all->at[i], path, arena, &found, &fits);
        if (e)
            return e;
        if (fits && strcmp(all->at[i].method, wanted) == 0) {
            *out = found;
            return ERR_OK;
        }
        if (fits)
            allow_too(allow, &all->at[i]);
    }
    return allow[0] ? ERR_HTTP_METHOD : ERR_HTTP_PATH;
}
