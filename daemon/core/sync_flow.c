/*
 * sync_flow: commits on their way. WANT asks, RUN answers while there is credit, ACK gives credit back after COMMIT, NEW tells what is fresh.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/standing.h"
#include "daemon/core/sync.h"
#include <stdlib.h>

#define ASK_TIMEOUT_MS 30000
#define PATIENCE_MS    3000 /* so long after its last RUN a peer keeps others from being asked for the same log */
#define AUTHOR_FIRST_MS                                                                                                \
    300 /* a relay's announcement waits this long for the author itself, where we have its session */
#define RUN_COMMITS_MAX 2048
#define INLINE_NEW_MAX  4  /* more fresh commits of one log than that are told by their head alone */
#define WALK_BACK       64 /* commits asked at once when looking for where two branches part */

/* ---- asking ---- */

static bool asked_elsewhere(const struct core *c, const struct peer *but, const struct log_id *log, uint64_t head,
                            struct mono now)
{
    for (size_t i = 0; i < c->peers_n; i++) {
        bool slow = now.ms - c->peers[i].asked_at.ms >= PATIENCE_MS;
        const struct peer_log *pl = &c->peers[i] == but || slow ? NULL : known_find(&c->peers[i], log);
        if (pl && pl->asked > head)
            return true;
    }
    return false;
}

static void ask_log(struct core *c, struct peer *p, struct peer_log *pl, struct mono now)
{
    struct log_head head = {.seq = 0};
    uint64_t limit = 0;
    err_t why = ERR_OK;
    /* Of most logs, both have the same: those need no look at the disk. */
    if (pl->refused || (!pl->asked && pl->has <= pl->ours) || !authority_site(&c->authority, pl->log.site))
        return;
    err_t e = oplog_head(c->store, &pl->log, &head);
    if (e && e != ERR_NOT_FOUND)
        return;
    pl->ours = head.seq;
    if (pl->asked <= head.seq)
        pl->asked = 0;
    if (pl->asked && now.ms - p->asked_at.ms >= ASK_TIMEOUT_MS) {
        pl->asked = 0;
        pl->due.ms = now.ms + ASK_TIMEOUT_MS;
    }
    if (pl->has <= head.seq || pl->asked || now.ms < pl->due.ms || asked_elsewhere(c, p, &pl->log, head.seq, now))
        return;
    /* Beyond a cut, or from a fork on, nothing would be taken. */
    if (standing_reach(c, &pl->log, &limit, &why) || limit <= head.seq)
        return;
    struct msg m = {
        .type = MSG_WANT, .want = {.incarnation = pl->log.incarnation, .first = head.seq + 1}
    };
    m.want.last = pl->has < limit ? pl->has : limit;
    memcpy(m.want.site, pl->log.site, SITE_BYTES);
    if (sync_send(c, p, &m)) {
        pl->asked = pl->has;
        p->asked_at = now;
    }
}

static size_t waits(const struct peer *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->logs_n; i++)
        n += p->logs[i].asked != 0;
    return n;
}

void flow_ask(struct core *c)
{
    if (!c->ask_due)
        return;
    c->ask_due = false;
    struct mono now = core_mono(c);
    for (size_t i = 0; i < c->peers_n; i++) {
        struct peer *p = &c->peers[i];
        if (!p->member || p->state < SESSION_STREAM)
            continue;
        size_t out = waits(p);
        for (size_t k = 0; k < p->logs_n && out < PEER_ASKS_MAX; k++) {
            bool before = p->logs[k].asked != 0;
            ask_log(c, p, &p->logs[k], now);
            out += !before && p->logs[k].asked;
        }
        if (p->state == SESSION_STREAM && !waits(p))
            sync_move(c, p, SESSION_LIVE);
    }
}

/* ---- serving ---- */

static void spend(struct peer *p, size_t bytes)
{
    p->credit = p->credit > bytes ? p->credit - bytes : 0;
}

