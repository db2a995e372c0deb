#include "daemon/core/request.h"
#include "daemon/core/ingest.h"
#include "daemon/core/move.h"
#include "daemon/core/req.h"
#include "protocol/base/base32.h"
#include "protocol/wire/wr.h"
#include "protocol/base/utf8.h"

#define SHORT_TEXT_BYTES (4096 + 3) /* and the head of one so long */

static const struct {
    const char *name;
    req_fn *run;
    enum req_site site;
} table[] = {
#define X(name, fn, site) {name, fn, site},
    REQUESTS(X)
#undef X
};

json_t *req_error(err_t e, const char *detail)
{
    struct why why = {0};
    why_set(&why, e, "%s", detail);
    return say_answer(e, &why, NULL);
}

static void name_all(const struct core *c, struct buf *names)
{
    for (size_t i = 0; i < c->own_n; i++)
        buf_printf(names, "%s%.*s", i ? ", " : "", (int)c->own[i].row.name.len, (const char *)c->own[i].row.name.at);
}

/* No request may go to another site than the one that was meant. */
static err_t find_site(struct req *r, enum req_site what)
{
    const char *name = read_text(&r->read, "site");
    struct buf names;
    err_t e = ERR_OK;
    r->own = *name ? core_own_named(r->core, slice_text(name)) : core_own(r->core);
    r->read.self = r->own ? r->own->key.pub : NULL;
    bool guess = !*name && what != READS && r->core->own_n > 1;
    if (r->own && !guess)
        return ERR_OK;
    if (!guess && move_is_gone(r->core, slice_text(name)))
        return why_set(&r->read.why, ERR_SITE_MOVED, "%.60s", name);
    buf_init(&names, 4096);
    name_all(r->core, &names);
    if (guess)
        e = why_set(&r->read.why, ERR_SITE_CHOOSE, "--site %.140s", buf_text(&names) ? buf_text(&names) : "NAME");
    else
        e = why_set(&r->read.why, ERR_SITE_UNKNOWN, "%.60s (%.80s)", name, buf_text(&names) ? buf_text(&names) : "");
    buf_fini(&names);
    return e;
}

static err_t dispatch(struct req *r, const char *name)
{
    read_fn *reading = read_find(name);
    if (reading) {
        err_t e = find_site(r, READS);
        return e ? e : reading(&r->read);
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].name, name) != 0)
            continue;
        bool again = false;
        err_t e = find_site(r, table[i].site);
        if (!e && table[i].site == ONCE)
            e = req_once(r, name, &again);
        return e || again ? e : table[i].run(r);
    }
    return why_set(&r->read.why, ERR_USAGE, "%.100s", name);
}

json_t *request_run(struct core *c, struct slice client, const json_t *request)
{
    const char *name = json_string_value(json_object_get(request, "do"));
    const char *lang = json_string_value(json_object_get(request, "lang"));
    struct req r = {
        .read = {.store = c->store,
                 .authority = &c->authority,
                 .lang = lang ? lang : "en",
                 .args = json_object_get(request, "args"),
                 .result = json_object()},
        .core = c,
        .client = client
    };
    if (!name)
        return read_fini(&r.read), req_error(ERR_JSON, "do");
    err_t e = r.read.result ? dispatch(&r, name) : ERR_MEMORY;
    if (c->batch.open)
        batch_abort(c);
    if (e && !ingest_survives(e))
        core_note(c, JOURNAL_ERROR, "request.failed", "do=%s reason=%s", name, err_name(e));
    json_t *out = r.later && !e ? NULL : say_answer(e, &r.read.why, r.read.result);
    read_fini(&r.read);
    return out;
}

/* ---- arguments ---- */

err_t req_encoded(struct req *r, struct slice text, struct slice *out)
{
    struct buf plain, b;
    buf_init(&plain, SHORT_TEXT_BYTES);
    buf_init(&b, SHORT_TEXT_BYTES);
    err_t e = utf8_plain(text, &plain);
    if (!e)
        wr_text(&b, buf_slice(&plain));
    e = e ? e : b.err;
    e = e ? e : arena_copy(&r->read.arena, buf_slice(&b), out);
    buf_fini(&plain);
    buf_fini(&b);
    return e;
}
