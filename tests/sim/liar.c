/*
 * The hostile member speaks for itself: sessions under its own key, by code that says what it likes. It may have seen all that the others hold.
 */
#include "tests/sim/sim.h"

#include "daemon/commons/fold.h"
#include "daemon/store/oplog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define RUN_COMMITS 8

/* ---- sessions ---- */

static bool is_met(const struct sim *s, size_t to)
{
    const struct core *c = s->w->sites[to].core;
    for (size_t i = 0; c && i < c->peers_n; i++)
        if (s->lies.link[to] && c->peers[i].link == s->lies.link[to])
            return true;
    return false;
}

static void hand(struct sim *s, size_t to, struct slice bytes)
{
    if (!is_met(s, to) || s->w->sites[to].stuck)
        return;
    core_frame(s->w->sites[to].core, s->lies.link[to], bytes);
    s->w->sites[to].tick_at = s->w->now;
    s->counts->lies++;
    s->w->after(s->w->after_ctx, to);
}

static void say(struct sim *s, size_t to, const struct msg *m)
{
    struct buf b;
    buf_init(&b, LIMIT_MESSAGE_BYTES);
    if (msg_encode(m, &b) == ERR_OK)
        hand(s, to, buf_slice(&b));
    buf_fini(&b);
}

static void random_bytes(struct sim *s, void *out, size_t len)
{
    uint8_t *at = out;
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)sim_random(s, 256);
}

static void hello(struct sim *s, size_t to)
{
    const struct authority *a = &s->w->sites[to].core->authority;
    struct msg m = {
        .type = MSG_HELLO, .hello = {.version = PROTOCOL_VERSION, .fold = FOLD_VERSION}
    };
    memcpy(m.hello.alliance, a->alliance, ALLIANCE_BYTES);
    memcpy(m.hello.site, s->author.key.pub, SITE_BYTES);
    memcpy(m.hello.charter_id, a->charter_id, HASH_BYTES);
    memcpy(m.hello.roster_id, a->roster_id, HASH_BYTES);
    m.hello.charter_number = a->charter_number;
    m.hello.roster_number = a->roster_number;
    random_bytes(s, m.hello.session, sizeof m.hello.session);
    m.hello.software = slice_text("menteur/1");
    say(s, to, &m);
}

/* Its digest is the other's, or none that ever was. */
static void vector_0(struct sim *s, size_t to)
{
    struct msg m = {.type = MSG_VECTOR};
    random_bytes(s, m.vector.inputs, HASH_BYTES);
    if (s->w->sites[to].core && sim_one_in(s, 2))
        memcpy(m.vector.inputs, s->w->sites[to].core->inputs, HASH_BYTES);
    say(s, to, &m);
}

static void meet(struct sim *s, size_t to)
{
    if (is_met(s, to))
        return;
    s->lies.link[to] = world_outsider_link(s->w, to, s->lies.curve);
    hello(s, to);
    say(s, to, &(struct msg){.type = MSG_CHARTER});
    vector_0(s, to);
}

/* ---- what the others hold, told otherwise ---- */

enum untruth { TRUE_COPY, OTHER_BODY, ERASED, NOT_HELD, OTHER_SIGNATURE, UNTRUTHS };

static void retell(struct sim *s, const struct commit *c, enum untruth how, struct buf *out)
{
    static const enum body_state states[UNTRUTHS] = {[ERASED] = BODY_ERASED, [NOT_HELD] = BODY_MISSING};
    uint8_t salt[SALT_BYTES] = {0}, signature[SIGNATURE_BYTES];
    size_t at = (size_t)sim_random(s, c->ops_n);
    memcpy(signature, c->signature, sizeof signature);
    signature[sim_random(s, sizeof signature)] ^= how == OTHER_SIGNATURE;
    commit_write_start(out, c->envelope, signature, c->ops_n);
    for (size_t i = 0; i < c->ops_n; i++) {
        bool lie = i == at && c->ops[i].state == BODY_PRESENT;
        if (c->ops[i].salt)
            memcpy(salt, c->ops[i].salt, sizeof salt);
        salt[0] ^= lie && how == OTHER_BODY;
        commit_write_body(out, lie && states[how] ? states[how] : c->ops[i].state, salt, c->ops[i].body);
    }
}