static err_t collect(struct core *c, const struct log_id *log, uint64_t *next, uint64_t last, size_t room,
                     struct buf *bytes, size_t *ends, size_t *n)
{
    err_t e = ERR_OK;
    room = room < LIMIT_RUN_BYTES ? room : LIMIT_RUN_BYTES;
    for (*n = 0; *n < RUN_COMMITS_MAX && *next <= last; ++*next) {
        size_t before = bytes->len;
        e = oplog_carried(c->store, log, *next, bytes);
        if (e)
            break;
        /* The first one goes even where it is larger than what we like to put into a RUN. */
        if (*n && bytes->len > room) {
            bytes->len = before;
            return ERR_OK;
        }
        ends[(*n)++] = bytes->len;
    }
    return e;
}

bool flow_say_run(struct core *c, const struct log_id *log, uint64_t *next, uint64_t last, size_t room,
                  const struct outlet *to)
{
    struct buf bytes;
    size_t n = 0;
    size_t *ends = calloc(RUN_COMMITS_MAX, sizeof *ends);
    struct slice *commits = calloc(RUN_COMMITS_MAX, sizeof *commits);
    struct msg m = {
        .type = MSG_RUN, .run = {.incarnation = log->incarnation, .first = *next}
    };
    memcpy(m.run.site, log->site, SITE_BYTES);
    buf_init(&bytes, LIMIT_MESSAGE_BYTES + LIMIT_COMMIT_BYTES);
    err_t e = ends && commits ? collect(c, log, next, last, room, &bytes, ends, &n) : ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        size_t from = i ? ends[i - 1] : 0;
        commits[i] = slice_of(bytes.at + from, ends[i] - from);
    }
    m.run.done = e == ERR_NOT_FOUND || *next > last;
    m.run.commits = commits;
    m.run.commits_n = n;
    if (!e || e == ERR_NOT_FOUND)
        to->say(c, to->to, &m);
    else
        core_note(c, JOURNAL_ERROR, "run.unread", "reason=%s", err_name(e));
    buf_fini(&bytes);
    free(ends);
    free(commits);
    return m.run.done || e;
}

static void say_spending(struct core *c, void *peer, const struct msg *m)
{
    spend(peer, sync_send(c, peer, m));
}

/* A RUN costs the receiver a COMMIT: a sliver of credit waits until it is worth one. All of it comes back, for each ACK returns what was sent. */
static bool worth_a_run(const struct peer *p)
{
    return p->credit >= LIMIT_RUN_BYTES;
}

/* Of sixty peers that fetch everything at once each would have its whole credit in our memory; who has nothing under way always gets a RUN. */
static bool has_its_share(const struct core *c, const struct peer *p)
{
    uint64_t all = 0;
    for (size_t i = 0; i < c->peers_n; i++)
        all += LIMIT_CREDIT_BYTES - c->peers[i].credit;
    return all >= LIMIT_SENT_BYTES && LIMIT_CREDIT_BYTES - p->credit >= LIMIT_RUN_BYTES;
}

/* RUNs while there is credit. */
static void flow_serve(struct core *c, struct peer *p)
{
    while (p->serves_n && worth_a_run(p) && !has_its_share(c, p)) {
        struct serve *s = &p->serves[0];
        if (!flow_say_run(c, &s->log, &s->next, s->last, (size_t)p->credit, &(struct outlet){say_spending, p}))
            continue;
        memmove(p->serves, p->serves + 1, (p->serves_n - 1) * sizeof *p->serves);
        p->serves_n--;
    }
}

