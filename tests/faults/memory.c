/*
 * memory: every allocation of every kind of request fails once, in a process that goes on. Lives under shim.c.
 *
 *   memory all|sample DIR
 *
 * First the opening of a site, then each step of the script, then each request that reads: the first allocation fails, then the second one, until
 * none is left. Nothing may crash or be told that is not so: an acknowledged write is there, an answer that reads as a success is the answer that is
 * given with memory, a refusal says "memory". After each kind all must be sound. Where the core calls an error fatal it is closed and opened again,
 * as the daemon would be. The last line: "memory: N passed, N failed"; leaks are the sanitizer's to tell.
 */
#include "tests/faults/site.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHOWN_MAX 20 /* findings a kind */

typedef unsigned long allocations_fn(unsigned long at);

struct tally {
    allocations_fn *fail;
    unsigned step; /* sample: only one in so many */
    unsigned long passed, failed, acknowledged, refused, unsure, fatal, shown;
};

static void finding(struct tally *t, const char *kind, unsigned long at, const char *what, const char *detail)
{
    t->failed++;
    if (t->shown++ < SHOWN_MAX)
        printf("  %s, allocation %lu: %s %.200s\n", kind, at, what, detail);
}

static void summary(const struct tally *before, const struct tally *t, const char *kind, unsigned long allocations)
{
    printf("%-16s %5lu allocations: %lu acknowledged, %lu refused, %lu done without an answer, %lu fatal, %lu wrong\n",
           kind, allocations, t->acknowledged - before->acknowledged, t->refused - before->refused,
           t->unsure - before->unsure, t->fatal - before->fatal, t->failed - before->failed);
    fflush(stdout);
}

static void reopen(struct fault_site *s)
{
    struct why why = {0};
    site_close(s);
    if (site_open(s, &why)) {
        printf("memory: cannot open again: %s %s\n", err_name(why.code), why.text);
        exit(1);
    }
}

/* ---- opening ---- */

static void opening(struct fault_site *s, struct tally *t)
{
    struct tally before = *t;
    unsigned long at = 1;
    t->shown = 0;
    site_close(s);
    for (;; at += t->step) {
        struct why why = {0};
        t->fail(at);
        err_t e = site_open(s, &why);
        bool struck = t->fail(0) >= at;
        site_close(s);
        if (!struck)
            break;
        t->acknowledged += e == ERR_OK;
        t->refused += e != ERR_OK;
        if (e == ERR_OK || e == ERR_MEMORY)
            t->passed++;
        else
            finding(t, "open", at, "refused as", err_name(e));
    }
    reopen(s);
    summary(&before, t, "open", at - 1);
}

/* ---- what writes ---- */

/* What a step of this turn needs to have happened. */
static void make_ready(struct fault_site *s, enum step step, unsigned turn, char record[64])
{
    record[0] = 0;
    for (enum step before = 0; before < step; before++) {
        bool needed = before == STEP_CONCEPT || before == STEP_RECORD || (before == STEP_PROPOSE && step == STEP_ADOPT);
        if (!needed)
            continue;
        site_prepare(s, before, turn, record);
        if (!site_ask(s)) {
            printf("memory: step %d of turn %u was refused with memory: %s\n", (int)before, turn, s->answer);
            exit(1);
        }
        if (before == STEP_RECORD)
            memcpy(record, s->record, sizeof s->record);
    }
}

/* False: the turn is used up. `grew`: a commit came into the database. */
static bool judge_write(struct fault_site *s, struct tally *t, const char *kind, unsigned long at, bool acknowledged,
                        bool grew)
{
    if (acknowledged) {
        t->acknowledged++;
        if (s->dot[0] && site_has(s, s->dot))
            t->passed++;
        else
            finding(t, kind, at, "acknowledged, but", s->answer);
        return false;
    }
    bool unsure = strcmp(s->error, "unanswered") == 0, lacked = strcmp(s->error, "memory") == 0;
    t->unsure += unsure;
    t->refused += lacked;
    if (grew == unsure && (unsure || lacked))
        t->passed++;
    else
        finding(t, kind, at, grew ? "done, yet refused as" : "refused as", s->answer);
    return !grew;
}

