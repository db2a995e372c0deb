#include "daemon/web/atom_serve.h"
#include "daemon/http/answer.h"
#include "daemon/web/atom.h"
#include "daemon/web/web.h"
#include "protocol/base/base32.h"
#include <stdlib.h>

/* Of the bytes: what an entry shows comes from many places. */
static bool is_known(struct http_request *q, struct slice body)
{
    uint8_t hash[16];
    char tag[BASE32_LEN(sizeof hash) + 3];
    hash128(hash, &body, 1);
    tag[0] = '"';
    base32_encode(slice_of(hash, sizeof hash), tag + 1);
    memcpy(tag + sizeof tag - 2, "\"", 2);
    return answer_etag(q, tag);
}

/* 0: it has none; -1: no number that could be one. */
static int64_t page_of(const struct http_request *q)
{
    const char *text = request_part(q, "page");
    char *end = NULL;
    if (!*text)
        return 0;
    long long page = *text >= '1' && *text <= '9' && strlen(text) < 16 ? strtoll(text, &end, 10) : -1;
    return page > 0 && !*end ? page : -1;
}

void atom_serve(struct http_request *q)
{
    struct web *w = web_of(q);
    struct read read;
    struct buf out;
    if (!web_begin(q, NULL, &read))
        return;
    struct atom a = {&read, &w->atlas, request_base(q), request_part(q, "name"), page_of(q)};
    buf_init(&out, ATOM_BYTES_MAX);
    err_t e = atom_write(&a, &out);
    if (e) {
        answer_error(q, e == ERR_NOT_FOUND ? ERR_HTTP_PATH : e, NULL);
    } else {
        answer_cache(q, "no-cache");
        if (!is_known(q, buf_slice(&out)))
            answer_taken(q, 200, "application/atom+xml; charset=utf-8", &out);
    }
    buf_fini(&out);
    web_end(q, &read);
}