err_t flow_want(struct core *c, struct peer *p, const struct msg_want *m)
{
    struct serve s = {.next = m->first, .last = m->last};
    s.log.incarnation = m->incarnation;
    memcpy(s.log.site, m->site, SITE_BYTES);
    if (!m->first || m->first > m->last || !authority_site(&c->authority, m->site))
        return ERR_PEER_PROTOCOL;
    if (p->serves_n >= PEER_SERVES_MAX)
        return ERR_ITEMS;
    void *array = p->serves;
    err_t e = core_grow(&array, p->serves_n, &p->serves_room, sizeof *p->serves);
    p->serves = array;
    if (e)
        return e;
    p->serves[p->serves_n++] = s;
    flow_serve(c, p);
    return ERR_OK;
}

/* ---- taking in ---- */

/* Durable now, or set aside: either way the bytes are ours no more. */
static void acknowledge(struct core *c, struct peer *p, const struct log_id *log, size_t bytes)
{
    struct log_head head = {.seq = 0};
    struct msg_head durable = {.incarnation = log->incarnation};
    memcpy(durable.site, log->site, SITE_BYTES);
    struct msg m = {
        .type = MSG_ACK, .ack = {.credit = bytes, .heads = &durable}
    };
    if (oplog_head(c->store, log, &head) == ERR_OK && head.seq) {
        durable.seq = head.seq;
        m.ack.heads_n = 1;
    }
    sync_send(c, p, &m);
}

/*
 * A commit of another branch: its peer is asked for what comes before, until the place is found where two commits follow the same one. A
 * commit that follows nothing anybody has leads nowhere and is forgotten.
 */
void flow_walk_back(struct core *c, struct peer *p, const struct log_id *log, uint64_t seq)
{
    struct log_head head = {.seq = 0};
    if (oplog_head(c->store, log, &head))
        return;
    uint64_t last = seq > head.seq ? head.seq : seq - 1;
    if (!last)
        return;
    struct msg m = {
        .type = MSG_WANT, .want = {.incarnation = log->incarnation, .last = last}
    };
    m.want.first = last > WALK_BACK ? last - WALK_BACK + 1 : 1;
    memcpy(m.want.site, log->site, SITE_BYTES);
    sync_send(c, p, &m);
}

static void note_refused(struct core *c, struct peer *p, const struct log_id *log, uint64_t seq, err_t refused)
{
    char site[SHORT_LEN + 1];
    struct peer_log *pl = known_log(p, log);
    core_note(c, JOURNAL_WARN, "commit.refused", "log=%s peer=%llx seq=%llu reason=%s",
              core_short(slice_of(log->site, SITE_BYTES), site), (unsigned long long)p->link, (unsigned long long)seq,
              err_name(refused));
    if (refused == ERR_BRANCH && pl && seq != pl->walked) {
        pl->walked = seq;
        flow_walk_back(c, p, log, seq);
    }
    if (pl)
        pl->refused = true;
}

void flow_forgive(struct core *c)
{
    for (size_t i = 0; i < c->peers_n; i++)
        for (size_t k = 0; k < c->peers[i].logs_n; k++) {
            c->peers[i].logs[k].refused = false;
            c->peers[i].logs[k].ours = 0; /* what was set aside is not ours any more */
        }
    c->ask_due = true;
}

err_t flow_take(struct core *c, uint64_t link, const struct log_id *log, uint64_t first, const struct slice *commits,
                size_t n, struct refusal *out)
{
    struct commit *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return ERR_MEMORY;
    *out = (struct refusal){ERR_OK, 0};
    err_t e = batch_begin(c);
    for (size_t i = 0; i < n && !e && !out->why; i++) {
        err_t one = ingest_commit(c, commits[i], link, scratch);
        bool placed = log_compare(&scratch->log, log) == 0 && (!first || scratch->seq == first + i);
        if ((one == ERR_OK || one == ERR_GAP) && !placed)
            one = ERR_PEER_PROTOCOL;
        if (one && ingest_survives(one))
            *out = (struct refusal){one, scratch->seq};
        else
            e = one;
    }
    free(scratch);
    if (e) {
        batch_abort(c);
        return e;
    }
    return batch_end(c);
}

