/*
 * ListRecords and ListIdentifiers. A harvest walks the feed from serial to serial up to the newest row of its beginning: what changes meanwhile moves behind that end, comes
 * with the next harvest, and makes nobody skip or repeat anything.
 */
#include "daemon/web/oai.h"
#include "daemon/web/oai_dc.h"
#include "daemon/web/oai_set.h"
#include "daemon/web/oai_token.h"
#include "daemon/web/xml.h"
#include "protocol/base/clock.h"
#include <inttypes.h>

#define BATCH 200 /* rows of the feed looked at in one go */

struct listing {
    struct oai_token at;
    struct oai_set set;
    const char *token; /* as it came; NULL: from the beginning */
    size_t given;      /* in this answer */
    bool more;
};

/* ---- which ones ---- */

/* Both forms of the protocol: a day, a second. *day: which. */
static bool read_time(const char *text, int64_t *at_s, bool *day)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
    struct wall t;
    size_t n = strlen(text);
    if (n != 10 && n != sizeof form - 1)
        return false;
    for (size_t i = 0; i < n; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    if (rfc3339_read(text, &t))
        return false;
    *day = n == 10;
    *at_s = t.ms / 1000;
    return true;
}

static bool read_span(struct oai_request *q, int64_t *from_s, int64_t *until_s)
{
    const char *from = oai_param(q, "from"), *until = oai_param(q, "until");
    bool from_day = false, until_day = false;
    *from_s = INT64_MIN;
    *until_s = INT64_MAX;
    if (from && !read_time(from, from_s, &from_day))
        oai_refuse(q, OAI_BAD_ARGUMENT, "from");
    if (until && !read_time(until, until_s, &until_day))
        oai_refuse(q, OAI_BAD_ARGUMENT, "until");
    if (!q->error && from && until && (from_day != until_day || *from_s > *until_s))
        oai_refuse(q, OAI_BAD_ARGUMENT, "from, until");
    if (until_day)
        *until_s += 86399;
    return q->error == OAI_OK;
}

static struct feed_ask ask_of(const struct listing *l, size_t limit)
{
    bool ally = l->set.kind == OAI_SET_ALLY && l->set.one;
    return (struct feed_ask){.after = l->at.after,
                             .upto = l->at.upto,
                             .ally = ally ? slice_of(l->set.id, ALLY_BYTES) : slice_text(""),
                             .last_alone = true,
                             .limit = limit};
}

/* How many there are is only known without a look into each. */
static err_t count(struct oai_request *q, struct listing *l)
{
    struct feed_ask ask = ask_of(l, 0);
    uint64_t n = 0;
    l->at.total = -1;
    if (l->set.kind == OAI_SET_COMPONENT)
        return ERR_OK;
    err_t e = feed_count(q->o->read->store, &ask, &n);
    if (!e)
        l->at.total = (int64_t)n;
    return e;
}

static err_t begin(struct oai_request *q, struct listing *l)
{
    int64_t from_s, until_s;
    const char *set = oai_param(q, "set");
    if (strcmp(oai_param(q, "metadataPrefix"), OAI_DC_PREFIX) != 0)
        oai_refuse(q, OAI_NO_FORMAT, oai_param(q, "metadataPrefix"));
    if (q->error || !read_span(q, &from_s, &until_s))
        return ERR_OK;
    if (set && !oai_set_read(set, &l->set)) {
        oai_refuse(q, OAI_NO_RECORDS, "set");
        return ERR_OK;
    }
    snprintf(l->at.set, sizeof l->at.set, "%s", set ? set : "");
    err_t e = feed_between(q->o->read->store, from_s, until_s, &l->at.after, &l->at.upto);
    return e ? e : count(q, l);
}

static err_t go_on(struct oai_request *q, struct listing *l, bool records)
{
    struct feed_row witness;
    err_t e = oai_token_read(l->token, &l->at);
    if (!e)
        e = feed_at(q->o->read->store, l->at.upto, &witness);
    bool good = !e && l->at.records == records &&
                oai_token_holds(l->token, &l->at, slice_of(witness.record, RECORD_BYTES)) &&
                (!*l->at.set || oai_set_read(l->at.set, &l->set));
    if (!good && (!e || e == ERR_CURSOR || e == ERR_NOT_FOUND)) {
        oai_refuse(q, OAI_BAD_TOKEN, "resumptionToken");
        return ERR_OK;
    }
    return e;
}

/* ---- the answer ---- */

static err_t say_one(struct oai_request *q, struct listing *l, const struct feed_row *row)
{
    struct shown s;
    err_t e = shown_load(q->o->read, row, &s);
    if (e)
        return e;
    if (!oai_set_has(&l->set, &s, q->o->atlas)) {
        l->at.after = row->serial;
        return ERR_OK;
    }
    if (l->given == q->o->page) {
        l->more = true;
        return ERR_OK;
    }
    l->given++;
    l->at.after = row->serial;
    return l->at.records ? oai_record(q->o, &s, q->body) : oai_header(q->o, &s, q->body);
}

static err_t say_page(struct oai_request *q, struct listing *l)
{
    struct feed_row *rows = NULL;
    size_t n = BATCH;
    err_t e = ERR_OK;
    while (!e && n == BATCH && !l->more) {
        struct feed_ask ask = ask_of(l, BATCH);
        e = feed_page(q->o->read->store, &ask, &q->o->read->arena, &rows, &n);
        for (size_t i = 0; i < n && !e && !l->more; i++)
            e = say_one(q, l, &rows[i]);
    }
    return e;
}

static err_t say_token(struct oai_request *q, const struct listing *l)
{
    char text[OAI_TOKEN_MAX] = "";
    struct feed_row witness;
    struct oai_token next = l->at;
    next.given += (int64_t)l->given;
    if (l->more) {
        err_t e = feed_at(q->o->read->store, next.upto, &witness);
        if (e)
            return e;
        oai_token_write(&next, slice_of(witness.record, RECORD_BYTES), text);
    }
    if (l->more || l->token) {
        xml_raw(q->body, "<resumptionToken");
        if (l->at.total >= 0)
            buf_printf(q->body, " completeListSize=\"%" PRId64 "\"", l->at.total);
        buf_printf(q->body, " cursor=\"%" PRId64 "\">%s</resumptionToken>\n", l->at.given, text);
    }
    return ERR_OK;
}

err_t oai_list(struct oai_request *q, bool records)
{
    struct listing l = {.token = oai_param(q, "resumptionToken")};
    err_t e = l.token ? go_on(q, &l, records) : begin(q, &l);
    l.at.records = records;
    if (e || q->error)
        return e;
    e = say_page(q, &l);
    /* All that was left changed since: it stands behind the end of this harvest now, and an answer may not be empty. */
    if (!e && !l.given && l.token) {
        struct feed_span span;
        e = feed_span(q->o->read->store, &span);
        l.at.upto = e ? l.at.upto : span.newest;
        e = e ? e : say_page(q, &l);
    }
    if (e)
        return e;
    if (!l.given) {
        oai_refuse(q, OAI_NO_RECORDS, "");
        return ERR_OK;
    }
    return say_token(q, &l);
}
