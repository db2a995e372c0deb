/*
 * DESIGN §1.1: replicas with equal inputs have equal states, whatever the order, the path or the number of deliveries. Random histories of everything
 * that is an input: commits of every kind of op, forks, charters with rivals and signatures that come apart, every kind of roster act with siblings,
 * promises, erasures ahead of data. They are given to fresh cores in random order, in pieces, twice, without bodies, with restarts in between.
 */
#include "tests/help/core_inputs.h"

#include "daemon/core/erase.h"
#include "daemon/core/sync.h"
#include "daemon/store/aside.h"
#include "daemon/store/inspect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEEDS 3
#define STEPS 110

static struct tale_figures seen;
static unsigned erased, voided, cut, used;

/* What is derived over the whole and in no digest. Erasures and attestations differ in what was told ahead. */
static const char *const derived[] = {"records", "concepts", "edges", "links", "uses", "adoptions"};
#define DERIVED (sizeof derived / sizeof *derived)

static struct core *core_at(struct tale *t, size_t at)
{
    return t->w->sites[at].core;
}

/* ---- delivery ---- */

/* Each at its place, give or take `reach`. */
static void shuffle(struct tale *t, size_t *order, size_t n, size_t reach)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n; i-- > 1;) {
        size_t from = i > reach ? i - reach : 0, k = from + tale_below(t, i - from + 1), kept = order[i];
        order[i] = order[k];
        order[k] = kept;
    }
}

static void deliver(struct tale *t, size_t at, size_t reach, bool spoilt)
{
    size_t order[INPUTS_MAX];
    shuffle(t, order, t->in_n, reach);
    for (size_t i = 0; i < t->in_n;) {
        const struct input *in = &t->in[order[i]];
        if (spoilt && tale_below(t, 40) == 0) {
            world_close(t->w, at);
            world_open(t->w, at);
        }
        if (spoilt && in->kind == IN_COMMIT && tale_below(t, 8) == 0)
            tale_give_bare(t, at, in);
        if (spoilt && tale_below(t, 10) == 0)
            tale_give(t, at, in);
        /* At the end nobody tells ahead of data what stands in no log. */
        if (in->kind == IN_AHEAD && !spoilt)
            i++;
        else if (in->kind == IN_COMMIT)
            i += tale_give_run(t, at, order + i, t->in_n - i);
        else
            tale_give(t, at, &t->in[order[i++]]);
    }
}

/* Whatever came first: a log that a proved fork ended says so. */
static void assert_held(struct tale *t, size_t at)
{
    struct core *c = core_at(t, at);
    struct arena arena = {0};
    struct log_head *heads = NULL;
    size_t n = 0;
    assert_int_equal(oplog_heads(c->store, &arena, &heads, &n), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        const struct head *named = authority_checkpoint(&c->authority, &heads[i].log);
        uint64_t fork = 0;
        /* One that a cut ends at the same place is not held: what was beyond it may count again. */
        bool ended = forks_lowest(c->store, &heads[i].log, named ? named->seq : 0, &fork) == ERR_OK &&
                     heads[i].seq == fork - 1 && heads[i].seq < authority_limit(&c->authority, &heads[i].log);
        if (heads[i].seq && ended != (heads[i].held == ERR_FORK))
            fail_msg("seed %d, site %d: log %02x %llu at %llu: %s", (int)t->w->seed, (int)at, heads[i].log.site[0],
                     (unsigned long long)heads[i].log.incarnation, (unsigned long long)heads[i].seq,
                     err_name(heads[i].held));
    }
    arena_fini(&arena);
}

struct sums {
    uint8_t inputs[HASH_BYTES], state[HASH_BYTES];
    uint64_t holes;
    uint8_t derived[DERIVED][HASH_BYTES];
};

static void derived_of(struct core *c, struct sums *out)
{
    struct inspect_sums all;
    assert_int_equal(inspect_derived(c->store, &all), ERR_OK);
    for (size_t i = 0; i < DERIVED; i++) {
        size_t k = 0;
        while (k < INSPECT_TABLES && strcmp(inspect_table(k), derived[i]) != 0)
            k++;
        assert_true(k < INSPECT_TABLES);
        memcpy(out->derived[i], all.sum[k], HASH_BYTES);
    }
}