static unsigned writing(struct fault_site *s, struct tally *t, enum step step, unsigned turn)
{
    static const char *const names[STEPS] = {"record.add",   "concept.add",   "record.edit",    "concept.propose",
                                             "record.index", "concept.adopt", "concept.relate", "record.import",
                                             "concept.edit", "record.retire"};
    struct tally before = *t;
    char record[64];
    unsigned long at = 1;
    t->shown = 0;
    make_ready(s, step, turn, record);
    for (;; at += t->step) {
        int64_t rows = site_rows(s);
        site_prepare(s, step, turn, record);
        t->fail(at);
        bool acknowledged = site_ask(s);
        bool struck = t->fail(0) >= at;
        if (!struck)
            break;
        bool again = judge_write(s, t, names[step], at, acknowledged, site_rows(s) != rows);
        if (core_fatal(s->core)) {
            t->fatal++;
            reopen(s);
        }
        if (!again)
            make_ready(s, step, ++turn, record);
    }
    if (!site_is_sound(s))
        finding(t, names[step], 0, "afterwards not sound:", s->answer);
    summary(&before, t, names[step], at - 1);
    return turn + 1;
}

/* ---- what reads ---- */

static void reading(struct fault_site *s, struct tally *t, const char *what, const char *args)
{
    struct tally before = *t;
    unsigned long at = 1;
    char *right = malloc(ANSWER_BYTES);
    if (!right)
        abort();
    t->shown = 0;
    snprintf(s->request, sizeof s->request, "{\"do\":\"%s\",\"lang\":\"fr\",\"args\":%s}", what, args);
    site_ask(s);
    memcpy(right, s->answer, s->answer_len + 1);
    for (;; at += t->step) {
        t->fail(at);
        bool fine = site_ask(s);
        bool struck = t->fail(0) >= at;
        if (!struck)
            break;
        t->acknowledged += fine;
        t->refused += !fine;
        if (fine && strcmp(right, s->answer) != 0)
            finding(t, what, at, "answered as if all were well:", s->answer);
        else if (!fine && strcmp(s->error, "memory") != 0)
            finding(t, what, at, "refused as", s->error);
        else
            t->passed++;
    }
    free(right);
    summary(&before, t, what, at - 1);
}

static void all_reading(struct fault_site *s, struct tally *t, const char *record)
{
    static const struct {
        const char *what, *args;
    } requests[] = {
        {"allies",          "{}"                              },
        {"record.list",     "{\"limit\":3}"                   },
        {"record.show",     "{\"id\":\"%s\"}"                 },
        {"record.history",  "{\"id\":\"%s\"}"                 },
        {"concept.list",    "{\"limit\":3}"                   },
        {"concept.show",    "{\"id\":\"http://atlas.test/1\"}"},
        {"concept.history", "{\"id\":\"http://atlas.test/1\"}"},
        {"concept.export",  "{\"limit\":3}"                   },
        {"conflicts.list",  "{}"                              },
        {"peers.known",     "{}"                              },
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        char args[256], *mark;
        snprintf(args, sizeof args, "%s", requests[i].args);
        mark = strstr(args, "%s");
        if (mark)
            snprintf(mark, sizeof args - (size_t)(mark - args), "%s\"}", record);
        reading(s, t, requests[i].what, args);
    }
}

int main(int argc, char **argv)
{
    struct fault_site s;
    struct tally t = {.step = 1};
    struct why why = {0};
    char record[64];
    if (argc != 3)
        return 64;
    void *found = dlsym(RTLD_DEFAULT, "fault_allocations");
    memcpy(&t.fail, &found, sizeof found);
    if (!t.fail)
        return 64;
    t.step = strcmp(argv[1], "all") == 0 ? 1 : 23;
    site_init(&s, argv[2]);
    if (site_found(&s, &why) || site_open(&s, &why))
        return printf("memory: %s %s\n", err_name(why.code), why.text), 1;
    unsigned turn = 1;
    make_ready(&s, STEP_ADOPT, turn++, record);
    opening(&s, &t);
    for (enum step step = 0; step < STEPS; step++)
        turn = writing(&s, &t, step, turn);
    all_reading(&s, &t, record);
    if (!site_is_sound(&s))
        finding(&t, "all", 0, "in the end not sound:", s.answer);
    site_fini(&s);
    printf("memory: %lu passed, %lu failed\n", t.passed, t.failed);
    return t.failed ? 1 : 0;
}