static err_t take_in(struct core *c, struct peer *p, const struct log_id *log, uint64_t first,
                     const struct slice *commits, size_t n)
{
    struct refusal refused;
    err_t e = flow_take(c, p->link, log, first, commits, n, &refused);
    if (e)
        return e;
    if (refused.why && refused.why != ERR_GAP)
        note_refused(c, p, log, refused.seq, refused.why);
    return refused.why == ERR_PEER_PROTOCOL ? ERR_PEER_PROTOCOL : ERR_OK;
}

static struct log_id log_of(const uint8_t site[SITE_BYTES], uint64_t incarnation)
{
    struct log_id log = {.incarnation = incarnation};
    memcpy(log.site, site, SITE_BYTES);
    return log;
}

uint64_t flow_head_seq(struct core *c, const struct log_id *log)
{
    struct log_head head = {.seq = 0};
    return oplog_head(c->store, log, &head) == ERR_OK ? head.seq : 0;
}

static void count_in(struct peer *p, uint64_t first, uint64_t head, const struct slice *commits, size_t n)
{
    struct traffic *t = &p->traffic;
    for (size_t i = 0; i < n; i++) {
        bool again = first + i <= head;
        t->commits_in++;
        t->commit_bytes_in += commits[i].len;
        t->commits_again += again;
        t->commit_bytes_again += again ? commits[i].len : 0;
    }
}

err_t flow_run(struct core *c, struct peer *p, const struct msg_run *m, size_t bytes)
{
    struct log_id log = log_of(m->site, m->incarnation);
    uint64_t link = p->link, before = flow_head_seq(c, &log);
    count_in(p, m->first, before, m->commits, m->commits_n);
    if (!authority_site(&c->authority, log.site))
        return ERR_PEER_PROTOCOL;
    err_t e = m->commits_n ? take_in(c, p, &log, m->first, m->commits, m->commits_n) : ERR_OK;
    if (e)
        return e;
    p = sync_peer(c, link);
    struct peer_log *pl = p ? known_log(p, &log) : NULL;
    if (!pl)
        return !p ? ERR_OK : p->logs_n < PEER_LOGS_MAX ? ERR_MEMORY : ERR_ITEMS;
    p->asked_at = core_mono(c);
    if (m->done) {
        /* What leads nowhere is not asked again at once: who lies would be asked without end. */
        if (pl->asked && flow_head_seq(c, &log) == before)
            pl->due.ms = p->asked_at.ms + PATIENCE_MS;
        pl->asked = 0;
        /* It said that it has more than it could give: believe what it gave. */
        if (!m->commits_n && m->first <= pl->has)
            pl->has = m->first - 1;
        /* What it gave waits aside, below a checkpoint that it does not reach either: nothing to ask again before it says that it has more. */
        else if (m->first == before + 1 && m->first + m->commits_n > pl->has && flow_head_seq(c, &log) == before)
            pl->refused = true;
    }
    acknowledge(c, p, &log, bytes);
    c->ask_due = true;
    return ERR_OK;
}

err_t flow_new(struct core *c, struct peer *p, const struct msg_new *m, size_t bytes)
{
    struct log_id log = log_of(m->head.site, m->head.incarnation);
    struct log_head head = {.seq = 0};
    err_t e = known_claim(c, p, &log, m->head.seq, false);
    if (!e)
        e = oplog_head(c->store, &log, &head);
    if (e && e != ERR_NOT_FOUND)
        return e;
    count_in(p, m->head.seq, head.seq, &m->commit, m->commit.len > 0);
    uint64_t link = p->link;
    struct peer_log *pl = known_find(p, &log);
    if (pl && m->commit.len && m->head.seq == head.seq + 1) {
        e = take_in(c, p, &log, 0, &m->commit, 1);
        if (e)
            return e;
    } else if (m->head.seq > head.seq) {
        const struct peer *author = sync_peer_of(c, log.site);
        if (pl && author && author != p && author->state == SESSION_LIVE)
            pl->due.ms = core_mono(c).ms + AUTHOR_FIRST_MS;
    }
    p = sync_peer(c, link);
    if (p)
        acknowledge(c, p, &log, bytes);
    c->ask_due = true;
    return ERR_OK;
}