static bool read_one(const struct sim *s, size_t from, const struct log_id *log, uint64_t seq, struct arena *arena,
                     struct commit *c)
{
    return s->w->sites[from].core && oplog_get(s->w->sites[from].core->store, log, seq, arena, c) == ERR_OK;
}

/* Commits of one log as some site holds them, each true or not, in the wrong order or with gaps at times. */
static size_t gather(struct sim *s, size_t from, const struct log_id *log, uint64_t first, struct arena *arena,
                     struct slice out[RUN_COMMITS])
{
    struct commit *c = arena_alloc(arena, 1, sizeof *c);
    size_t n = 0;
    enum untruth how = (enum untruth)sim_random(s, UNTRUTHS);
    assert_non_null(c);
    for (uint64_t seq = first; n < RUN_COMMITS && read_one(s, from, log, seq, arena, c); seq++) {
        struct buf b;
        buf_init(&b, LIMIT_COMMIT_BYTES);
        retell(s, c, sim_one_in(s, 2) ? how : TRUE_COPY, &b);
        assert_int_equal(arena_copy(arena, buf_slice(&b), &out[n++]), ERR_OK);
        buf_fini(&b);
        seq += sim_one_in(s, 12);
    }
    if (n > 1 && sim_one_in(s, 4)) {
        struct slice last = out[n - 1];
        out[n - 1] = out[0];
        out[0] = last;
    }
    return n;
}

static void run(struct sim *s, size_t to, size_t from, const struct log_id *log, uint64_t first)
{
    struct arena arena = {0};
    struct slice commits[RUN_COMMITS];
    struct msg m = {
        .type = MSG_RUN, .run = {.incarnation = log->incarnation, .commits = commits, .done = sim_one_in(s, 2)}
    };
    m.run.first = sim_one_in(s, 8) ? first + 1 : first;
    memcpy(m.run.site, log->site, SITE_BYTES);
    m.run.commits_n = gather(s, from, log, first, &arena, commits);
    say(s, to, &m);
    arena_fini(&arena);
}

static bool some_log(struct sim *s, size_t *from, struct arena *arena, struct log_head *out)
{
    struct log_head *heads = NULL;
    size_t n = 0;
    if (!sim_some_up(s, from) || oplog_heads(s->w->sites[*from].core->store, arena, &heads, &n) || !n)
        return false;
    *out = heads[sim_random(s, n)];
    return out->seq > 0;
}

static int by_log(const void *a, const void *b)
{
    const struct msg_head *x = a, *y = b;
    int by_site = memcmp(x->site, y->site, SITE_BYTES);
    return by_site ? by_site : (x->incarnation > y->incarnation) - (x->incarnation < y->incarnation);
}

/* In order most often, as whoever takes them in wants them. */
static size_t told_heads(struct sim *s, struct msg_head heads[4], struct arena *arena)
{
    size_t n = 0, from;
    struct log_head head;
    for (size_t i = 0; i < 4; i++) {
        if (!some_log(s, &from, arena, &head))
            continue;
        memcpy(heads[n].site, head.log.site, SITE_BYTES);
        heads[n].incarnation = sim_one_in(s, 4) ? 1 + sim_random(s, 1000) : head.log.incarnation;
        heads[n].seq = head.seq + sim_random(s, 3) * sim_random(s, 1000);
        random_bytes(s, heads[n++].id, HASH_BYTES);
    }
    if (!sim_one_in(s, 8))
        qsort(heads, n, sizeof *heads, by_log);
    return n;
}

/* ---- deeds ---- */

typedef void lie_fn(struct sim *s, size_t to);

