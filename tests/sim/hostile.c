/*
 * A member that lies: its key is valid, its core does not run, and its commits come in by one site or another.
 */
#include "tests/sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef void deed_fn(struct sim *s, size_t to);

static void tell(struct sim *s, size_t to, const struct core_twist *twist)
{
    /* As if it came from one of its peers: from which, does not matter. */
    const struct core *c = s->w->sites[to].core;
    uint64_t link = c->peers_n ? c->peers[sim_random(s, c->peers_n)].link : 0;
    struct buf carried = core_author_put(&s->author, (unsigned)sim_random(s, 5), "Faux", twist);
    err_t e = core_author_give(s->w, to, buf_slice(&carried), link);
    buf_fini(&carried);
    sim_say(s, "hostile to %s: seq %llu %s", s->w->sites[to].name, (unsigned long long)s->author.seq, err_name(e));
    s->counts->hostile++;
}

static void honest(struct sim *s, size_t to)
{
    tell(s, to, NULL);
}

static bool can_be_told(const struct sim *s, size_t to)
{
    return s->w->sites[to].core && !s->sites[to].flipped && !s->sites[to].disk->freeze_at &&
           !s->sites[to].disk->fault_n;
}

/* Two commits for one place, shown to two sites. */
void hostile_fork(struct sim *s, size_t to)
{
    size_t other;
    if (!can_be_told(s, to))
        return;
    tell(s, to, &(struct core_twist){.aside = true});
    if (sim_some_up(s, &other) && can_be_told(s, other))
        tell(s, other, NULL);
}

static void gap(struct sim *s, size_t to)
{
    tell(s, to, &(struct core_twist){.seq = s->author.seq + 3, .aside = true});
}

static void wrong_prev(struct sim *s, size_t to)
{
    tell(s, to, &(struct core_twist){.prev = true, .aside = sim_one_in(s, 2)});
}

static void wrong_signature(struct sim *s, size_t to)
{
    tell(s, to, &(struct core_twist){.signature = true, .aside = true});
}

static void wrong_alliance(struct sim *s, size_t to)
{
    tell(s, to, &(struct core_twist){.alliance = true, .aside = true});
}

static void wrong_body(struct sim *s, size_t to)
{
    tell(s, to, &(struct core_twist){.body = 1 + (unsigned)sim_random(s, 3)});
}

static void clock_stands(struct sim *s, size_t to)
{
    tell(s, to, &(struct core_twist){.clock_stands = true, .aside = true});
}

static void new_log(struct sim *s, size_t to)
{
    static const int64_t clocks[] = {1, WORLD_START_MS, WORLD_START_MS * 3, INT64_C(7250000000000)};
    struct core_author *a = &s->author;
    a->log.incarnation = 78 + sim_random(s, 1000);
    a->seq = 0;
    a->clock = (uint64_t)clocks[sim_random(s, sizeof clocks / sizeof *clocks)] << 16;
    memset(a->prev, 0, sizeof a->prev);
    tell(s, to, NULL);
}

static void flood(struct sim *s, size_t to)
{
    for (unsigned i = 0; i < 60 && s->w->sites[to].core; i++)
        tell(s, to, NULL);
}

void hostile_step(struct sim *s)
{
    static deed_fn *const deeds[] = {honest,     honest,         hostile_fork, gap,     wrong_prev, wrong_signature,
                                     wrong_body, wrong_alliance, clock_stands, new_log, flood};
    size_t to;
    if (!sim_some_up(s, &to) || !can_be_told(s, to))
        return;
    deed_fn *deed = deeds[sim_random(s, sizeof deeds / sizeof *deeds)];
    /* A first commit that names a predecessor, and a later one that names none, cannot even be written. */
    if (!s->author.seq && (deed == gap || deed == wrong_prev))
        deed = honest;
    deed(s, to);
}
