/*
 * bench_pages: how long pages take on a seeded alliance of 20 allies, 3 years and 20,000 ops: bench_pages [OPS [ALLIES [YEARS]]]. By the HTTP thread and the scribe, whose
 * questions the site's own core answers, each page asked for TURNS times over loopback, one after the other; beside it the smallest answer there is, which costs the
 * connection alone. Times in milliseconds; one JSON object on stdout, one line a page on stderr.
 */
#include "daemon/scribe/scribe.h"
#include "tests/help/ledger_world.h"
#include "tests/help/page_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define TURNS 40

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(struct page_side *s, const char *path, bool last)
{
    double took[TURNS], first;
    double begin = now_ms();
    unsigned status = page_side_get(s, path, NULL);
    first = now_ms() - begin;
    for (size_t i = 0; i < TURNS; i++) {
        begin = now_ms();
        page_side_get(s, path, NULL);
        took[i] = now_ms() - begin;
    }
    qsort(took, TURNS, sizeof *took, compare);
    fprintf(stderr, "%-60s %u %8zu bytes  first %7.2f  p50 %6.2f  p95 %6.2f ms\n", path, status, strlen(s->text), first,
            took[TURNS / 2], took[TURNS * 95 / 100]);
    printf("\"%s\": {\"status\": %u, \"bytes\": %zu, \"first_ms\": %.2f, \"p50_ms\": %.2f, \"p95_ms\": %.2f}%s\n", path,
           status, strlen(s->text), first, took[TURNS / 2], took[TURNS * 95 / 100], last ? "" : ",");
}

/* The first address of that kind that a page leads to. */
static void find(struct page_side *s, const char *path, const char *link, char out[256])
{
    char wanted[64];
    page_side_get(s, path, NULL);
    snprintf(wanted, sizeof wanted, "href=\".%s", link);
    const char *at = strstr(s->text, wanted);
    if (!at) {
        snprintf(wanted, sizeof wanted, "href=\"..%s", link);
        at = strstr(s->text, wanted);
    }
    at = at ? strchr(at, '/') : NULL;
    snprintf(out, 256, "%.*s", at ? (int)strcspn(at, "\"?") : 0, at ? at : "");
}

int main(int argc, char **argv)
{
    static const char *const plain[] = {"/healthz",   "/",       "/sites",       "/conflicts", "/records",
                                        "/thesaurus", "/ledger", "/ledger/2025", "/report",    "/report/2025"};
    struct ledger_plan plan = {.seed = 1,
                               .ops = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000,
                               .allies = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 20,
                               .years = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 3};
    struct ledger_world *l = ledger_world_new(&plan);
    struct page_side s;
    char found[3][256] = {"", "", ""};
    page_side_of(&s, l->w, NULL);
    find(&s, "/records", "/records/", found[0]);
    find(&s, "/thesaurus", "/concepts/", found[1]);
    find(&s, "/ledger/2025", "/ledger/2025/", found[2]);
    printf("{\n");
    for (size_t i = 0; i < 3; i++)
        if (*found[i])
            measure(&s, found[i], false);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        measure(&s, plain[i], i + 1 == sizeof plain / sizeof *plain);
    printf("}\n");
    page_side_leave(&s);
    ledger_world_free(l);
    return 0;
}