static void run_unasked(struct sim *s, size_t to)
{
    struct arena arena = {0};
    struct log_head head;
    size_t from;
    if (some_log(s, &from, &arena, &head))
        run(s, to, from, &head.log, 1 + sim_random(s, head.seq));
    arena_fini(&arena);
}

static void fresh_unasked(struct sim *s, size_t to)
{
    struct arena arena = {0};
    struct msg_head heads[4];
    struct slice commits[RUN_COMMITS];
    struct log_head head;
    size_t from;
    struct msg m = {.type = MSG_NEW};
    if (told_heads(s, heads, &arena)) {
        m.fresh.head = heads[0];
        if (sim_one_in(s, 2) && some_log(s, &from, &arena, &head) &&
            gather(s, from, &head.log, head.seq, &arena, commits))
            m.fresh.commit = commits[0];
        say(s, to, &m);
    }
    arena_fini(&arena);
}

static void vector_2(struct sim *s, size_t to)
{
    struct arena arena = {0};
    struct msg_head heads[4];
    struct msg_site sites[4];
    struct msg m = {
        .type = MSG_VECTOR, .vector = {.level = 1, .sites = sites}
    };
    m.vector.sites_n = told_heads(s, heads, &arena);
    for (size_t i = 0; i < m.vector.sites_n; i++) {
        memcpy(sites[i].site, heads[i].site, SITE_BYTES);
        memcpy(sites[i].digest, heads[i].id, HASH_BYTES);
    }
    say(s, to, &m);
    m.vector = (struct msg_vector){.level = 2, .heads = heads, .more = sim_one_in(s, 3)};
    m.vector.heads_n = told_heads(s, heads, &arena);
    say(s, to, &m);
    arena_fini(&arena);
}

/* Holds all that anybody has, and more; gives credit back that it never had. */
static void ack(struct sim *s, size_t to)
{
    static const uint64_t credits[] = {0, 1, LIMIT_CREDIT_BYTES, INT64_MAX};
    struct arena arena = {0};
    struct msg_head heads[4];
    struct msg m = {.type = MSG_ACK, .ack = {.heads = heads}};
    m.ack.credit = credits[sim_random(s, sizeof credits / sizeof *credits)];
    m.ack.heads_n = told_heads(s, heads, &arena);
    say(s, to, &m);
    arena_fini(&arena);
}

static void want(struct sim *s, size_t to)
{
    struct arena arena = {0};
    struct log_head head;
    size_t from;
    struct msg m = {.type = MSG_WANT};
    for (unsigned i = 0; i < 20 && some_log(s, &from, &arena, &head); i++) {
        memcpy(m.want.site, head.log.site, SITE_BYTES);
        m.want.incarnation = head.log.incarnation;
        m.want.first = 1 + sim_random(s, head.seq + 2);
        m.want.last = sim_one_in(s, 3) ? INT64_MAX : m.want.first + sim_random(s, 5);
        say(s, to, &m);
    }
    arena_fini(&arena);
}

/* Two commits that prove nothing, or something. */
static void fork_told(struct sim *s, size_t to)
{
    struct arena arena = {0};
    struct slice one[RUN_COMMITS], other[RUN_COMMITS];
    struct log_head a, b;
    size_t from;
    if (some_log(s, &from, &arena, &a) && gather(s, from, &a.log, 1 + sim_random(s, a.seq), &arena, one) &&
        some_log(s, &from, &arena, &b) && gather(s, from, &b.log, 1 + sim_random(s, b.seq), &arena, other))
        say(s, to,
            &(struct msg){
                .type = MSG_FORK, .fork = {one[0], other[0]}
        });
    arena_fini(&arena);
}

static void erase_told(struct sim *s, size_t to)
{
    struct arena arena = {0};
    struct slice commits[RUN_COMMITS];
    struct log_head head;
    size_t from;
    struct msg m = {.type = MSG_ERASE, .bins = {.items = commits}};
    if (some_log(s, &from, &arena, &head))
        m.bins.n = gather(s, from, &head.log, 1 + sim_random(s, head.seq), &arena, commits);
    say(s, to, &m);
    arena_fini(&arena);
}