static struct sums sums_of(struct tale *t, size_t at)
{
    struct sums s;
    memset(&s, 0, sizeof s);
    struct core *c = core_at(t, at);
    assert_int_equal(digests_update(c), ERR_OK);
    memcpy(s.inputs, c->inputs, HASH_BYTES);
    memcpy(s.state, c->state, HASH_BYTES);
    s.holes = c->holes;
    derived_of(c, &s);
    return s;
}

/* As a peer goes on offering what the other lacks, until nothing changes any more. */
static struct sums quieten(struct tale *t, size_t at)
{
    struct sums was, now = sums_of(t, at);
    for (int passes = 0; passes == 0 || memcmp(&was, &now, sizeof now) != 0; passes++) {
        assert_true(passes < 60);
        was = now;
        deliver(t, at, 8, false);
        now = sums_of(t, at);
    }
    return now;
}

/* Then what was told ahead and came to nothing is forgotten, and the texts it kept out come in. */
static struct sums settle(struct tale *t, size_t at)
{
    quieten(t, at);
    erase_settled(core_at(t, at));
    return quieten(t, at);
}

static void explain_holes(struct core *c, struct arena *arena)
{
    struct log_id log;
    uint64_t seq = 0;
    for (int64_t row = 0; oplog_next_hole(c->store, row, &row, &log, &seq) == ERR_OK;) {
        struct erasure *asked = NULL;
        struct commit *commit = arena_alloc(arena, 1, sizeof *commit);
        size_t n = 0;
        assert_non_null(commit);
        assert_int_equal(oplog_get(c->store, &log, seq, arena, commit), ERR_OK);
        struct dot dot = dot_of(commit->id, (size_t)(row % 256));
        assert_int_equal(erased_list(c->store, &dot, arena, &asked, &n), ERR_OK);
        print_message("  hole %02x %llu: %llu due %d kept out %d\n", log.site[0], (unsigned long long)log.incarnation,
                      (unsigned long long)seq, erase_is_due(c, &dot, log.site),
                      erase_keeps_out(c, commit, (size_t)(row % 256)));
        for (size_t i = 0; i < n; i++)
            print_message("    asked by %02x %llu: %llu%s\n", asked[i].by.site[0],
                          (unsigned long long)asked[i].by.incarnation, (unsigned long long)asked[i].by_seq,
                          asked[i].early ? " ahead" : "");
    }
}

/* What differs, for whoever reads why the test failed. */
static void explain(struct tale *t, size_t at)
{
    struct core *c = core_at(t, at);
    struct arena arena = {0};
    struct log_head *heads = NULL;
    struct fork_proof *forks = NULL;
    size_t n = 0;
    print_message("site %d: charter %d %02x%02x roster %d %02x%02x\n", (int)at, (int)c->authority.charter_number,
                  c->authority.charter_id[0], c->authority.charter_id[1], (int)c->authority.roster_number,
                  c->authority.roster_id[0], c->authority.roster_id[1]);
    assert_int_equal(oplog_heads(c->store, &arena, &heads, &n), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        const struct head *named = authority_checkpoint(&c->authority, &heads[i].log);
        uint64_t limit = authority_limit(&c->authority, &heads[i].log);
        print_message("  %02x %llu: %llu %02x%02x %s limit %lld checkpoint %lld\n", heads[i].log.site[0],
                      (unsigned long long)heads[i].log.incarnation, (unsigned long long)heads[i].seq, heads[i].id[0],
                      heads[i].id[1], err_name(heads[i].held), (long long)limit, named ? (long long)named->seq : 0);
    }
    assert_int_equal(forks_all(c->store, &arena, &forks, &n), ERR_OK);
    for (size_t i = 0; i < n; i++)
        print_message("  fork %02x %llu: %llu\n", forks[i].log.site[0], (unsigned long long)forks[i].log.incarnation,
                      (unsigned long long)forks[i].seq);
    explain_holes(c, &arena);
    arena_fini(&arena);
}

