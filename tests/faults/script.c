/*
 * script: 50 requests to one site, and afterwards what became of them. Lives and dies under shim.c; faults.py drives it.
 *
 *   script run DIR     founds where nothing stands yet, then asks; a line each on stdout, at once:
 *                        ack STEP DOT · no STEP ERROR · head INCARNATION SEQ ID (of each own log that grew) · failed WHERE ERROR · fatal ERROR · done,
 *                      and how many disk operations there were when it was founded and when it is about to be closed
 *   script check DIR   reads those lines on stdin. Every acknowledged dot is there, every head told then is still a commit of its log (nothing
 *                      forked), all is sound; then it writes on, and all still is. "fine", or a line of what is not.
 *
 * What was told on stdout is what a peer could have been sent: a head that is no longer there would be a fork in the making.
 */
#include "tests/faults/site.h"

#include "daemon/core/own.h"
#include "daemon/store/oplog.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TURNS 5

struct heads {
    uint64_t incarnation[64], seq[64];
};

static void hex(const uint8_t id[HASH_BYTES], char out[2 * HASH_BYTES + 1])
{
    for (size_t i = 0; i < HASH_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", id[i]);
}

static void tell_heads(struct fault_site *s, struct heads *told)
{
    struct arena arena = {0};
    struct log_head *heads = NULL;
    size_t n = 0;
    char id[2 * HASH_BYTES + 1];
    if (oplog_heads(s->core->store, &arena, &heads, &n))
        n = 0;
    for (size_t i = 0; i < n && i < 64; i++) {
        if (told->incarnation[i] == heads[i].log.incarnation && told->seq[i] == heads[i].seq)
            continue;
        told->incarnation[i] = heads[i].log.incarnation;
        told->seq[i] = heads[i].seq;
        hex(heads[i].id, id);
        dprintf(STDOUT_FILENO, "head %llu %llu %s\n", (unsigned long long)heads[i].log.incarnation,
                (unsigned long long)heads[i].seq, id);
    }
    arena_fini(&arena);
}

/* Between founding and closing a failed fsync has to end the process; a store that is closed has nothing left to do with it. */
static void tell_operations(const char *what)
{
    unsigned long (*count)(void) = NULL;
    void *found = dlsym(RTLD_DEFAULT, "fault_operations");
    memcpy(&count, &found, sizeof found);
    if (count)
        dprintf(STDOUT_FILENO, "%s %lu\n", what, count());
}

static int failed(const char *where, err_t e)
{
    dprintf(STDOUT_FILENO, "failed %s %s\n", where, err_name(e));
    return 3;
}

/* A turn's record; a step whose record was refused is left out, for that refusal is no new one. */
static bool ask(struct fault_site *s, enum step step, unsigned turn, char record[64])
{
    bool needs = step == STEP_EDIT || step == STEP_INDEX || step == STEP_RETIRE;
    if (needs && !record[0])
        return true;
    site_prepare(s, step, turn, record);
    if (site_ask(s)) {
        dprintf(STDOUT_FILENO, "ack %d %s\n", (int)step, s->dot);
        if (step == STEP_RECORD)
            memcpy(record, s->record, sizeof s->record);
    } else {
        dprintf(STDOUT_FILENO, "no %d %s\n", (int)step, s->error);
    }
    if (core_fatal(s->core)) {
        dprintf(STDOUT_FILENO, "fatal %s\n", err_name(core_fatal(s->core)));
        return false;
    }
    return true;
}

static int run(struct fault_site *s)
{
    struct why why = {0};
    struct heads told = {0};
    err_t e = site_found(s, &why);
    if (e && e != ERR_DATA_EXISTS)
        return failed("found", e);
    tell_operations("founded");
    e = site_open(s, &why);
    if (e)
        return failed("open", e);
    bool goes_on = true;
    for (unsigned turn = 0; turn < TURNS && goes_on; turn++) {
        char record[64] = "";
        for (enum step step = 0; step < STEPS && goes_on; step++) {
            goes_on = ask(s, step, turn, record);
            if (goes_on)
                tell_heads(s, &told);
        }
    }
    tell_operations("closing");
    site_close(s);
    dprintf(STDOUT_FILENO, "done\n");
    return goes_on ? 0 : 4;
}

/* ---- afterwards ---- */

static bool head_stands(struct fault_site *s, uint64_t incarnation, uint64_t seq, const char *id)
{
    struct arena arena = {0};
    struct commit *commit = malloc(sizeof *commit);
    struct log_id log = {.incarnation = incarnation};
    char found[2 * HASH_BYTES + 1] = "";
    memcpy(log.site, core_own(s->core)->key.pub, SITE_BYTES);
    if (commit && oplog_get(s->core->store, &log, seq, &arena, commit) == ERR_OK)
        hex(commit->id, found);
    free(commit);
    arena_fini(&arena);
    return strcmp(found, id) == 0;
}

static bool line_holds(struct fault_site *s, const char *line)
{
    char dot[64], id[2 * HASH_BYTES + 1];
    unsigned long long incarnation, seq;
    int step;
    if (sscanf(line, "ack %d %63s", &step, dot) == 2)
        return site_has(s, dot);
    if (sscanf(line, "head %llu %llu %64s", &incarnation, &seq, id) == 3)
        return head_stands(s, incarnation, seq, id);
    return true;
}

static int finding(const char *what)
{
    printf("%s\n", what);
    return 1;
}

static int check(struct fault_site *s)
{
    struct why why = {0};
    char line[256], record[64] = "";
    err_t e = site_found(s, &why);
    if (e && e != ERR_DATA_EXISTS)
        return printf("found again: %s\n", err_name(e)), 1;
    e = site_open(s, &why);
    if (e)
        return printf("open again: %s %s\n", err_name(e), why.text), 1;
    while (fgets(line, sizeof line, stdin))
        if (!line_holds(s, line))
            return printf("lost: %s", line), 1;
    if (!site_is_sound(s))
        return printf("not sound: %.300s\n", s->answer), 1;
    for (enum step step = 0; step < STEPS; step++)
        if (!ask(s, step, 1000, record))
            return finding("a further write was fatal");
    if (!site_is_sound(s))
        return printf("not sound after further writes: %.300s\n", s->answer), 1;
    site_close(s);
    return finding("fine"), 0;
}

int main(int argc, char **argv)
{
    struct fault_site s;
    if (argc != 3)
        return 64;
    site_init(&s, argv[2]);
    int code = strcmp(argv[1], "run") == 0 ? run(&s) : check(&s);
    site_fini(&s);
    return code;
}