static void flood(struct sim *s, size_t to)
{
    for (unsigned i = 0; i < 100; i++) {
        struct msg m = {.type = MSG_PING, .ping = {.number = i}};
        random_bytes(s, m.ping.inputs, HASH_BYTES);
        say(s, to, &m);
    }
}

static void noise(struct sim *s, size_t to)
{
    uint8_t bytes[300];
    random_bytes(s, bytes, sizeof bytes);
    bytes[0] = 0x92;
    hand(s, to, slice_of(bytes, 1 + (size_t)sim_random(s, sizeof bytes)));
}

static void what_has_no_place(struct sim *s, size_t to)
{
    struct slice junk = slice_text("rien");
    const struct msg out_of_place[] = {
        {.type = MSG_WELCOME,                              .welcome = {.code = slice_text("ok"), .detail = slice_text("")}},
        {.type = MSG_CHARTER,                                                .charter = {.charters = &junk, .charters_n = 1}},
        {.type = MSG_CHARTER,.charter = {.acts = &junk, .acts_n = 1}},
        {.type = MSG_PROMISE,                              .bins = {.items = &junk, .n = 1}},
        {.type = MSG_JOIN,                                                .join = {.request = junk}},
        {.type = MSG_BYE,.bye = {.code = slice_text("ok"), .reason = slice_text("")}},
        {.type = MSG_PONG                                },
    };
    say(s, to, &out_of_place[sim_random(s, sizeof out_of_place / sizeof *out_of_place)]);
}

static void author_in_person(struct sim *s, size_t to)
{
    struct buf carried = core_author_put(&s->author, (unsigned)sim_random(s, 5), "Faux", NULL);
    struct slice commit = buf_slice(&carried);
    struct msg m = {
        .type = MSG_RUN,
        .run = {.incarnation = s->author.log.incarnation, .first = s->author.seq, .commits = &commit, .commits_n = 1}
    };
    memcpy(m.run.site, s->author.log.site, SITE_BYTES);
    say(s, to, &m);
    buf_fini(&carried);
}

/* What was asked of it meanwhile, answered as it likes: by whom, nobody knows any more, so to all it speaks with. */
static void answer(struct sim *s, size_t to)
{
    struct arena arena = {0};
    struct msg m;
    size_t from;
    for (size_t i = 0; i < s->w->inbox_n; i++) {
        struct log_id log = {{0}, 0};
        if (msg_decode(buf_slice(&s->w->inbox[i]), &arena, &m) || m.type != MSG_WANT || !sim_some_up(s, &from))
            continue;
        memcpy(log.site, m.want.site, SITE_BYTES);
        log.incarnation = m.want.incarnation;
        run(s, to, from, &log, m.want.first);
    }
    world_outsider_forget(s->w);
    arena_fini(&arena);
}

void liar_begin(struct sim *s)
{
    memcpy(s->lies.curve, s->w->sites[s->hostile_at].core->own[0].curve, sizeof s->lies.curve);
    s->w->outsider = 1 + s->hostile_at;
}

void liar_step(struct sim *s)
{
    static lie_fn *const lies[] = {run_unasked, run_unasked,     fresh_unasked, vector_2, vector_2,          ack,
                                   want,        fork_told,       erase_told,    flood,    what_has_no_place, noise,
                                   vector_0,    author_in_person};
    size_t to;
    if (!sim_some_up(s, &to) || s->w->blocked[s->hostile_at][to])
        return;
    meet(s, to);
    answer(s, to);
    for (uint64_t n = 1 + sim_random(s, 3); n--;) {
        size_t which = (size_t)sim_random(s, sizeof lies / sizeof *lies);
        sim_say(s, "lie %zu to %s", which, s->w->sites[to].name);
        if (is_met(s, to))
            lies[which](s, to);
    }
}
