#include "daemon/core/flood.h"
#include "daemon/store/aside.h"

#define DAY_MS INT64_C(86400000)

static struct flood *find(const struct core *c, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; i < c->floods_n; i++)
        if (memcmp(c->floods[i].site, site, SITE_BYTES) == 0)
            return &c->floods[i];
    return NULL;
}

/* Of a site in charter or roster: there are no more of them than that. A new day begins with nothing. */
static err_t count_of(struct core *c, const uint8_t site[SITE_BYTES], struct flood **out)
{
    struct flood *f = find(c, site);
    void *array = c->floods;
    err_t e = f ? ERR_OK : core_grow(&array, c->floods_n, &c->floods_room, sizeof *c->floods);
    c->floods = array;
    if (e)
        return e;
    bool begins = !f || core_mono(c).ms - f->since.ms >= DAY_MS;
    if (!f)
        f = &c->floods[c->floods_n++];
    if (begins) {
        *f = (struct flood){.since = core_mono(c)};
        memcpy(f->site, site, SITE_BYTES);
    }
    *out = f;
    return ERR_OK;
}

/* The journal hears of the first, and of each time that they doubled. */
static err_t pass_over(struct core *c, const uint8_t site[SITE_BYTES], const char *what)
{
    struct flood *f = NULL;
    char id[SHORT_LEN + 1];
    err_t e = count_of(c, site, &f);
    if (e)
        return e;
    f->passed++;
    if ((f->passed & (f->passed - 1)) == 0)
        core_note(c, JOURNAL_WARN, "flood.passed", "site=%s what=%s n=%llu", core_short(slice_of(site, SITE_BYTES), id),
                  what, (unsigned long long)f->passed);
    return ERR_OK;
}

/* ---- promises ---- */

err_t flood_promise(struct core *c, const struct promise *p, bool *keep)
{
    const struct site *by = authority_site(&c->authority, p->site);
    bool seen = false;
    uint64_t kept = 0;
    err_t e = rolls_seen(c->store, p->charter, &seen);
    for (size_t i = 0; i < c->authority.sites_n && by && !seen && !e; i++) {
        uint64_t of_site = 0;
        if (c->authority.sites[i].ally != by->ally)
            continue;
        e = rolls_unseen_promises(c->store, c->authority.sites[i].id, p->charter, &of_site);
        kept += of_site;
    }
    *keep = seen || kept < LIMIT_PROMISES_UNSEEN;
    return e || *keep ? e : pass_over(c, p->site, "promise");
}

/* ---- fork proofs ---- */

/* Does another proof end the log before this place, or, at and below its checkpoint, tell where its branches part? */
static err_t is_further(struct core *c, const struct log_id *log, uint64_t seq, bool *further)
{
    const struct head *named = authority_checkpoint(&c->authority, log);
    uint64_t above = named && seq > named->seq ? named->seq : 0, lowest = 0;
    err_t e = forks_lowest(c->store, log, above, &lowest);
    *further = !e && lowest < seq;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

err_t flood_fork(struct core *c, const struct log_id *log, uint64_t seq, bool *keep)
{
    struct flood *f = NULL;
    uint64_t n = 0;
    bool known = false, further = false;
    err_t e = forks_count(c->store, log, seq, &n, &known);
    if (!e && !known)
        e = is_further(c, log, seq, &further);
    *keep = known || (further && n < LIMIT_FORKS_LOG);
    if (e || known || further)
        return e || *keep ? e : pass_over(c, log->site, "fork");
    e = count_of(c, log->site, &f);
    *keep = !e && f->forks < LIMIT_FORKS_DAY;
    if (!e && *keep)
        f->forks++;
    return e || *keep ? e : pass_over(c, log->site, "fork");
}

uint64_t flood_passed(const struct core *c, const uint8_t site[SITE_BYTES])
{
    const struct flood *f = find(c, site);
    return f && core_mono(c).ms - f->since.ms < DAY_MS ? f->passed : 0;
}
