/*
 * sync_hello: how a session begins. HELLO says who; CHARTER brings both to the same charter and roster; JOIN and WELCOME let a newcomer in.
 */
#include "daemon/commons/fold.h"
#include "daemon/core/admit.h"
#include "daemon/core/beacons.h"
#include "daemon/core/charters.h"
#include "daemon/core/exchange.h"
#include "daemon/core/found.h"
#include "daemon/core/host.h"
#include "daemon/core/ingest.h"
#include "daemon/core/joins.h"
#include "daemon/core/sync.h"

#define AT_ONCE_MS        20000 /* two links opened by both sides: PROTOCOL.md §8.2 */
#define STRANGER_CHARTERS 32 /* messages in its short session: pages of all that it knows, and what comes meanwhile */

void hello_say(struct core *c, const struct outlet *to)
{
    struct msg m = {
        .type = MSG_HELLO, .hello = {.version = PROTOCOL_VERSION, .fold = FOLD_VERSION}
    };
    struct own *own = core_own(c);
    struct slice alliance;
    if (!own || digests_update(c))
        return;
    if (c->founded)
        memcpy(m.hello.alliance, c->authority.alliance, ALLIANCE_BYTES);
    else if (local_get(c->store, "alliance", &c->frame, &alliance) == ERR_OK && alliance.len == ALLIANCE_BYTES)
        memcpy(m.hello.alliance, alliance.at, ALLIANCE_BYTES);
    memcpy(m.hello.site, own->key.pub, SITE_BYTES);
    c->env.random(c->env.ctx, m.hello.session, sizeof m.hello.session);
    m.hello.charter_number = c->authority.charter_number;
    m.hello.roster_number = c->authority.roster_number;
    memcpy(m.hello.charter_id, c->authority.charter_id, HASH_BYTES);
    memcpy(m.hello.roster_id, c->authority.roster_id, HASH_BYTES);
    memcpy(m.hello.inputs, c->inputs, HASH_BYTES);
    memcpy(m.hello.state, c->state, HASH_BYTES);
    m.hello.software = slice_text("allied/" ALLIED_VERSION " " BEACON_WORD);
    to->say(c, to->to, &m);
}

/* ---- HELLO, CHARTER, JOIN ---- */

/*
 * Two sites may have connected to each other at once: both keep the link that the lower key opened. Same direction, or one that has stood for a
 * while: the newer one. Who comes anew then has lost the old one, or is another machine with that key, which must be seen.
 */
static struct peer *settle_duplicate(struct core *c, struct peer *p)
{
    for (size_t i = 0; i < c->peers_n; i++) {
        struct peer *other = &c->peers[i];
        if (other == p || !other->hello || memcmp(other->site, p->site, SITE_BYTES) != 0)
            continue;
        bool ours_is_lower = memcmp(core_own(c)->key.pub, p->site, SITE_BYTES) < 0;
        bool at_once = core_mono(c).ms - other->since.ms < AT_ONCE_MS;
        bool keep_new = !at_once || other->outgoing == p->outgoing || p->outgoing == ours_is_lower;
        struct peer *loser = keep_new ? other : p;
        uint64_t link = p->link;
        sync_bye(c, loser, ERR_OK, "duplicate");
        return keep_new ? sync_peer(c, link) : NULL;
    }
    return p;
}

static err_t check_hello(struct core *c, const struct peer *p, const struct msg_hello *m)
{
    uint8_t curve[32];
    if (m->version != PROTOCOL_VERSION)
        return ERR_VERSION;
    err_t e = sign_curve_public(m->site, curve);
    if (e || memcmp(curve, p->curve, sizeof curve) != 0)
        return ERR_PEER_KEY;
    if (p->outgoing && memcmp(p->site, m->site, SITE_BYTES) != 0)
        return ERR_PEER_KEY;
    if (core_is_own(c, m->site))
        return ERR_PEER_PROTOCOL;
    if (c->founded && memcmp(m->alliance, c->authority.alliance, ALLIANCE_BYTES) != 0)
        return ERR_ALLIANCE;
    return ERR_OK;
}

/* What they may lack of charter and roster; empty where they are as far as we are. */
static void tell_charter(struct core *c, struct peer *p)
{
    bool same_charter = memcmp(p->theirs.charter_id, c->authority.charter_id, HASH_BYTES) == 0;
    bool same_roster = memcmp(p->theirs.roster_id, c->authority.roster_id, HASH_BYTES) == 0;
    /* Drafts travel beside the chain, so that all who must sign see them. */
    bool drafts = rolls_count(c->store) > c->authority.charters_n;
    charters_tell(c, &(struct outlet){sync_say, p}, !c->founded || (same_charter && same_roster && !drafts));
}

/* Behind the program's name: one of the words that say what it takes beyond what everybody does (PROTOCOL.md §8.3). */
static bool has_word(struct slice software, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 1; i + n <= software.len; i++)
        if (software.at[i - 1] == ' ' && memcmp(software.at + i, word, n) == 0 &&
            (i + n == software.len || software.at[i + n] == ' '))
            return true;
    return false;
}

err_t hello_take(struct core *c, struct peer *p, const struct msg_hello *m)
{
    err_t e = check_hello(c, p, m);
    if (e)
        return e;
    p->theirs = *m;
    p->takes_beacons = has_word(m->software, BEACON_WORD);
    p->theirs.software = slice_text("");
    memcpy(p->site, m->site, SITE_BYTES);
    p->has_site = p->hello = true;
    p->since = core_mono(c);
    p->member = core_admits(c, p->site);
    uint64_t wait_s = p->member ? reach_penalty_s(c, p->site, &e) : 0;
    if (wait_s) {
        sync_bye_wait(c, p, e, "penalty", wait_s);
        return ERR_OK;
    }
    p = settle_duplicate(c, p);
    if (!p)
        return ERR_OK;
    reach_met(c, p->site);
    tell_charter(c, p);
    return ERR_OK;
}

