/*
 * Any first line and any headers: path, query, routes, names and ranges are read inside their bytes, and what is decoded is UTF-8 without control characters.
 */
#include "daemon/http/accept.h"
#include "daemon/http/framing.h"
#include "daemon/http/gate.h"
#include "daemon/http/route.h"
#include "daemon/http/uri.h"
#include "protocol/base/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* clang-format off */
static const struct route rows[] = {
    {.method = "GET", .path = "/r/{id}",                .suffixes = ".json .jsonld"},
    {.method = "GET", .path = "/r/{id}/history",        .suffixes = ""             },
    {.method = "PUT", .path = "/by/{a}/{source...}",    .suffixes = ""             },
    {.method = "GET", .path = "/f/{name}/{page}.atom",  .suffixes = ""             },
};
/* clang-format on */

static void is_clean(const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            abort();
    if (!utf8_valid(slice_text(text)))
        abort();
}

static void take_line(char *line)
{
    static const struct routes all = {rows, sizeof rows / sizeof *rows};
    struct arena arena = {0};
    struct uri u;
    struct route_found f;
    struct uri_query q;
    struct why why;
    char allow[64];
    if (uri_split(line, &arena, &u) == ERR_OK) {
        if (route_find(&all, "GET", u.path, &arena, &f, allow) == ERR_OK)
            for (size_t i = 0; i < f.n; i++)
                is_clean(f.parts[i].value);
        if (uri_query_read(u.query, "*", &arena, &q, &why) == ERR_OK)
            for (size_t i = 0; i < q.n; i++) {
                is_clean(q.at[i].name);
                is_clean(q.at[i].value);
            }
    }
    arena_fini(&arena);
}

static void take_header(const char *value)
{
    static const char *const types[] = {"application/json", "text/html; charset=utf-8", NULL};
    struct framing framing = {.lengths = 0};
    struct gate g = {.names = {.len = 0}};
    int type = accept_type(value, types);
    if (type < -1 || type > 1)
        abort();
    (void)accept_language(value);
    (void)accept_matches(value, "\"v.b\"");
    framing_take(&framing, "Content-Length", value);
    framing_take(&framing, value, value);
    (void)framing_is_clear(&framing);
    if (gate_open(&g, &value, 1) == ERR_OK) {
        (void)gate_knows(&g, value);
        (void)gate_admits(&g, value, value, NULL);
    }
    gate_close(&g);
}

/* The first line is the target, the second one a header's value; each in a block of its own size. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    size_t first = end ? (size_t)(end - data) : size;
    char *line = strndup((const char *)data, first),
         *value = strndup(end ? (const char *)end + 1 : "", size - first - (end != NULL));
    if (line && value) {
        take_line(line);
        take_header(value);
    }
    free(line);
    free(value);
    return 0;
}
