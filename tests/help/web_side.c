#include "tests/help/web_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/core/found.h"

void web_side_open(struct web_side *s, uint64_t seed, size_t sites)
{
    char path[256];
    struct why why = {ERR_OK, ""};
    *s = (struct web_side){.w = world_alliance(seed, sites), .text = calloc(1, WEB_SIDE_TEXT)};
    snprintf(path, sizeof path, "%s/" DATABASE_NAME, s->w->sites[0].dir);
    assert_int_equal(reader_open(path, &s->reader, &why), ERR_OK);
    assert_non_null(s->text);
}

void web_side_close(struct web_side *s)
{
    atlas_close(&s->atlas);
    reader_close(s->reader);
    world_free(s->w);
    free(s->text);
}

int64_t web_side_now_s(const struct web_side *s)
{
    return (WORLD_START_MS + s->w->now) / 1000;
}

const char *web_side_keep(struct web_side *s, struct buf *out)
{
    assert_true(out->len < WEB_SIDE_TEXT);
    if (out->len)
        memcpy(s->text, out->at, out->len);
    s->text[out->len] = 0;
    buf_fini(out);
    return s->text;
}

size_t web_side_count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

void web_side_record(struct web_side *s, size_t at, json_t *record, char id[64])
{
    world_record_of(s->w, at, record, id);
}