/* Under the key that the code pins, or one that took its place meanwhile. */
static bool is_inviter(struct core *c, const uint8_t site[SITE_BYTES])
{
    struct slice inviter;
    if (local_get(c->store, SETTING_INVITER, &c->frame, &inviter) || inviter.len != SITE_BYTES)
        return false;
    for (const uint8_t *at = site; at; at = authority_replaces(&c->authority, at))
        if (memcmp(at, inviter.at, SITE_BYTES) == 0)
            return true;
    return false;
}

/* The code names the charter that was in force at the inviter's: of two chains that begin alike it is the one that has it. */
static bool has_pinned_charter(struct core *c)
{
    struct slice pinned;
    if (local_get(c->store, SETTING_CHARTER, &c->frame, &pinned) || pinned.len != HASH_BYTES)
        return true;
    for (size_t i = 0; i < c->authority.charters_n; i++)
        if (memcmp(c->authority.charters[i].id, pinned.at, HASH_BYTES) == 0)
            return true;
    return false;
}

static void ask_to_join(struct core *c, struct peer *p)
{
    struct buf out;
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    if (!p->joined_asked && c->joining && is_inviter(c, p->site) && admit_request(c, &out) == ERR_OK) {
        exchange_send(c, p->link, buf_slice(&out));
        p->joined_asked = true;
    }
    buf_fini(&out);
}

bool hello_we_stand(const struct core *c)
{
    return c->founded && c->own_n && authority_site(&c->authority, c->own[0].key.pub);
}

static void judge_members(struct core *c)
{
    for (size_t i = 0; i < c->peers_n; i++)
        c->peers[i].member = c->peers[i].hello && core_admits(c, c->peers[i].site);
}

/* Both sides stand and know the same charter: compare what we have. */
static void advance(struct core *c, struct peer *p)
{
    if (p->state != SESSION_CHARTER)
        return;
    if (!hello_we_stand(c))
        ask_to_join(c, p);
    else if (p->member) {
        early_tell(c, &(struct outlet){sync_say, p});
        diff_start(c, p);
    }
}

void sync_tell_roster(struct core *c)
{
    judge_members(c);
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].hello && c->peers[i].state != SESSION_HELLO)
            charters_tell(c, &(struct outlet){sync_say, &c->peers[i]}, false);
}

err_t hello_charter(struct core *c, struct peer *p, const struct msg_charter *m)
{
    bool news = false;
    uint64_t link = p->link;
    if (!p->member && hello_we_stand(c) && ++p->charters > STRANGER_CHARTERS)
        return ERR_ITEMS;
    err_t e = charters_take(c, m, &news);
    if (e)
        return e;
    if (news)
        sync_tell_roster(c);
    p = sync_peer(c, link);
    if (p && !m->more && c->joining && !has_pinned_charter(c))
        return ERR_CHARTER;
    if (p && !m->more)
        advance(c, p);
    /* A roster that names us or a waiting peer lets sessions go on that stood still. */
    for (size_t i = 0; news && i < c->peers_n; i++)
        advance(c, &c->peers[i]);
    return ERR_OK;
}

typedef err_t judge_fn(struct core *c, const struct msg_join *m, const uint8_t site[SITE_BYTES], struct why *why);

static err_t answer_join(struct core *c, struct peer *p, const struct msg_join *m, judge_fn *judge)
{
    struct why why = {0};
    uint64_t before = c->authority.roster_number;
    err_t e = judge(c, m, p->site, &why);
    char site[SHORT_LEN + 1];
    bool kept = e == ERR_WAITING || e == ERR_CONFIRM;
    core_note(c, e && !kept ? JOURNAL_WARN : JOURNAL_INFO,
              !e     ? "join.admitted"
              : kept ? "join.kept"
                     : "join.refused",
              "site=%s reason=%s", core_short(slice_of(p->site, SITE_BYTES), site), err_name(e));
    /* A member knows better than to pass on what is malformed or not signed. */
    if (!ingest_survives(e) || (p->member && e != ERR_ITEMS && err_exit(e) == 65))
        return e;
    struct msg answer = {
        .type = MSG_WELCOME, .welcome = {.code = slice_text(err_name(e)), .detail = slice_text(why.text)}
    };
    sync_send(c, p, &answer);
    if (!e && c->authority.roster_number != before)
        sync_tell_roster(c);
    judge_members(c);
    if (!e)
        advance(c, p);
    return ERR_OK;
}

err_t hello_join(struct core *c, struct peer *p, const struct msg_join *m)
{
    if (p->joined && !p->member)
        return ERR_PEER_PROTOCOL;
    p->joined = true;
    return answer_join(c, p, m, admit_join);
}

err_t hello_vouch(struct core *c, struct peer *p, const struct msg_join *m)
{
    return answer_join(c, p, m, admit_vouched);
}

err_t hello_welcome(struct core *c, struct peer *p, const struct msg_welcome *m)
{
    if (p->joined_asked && c->joining)
        return admit_answered(c, m);
    if (p->join_out)
        return host_answered(c, p, m);
    if (!p->joins_open)
        return ERR_PEER_PROTOCOL;
    joins_answered(c, p, m);
    return ERR_OK;
}
