/*
 * bench_harvest: what a whole OAI-PMH harvest of a site's directory costs, beside reading the same canonical bytes and nothing else.
 *   bench_harvest DIR  → {"records", "pages", "bytes", "s", "cpu_s", "raw_cpu_s", "page_us": [p50, most]}
 */
#include "daemon/core/found.h"
#include "daemon/read/reader.h"
#include "daemon/web/oai.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAGES_MAX 10000
#define BATCH     500

static int64_t now_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_harvest: %s\n", what);
    exit(1);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* One answer; `query` becomes that of the next one, or "". */
static void ask(struct reader *reader, struct atlas *atlas, char query[512], struct buf *out)
{
    struct read read;
    struct arena arena = {0};
    struct uri_query params;
    struct why why;
    if (uri_query_read(query, "**", &arena, &params, &why) || reader_begin(reader, &read))
        fail("no state to read");
    read.lang = "fr";
    struct oai o = {
        .read = &read, .atlas = atlas, .url = "http://a.example/oai", .page = OAI_PAGE, .now_s = (int64_t)time(NULL)};
    if (oai_answer(&o, &params, out))
        fail("no answer");
    reader_end(reader, &read);
    arena_fini(&arena);
    const char *at = strstr(buf_text(out), "<resumptionToken");
    const char *from = at ? strchr(at, '>') + 1 : "";
    size_t n = strcspn(from, "<");
    snprintf(query, 512, n ? "verb=ListRecords&resumptionToken=%.*s" : "", (int)n, from);
}

static void harvest(struct reader *reader, json_t *result)
{
    static int64_t took[PAGES_MAX];
    char query[512] = "verb=ListRecords&metadataPrefix=oai_dc";
    struct atlas atlas = {.known = false};
    struct buf out;
    int64_t begin = now_us(CLOCK_MONOTONIC), cpu = now_us(CLOCK_PROCESS_CPUTIME_ID), bytes = 0, records = 0;
    size_t pages = 0;
    buf_init(&out, OAI_BYTES_MAX);
    while (*query && pages < PAGES_MAX) {
        int64_t since = now_us(CLOCK_PROCESS_CPUTIME_ID);
        buf_clear(&out);
        ask(reader, &atlas, query, &out);
        took[pages++] = now_us(CLOCK_PROCESS_CPUTIME_ID) - since;
        bytes += (int64_t)out.len;
        for (const char *at = buf_text(&out); (at = strstr(at, "<datestamp>")); at++)
            records++;
    }
    buf_fini(&out);
    atlas_close(&atlas);
    json_object_set_new(result, "cpu_s", json_real((double)(now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e6));
    json_object_set_new(result, "s", json_real((double)(now_us(CLOCK_MONOTONIC) - begin) / 1e6));
    qsort(took, pages, sizeof *took, ascending);
    json_object_set_new(result, "page_us",
                        json_pack("[I, I]", (json_int_t)took[pages / 2], (json_int_t)took[pages - 1]));
    json_object_set_new(result, "pages", json_integer((json_int_t)pages));
    json_object_set_new(result, "bytes", json_integer(bytes));
    json_object_set_new(result, "records", json_integer(records));
}

static void raw(struct reader *reader, json_t *result)
{
    struct read read;
    struct feed_row *rows = NULL;
    struct slice canon;
    struct feed_ask ask = {.upto = INT64_MAX, .last_alone = true, .limit = BATCH};
    int64_t cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
    size_t n = BATCH;
    if (reader_begin(reader, &read))
        fail("no state to read");
    while (n == BATCH) {
        arena_clear(&read.arena);
        if (feed_page(read.store, &ask, &read.arena, &rows, &n))
            fail("no feed");
        for (size_t i = 0; i < n; i++)
            if (replica_get(read.store, ENTITY_RECORD, slice_of(rows[i].record, RECORD_BYTES), &read.arena, &canon))
                fail("no record");
        ask.after = n ? rows[n - 1].serial : ask.after;
    }
    reader_end(reader, &read);
    json_object_set_new(result, "raw_cpu_s", json_real((double)(now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e6));
}

int main(int argc, char **argv)
{
    char path[4200];
    struct reader *reader = NULL;
    struct why why;
    json_t *result = json_object();
    if (argc != 2)
        fail("usage: bench_harvest DIR");
    snprintf(path, sizeof path, "%s/" DATABASE_NAME, argv[1]);
    if (reader_open(path, &reader, &why))
        fail(why.text);
    raw(reader, result); /* first: what is read from the disk is in memory then */
    harvest(reader, result);
    reader_close(reader);
    json_dumpf(result, stdout, JSON_REAL_PRECISION(6));
    json_decref(result);
    return 0;
}