static void assert_same(struct tale *t, size_t at, const struct sums *all, const struct sums *one)
{
    bool inputs = memcmp(all->inputs, one->inputs, HASH_BYTES) == 0,
         state = memcmp(all->state, one->state, HASH_BYTES) == 0;
    if (!inputs || !state || all->holes != one->holes) {
        explain(t, 0);
        explain(t, at);
        fail_msg("seed %d, site %d: inputs %s, states %s, holes %d and %d", (int)t->w->seed, (int)at,
                 inputs ? "equal" : "DIFFER", state ? "equal" : "DIFFER", (int)all->holes, (int)one->holes);
    }
    for (size_t i = 0; i < DERIVED; i++)
        if (memcmp(all->derived[i], one->derived[i], HASH_BYTES) != 0)
            fail_msg("seed %d, site %d: %s differ", (int)t->w->seed, (int)at, derived[i]);
}

static void count(struct tale *t, size_t at)
{
    struct oplog_counts counts;
    struct log_head *heads = NULL;
    struct arena arena = {0};
    size_t n = 0;
    struct aside_row *aside = NULL;
    assert_int_equal(oplog_counts(core_at(t, at)->store, &counts), ERR_OK);
    assert_int_equal(oplog_heads(core_at(t, at)->store, &arena, &heads, &n), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        struct commit *c = malloc(sizeof *c);
        assert_non_null(c);
        for (uint64_t seq = 1; seq <= heads[i].seq; seq++) {
            assert_int_equal(oplog_get(core_at(t, at)->store, &heads[i].log, seq, &arena, c), ERR_OK);
            erased += c->ops[0].state == BODY_ERASED;
        }
        free(c);
    }
    assert_int_equal(aside_list(core_at(t, at)->store, &arena, &aside, &n), ERR_OK);
    cut += n > 0;
    voided += core_at(t, at)->authority.voids_n > 0;
    arena_fini(&arena);
}

static void every_order_of_every_input_gives_equal_digests(void **state)
{
    (void)state;
    static const size_t reach[TALE_SITES] = {0, 4, 40, INPUTS_MAX};
    const char *alone = getenv("SEED"), *many = getenv("SEEDS"); /* one alone; a long run */
    uint64_t first = alone ? strtoull(alone, NULL, 10) : 1, n = alone ? 1 : many ? strtoull(many, NULL, 10) : SEEDS;
    for (uint64_t seed = first; seed < first + n; seed++) {
        struct tale *t = tale_new(seed, STEPS, &seen);
        struct sums all = settle(t, 0);
        count(t, 0);
        static const uint8_t none[HASH_BYTES];
        used += memcmp(all.derived[DERIVED - 1], none, sizeof none) != 0;
        for (size_t at = 1; at < TALE_SITES; at++) {
            world_close(t->w, at);
            world_restore(t->w, at, t->base[at]);
            world_open(t->w, at);
            deliver(t, at, reach[at], true);
            struct sums one = settle(t, at);
            assert_same(t, at, &all, &one);
            assert_held(t, at);
            /* Before a rebuild mends what was left behind. */
            world_verify(t->w, at);
            json_t *r = world_do(t->w, at, "rebuild", NULL);
            assert_true(json_is_true(json_object_get(r, "same")));
            json_decref(r);
        }
        tale_free(t);
    }
}

/* So that the test above says something of all of them. */
static void every_kind_of_op_and_act_and_input_was_tried(void **state)
{
    (void)state;
#define X(id, num, name, entity, erasable, who) assert_true(seen.ops[OP_##id] >= SEEDS);
    OP_KINDS(X)
#undef X
    for (enum act_kind k = ACT_ADMIT; k <= ACT_CHECKPOINT; k++)
        assert_int_not_equal(seen.acts[k], 0);
    for (size_t i = 0; i < IN_COUNT; i++)
        assert_true(seen.inputs[i] >= SEEDS / 2);
    assert_true(seen.charters >= SEEDS && seen.forks >= SEEDS && erased >= SEEDS && cut >= SEEDS / 2 && voided && used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_of_every_input_gives_equal_digests),
        cmocka_unit_test(every_kind_of_op_and_act_and_input_was_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
