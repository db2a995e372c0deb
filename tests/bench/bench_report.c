/*
 * bench_report: what a report takes on a seeded alliance of 20 allies, 3 years and 20,000 ops: bench_report [OPS [ALLIES [YEARS [DIR]]]]. Of the open year, of a closed one, and of one
 * whose facts are made anew, as verifying an older cut does; beside it reading all facts of the year, which no report can do without. In milliseconds of CPU, one JSON
 * object on stdout. DIR: the reports are left there, to be looked at.
 */
#include "daemon/core/state.h"
#include "daemon/read/facts.h"
#include "daemon/report/csv.h"
#include "tests/help/ledger_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double make(struct read *r, unsigned year, const struct report_cut *cut, const char *lang, const char *dir)
{
    struct model m;
    struct buf out;
    double begin = now_ms();
    buf_init(&out, SIZE_MAX);
    assert_int_equal(model_make(r, year, cut, lang, &m), ERR_OK);
    assert_int_equal(report_html(&m, NULL, lang, &out), ERR_OK);
    double took = now_ms() - begin;
    if (dir) {
        char path[4096];
        snprintf(path, sizeof path, "%s/report-%u-%s.html", dir, year, lang);
        FILE *f = fopen(path, "w");
        if (f) {
            fwrite(out.at, 1, out.len, f);
            fclose(f);
        }
    }
    buf_fini(&out);
    model_fini(&m);
    return took;
}

static double facts(struct read *r, unsigned terms)
{
    struct arena arena = {0};
    struct fact *rows = NULL;
    size_t n = 0;
    double begin = now_ms();
    for (unsigned term = 0; term < terms; term++)
        assert_int_equal(facts_of_term(r->store, term, &arena, &rows, &n), ERR_OK);
    arena_fini(&arena);
    return now_ms() - begin;
}

int main(int argc, char **argv)
{
    const struct ledger_plan plan = {.seed = 2026,
                                     .ops = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000,
                                     .allies = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 20,
                                     .years = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 3};
    const char *dir = argc > 4 ? argv[4] : NULL;
    struct ledger_world *l = ledger_world_new(&plan);
    struct core *c = ledger_world_core(l);
    struct read r = {.store = c->store, .authority = &c->authority, .lang = "en", .result = json_object()};
    unsigned last = LEDGER_WORLD_FIRST + plan.years - 1;
    struct report_cut cut;
    assert_int_equal(cut_of_now(r.store, r.authority, &r.arena, &cut), ERR_OK);
    struct head *heads = arena_alloc(&r.arena, cut.heads_n + 1, sizeof *heads);
    memcpy(heads + 1, cut.heads, cut.heads_n * sizeof *heads);
    heads[0].seq = 1; /* of a log that nobody has: another cut, of the same ops */
    cut.heads = heads;
    cut.heads_n++;
    double read_ms = facts(&r, plan.years), open = make(&r, last, NULL, "fr", dir),
           closed = make(&r, last - 1, NULL, "en", dir);
    double anew = make(&r, last, &cut, "en", NULL);
    printf("{\"ops\": %zu, \"facts_ms\": %.1f, \"open_ms\": %.1f, \"closed_ms\": %.1f, \"anew_ms\": %.1f, "
           "\"open_by_facts\": %.1f}\n",
           l->ops_n, read_ms, open, closed, anew, open / (read_ms > 0 ? read_ms : 1));
    read_fini(&r);
    ledger_world_free(l);
    return 0;
}