/* ---- telling ---- */

static bool says_new(const struct peer *p)
{
    return p->member && p->state >= SESSION_DIFF;
}

static void say_new(struct core *c, struct peer *p, const struct log_id *log, uint64_t seq, bool inlined)
{
    struct buf carried;
    struct commit *commit = malloc(sizeof *commit);
    struct msg m = {.type = MSG_NEW, .fresh = {.head = {.incarnation = log->incarnation, .seq = seq}}};
    memcpy(m.fresh.head.site, log->site, SITE_BYTES);
    buf_init(&carried, LIMIT_COMMIT_BYTES * 2);
    err_t e = commit ? oplog_carried(c->store, log, seq, &carried) : ERR_MEMORY;
    if (!e)
        e = commit_decode(buf_slice(&carried), commit);
    if (!e) {
        memcpy(m.fresh.head.id, commit->id, HASH_BYTES);
        inlined = inlined && carried.len <= LIMIT_INLINE_NEW_BYTES && carried.len < p->credit;
        if (inlined)
            m.fresh.commit = buf_slice(&carried);
        spend(p, sync_send(c, p, &m));
    }
    struct peer_log *pl = known_log(p, log);
    if (!e && inlined && pl && pl->has < seq)
        pl->has = seq;
    buf_fini(&carried);
    free(commit);
}

static void tell_grown(struct core *c, struct peer *p, const struct grown *g)
{
    struct peer_log *pl = known_log(p, &g->log);
    if (!pl || pl->has >= g->last || p->link == g->from_link)
        return;
    if (!p->credit) {
        p->silenced = true;
        return;
    }
    bool inlined = g->from_link == 0 && pl->has + 1 == g->first && g->last - g->first < INLINE_NEW_MAX;
    for (uint64_t seq = inlined ? g->first : g->last; seq <= g->last; seq++)
        say_new(c, p, &g->log, seq, inlined);
}

void sync_publish(struct core *c)
{
    for (size_t i = 0; i < c->batch.grown_n; i++)
        for (size_t k = 0; k < c->peers_n; k++)
            if (says_new(&c->peers[k]))
                tell_grown(c, &c->peers[k], &c->batch.grown[i]);
    c->ask_due = true;
}

/* What we have and they lack, told by heads alone: after a comparison, and when credit returns. */
static void flow_offer(struct core *c, struct peer *p)
{
    struct arena arena = {0};
    struct msg_head *heads = NULL;
    size_t n = 0;
    if (!says_new(p) || digests_heads(c, &arena, &heads, &n))
        n = 0;
    for (size_t i = 0; i < n; i++) {
        struct log_id log = log_of(heads[i].site, heads[i].incarnation);
        const struct peer_log *pl = known_find(p, &log);
        if (!pl || pl->has < heads[i].seq)
            say_new(c, p, &log, heads[i].seq, false);
    }
    p->silenced = false;
    arena_fini(&arena);
}

err_t flow_ack(struct core *c, struct peer *p, const struct msg_ack *m)
{
    uint64_t room = LIMIT_CREDIT_BYTES - p->credit;
    p->credit += m->credit < room ? m->credit : room;
    for (size_t i = 0; i < m->heads_n; i++) {
        struct log_id log = log_of(m->heads[i].site, m->heads[i].incarnation);
        err_t e = known_claim(c, p, &log, m->heads[i].seq, false);
        if (e)
            return e;
    }
    if (p->silenced)
        flow_offer(c, p);
    flow_serve(c, p);
    c->ask_due = true;
    return ERR_OK;
}
