#include "daemon/web/events.h"
#include "daemon/http/answer.h"
#include "daemon/web/web.h"
#include "protocol/base/base32.h"
#include "protocol/base/utf8.h"
#include <stdio.h>
#include <stdlib.h>

#define COMMIT_DOT 16 /* bytes that name a commit */

static const char *const names[EVENT_TYPES] = {
    [EVENT_RECORD] = "record", [EVENT_CONCEPT] = "concept", [EVENT_RETIRED] = "retired"};

err_t events_types(const char *text, unsigned *out)
{
    unsigned types = 0;
    while (text && *text) {
        size_t n = strcspn(text, ","), i = 0;
        while (i < EVENT_TYPES && !slice_equal(slice_text(names[i]), slice_of(text, n)))
            i++;
        if (i == EVENT_TYPES)
            return ERR_HTTP_VALUE;
        types |= 1u << i;
        text += n + (text[n] == ',');
    }
    *out = types ? types : (1u << EVENT_TYPES) - 1;
    return ERR_OK;
}

/* ---- one commit ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* EVENT_TYPES: none that is told. */
static enum event_type type_of(const json_t *op)
{
    if (!json_is_true(json_object_get(op, "counts")))
        return EVENT_TYPES;
    if (strcmp(text_of(op, "kind"), "record.retire") == 0)
        return EVENT_RETIRED;
    return strcmp(text_of(op, "type"), "record") == 0    ? EVENT_RECORD
           : strcmp(text_of(op, "type"), "concept") == 0 ? EVENT_CONCEPT
                                                         : EVENT_TYPES;
}

/* What a commit says of one entity; all its ops together. A new reference. */
static json_t *event_of(const json_t *commit, const json_t *op)
{
    static const char *const copied[] = {"commit", "at", "ally", "ally_name"};
    json_t *out = json_pack("{s:O?, s:O?, s:O?, s:[]}", "type", json_object_get(op, "type"), "id",
                            json_object_get(op, "id"), "label", json_object_get(op, "label"), "fields");
    for (size_t i = 0; out && i < sizeof copied / sizeof *copied; i++)
        json_object_set(out, copied[i], json_object_get(commit, copied[i]));
    return out;
}

struct told { /* the entities of one commit, each once */
    json_t *event[LIMIT_OPS];
    enum event_type type[LIMIT_OPS];
    size_t n;
};

static err_t collect(const json_t *commit, unsigned types, struct told *t)
{
    const json_t *op;
    size_t i;
    json_array_foreach(json_object_get(commit, "ops"), i, op)
    {
        enum event_type type = type_of(op);
        size_t k = 0;
        if (type == EVENT_TYPES || !(types & 1u << type))
            continue;
        while (k < t->n && (t->type[k] != type || strcmp(text_of(t->event[k], "id"), text_of(op, "id")) != 0))
            k++;
        if (k == LIMIT_OPS)
            continue;
        if (k == t->n) {
            t->type[k] = type;
            t->event[k] = event_of(commit, op);
            t->n += t->event[k] != NULL;
        }
        if (k == t->n)
            return ERR_MEMORY;
        json_array_extend(json_object_get(t->event[k], "fields"), json_object_get(op, "fields"));
    }
    return ERR_OK;
}

static err_t say_event(const char *name, const json_t *data, struct buf *out)
{
    buf_printf(out, "event: %s\ndata: ", name);
    if (json_dump_callback(data, utf8_json_piece, out, JSON_COMPACT))
        return out->err ? out->err : ERR_MEMORY;
    buf_byte(out, '\n');
    return out->err;
}

/* *quiet: it ended without its id, as it had nothing to tell. */
static err_t say_commit(struct events *s, const json_t *commit, struct buf *out, bool *quiet)
{
    struct told t = {.n = 0};
    err_t e = collect(commit, s->types, &t);
    snprintf(s->place, sizeof s->place, "%s", text_of(commit, "commit"));
    for (size_t i = 0; i < t.n && !e; i++) {
        e = say_event(names[t.type[i]], t.event[i], out);
        if (i + 1 == t.n)
            buf_printf(out, "id: %s\n", s->place);
        buf_byte(out, '\n');
    }
    *quiet = t.n == 0;
    for (size_t i = 0; i < t.n; i++)
        json_decref(t.event[i]);
    return e ? e : out->err;
}

/* ---- a step ---- */

static err_t read_commits(struct read *r, const char *cursor, size_t limit, const json_t **commits)
{
    json_t *args = *cursor ? json_pack("{s:s, s:i}", "cursor", cursor, "limit", (int)limit)
                           : json_pack("{s:i}", "limit", (int)limit);
    if (!args)
        return ERR_MEMORY;
    r->args = args;
    json_object_clear(r->result);
    err_t e = read_changes(r);
    r->args = NULL;
    json_decref(args);
    *commits = json_object_get(r->result, "changes");
    return e;
}

/* The last commit that is here. */
static err_t place_now(struct events *s, struct read *r)
{
    const json_t *commits;
    err_t e = read_commits(r, "", 1, &commits);
    if (!e)
        snprintf(s->place, sizeof s->place, "%s", text_of(json_array_get(commits, 0), "commit"));
    return e;
}

/* The beginning: from a place that is known, else from now. */
static err_t begin(struct events *s, struct read *r, struct buf *out)
{
    uint8_t dot[COMMIT_DOT];
    int64_t row = 0;
    bool asked = *s->place;
    buf_printf(out, "retry: %d\n\n", EVENTS_RETRY_MS);
    s->begun = true;
    err_t e = asked ? base32_decode(slice_text(s->place), dot, sizeof dot) : ERR_NOT_FOUND;
    e = e ? ERR_NOT_FOUND : oplog_by_dot(r->store, dot, &row);
    if (e != ERR_NOT_FOUND)
        return e;
    e = place_now(s, r);
    if (!e && asked)
        buf_printf(out, "event: reset\ndata: {}\n");
    if (!e && *s->place)
        buf_printf(out, "id: %s\n\n", s->place);
    else if (!e && asked)
        buf_byte(out, '\n');
    return e;
}

static err_t reset(struct events *s, struct read *r, struct buf *out)
{
    s->begun = false;
    r->why = (struct why){ERR_OK, ""};
    return begin(s, r, out);
}

static err_t say_commits(struct events *s, struct read *r, struct buf *out)
{
    const json_t *commits = NULL, *commit;
    size_t i;
    bool quiet = false;
    err_t e = read_commits(r, s->place, *s->place ? EVENTS_COMMITS : READ_LIMIT_MAX, &commits);
    if (e == ERR_CURSOR)
        return reset(s, r, out);
    json_array_foreach(commits, i, commit)
    {
        e = e ? e : say_commit(s, commit, out, &quiet);
    }
    if (!e && quiet)
        buf_printf(out, "id: %s\n\n", s->place);
    /* There may be more of them: the same state is looked at once more. */
    if (json_array_size(commits) >= EVENTS_COMMITS)
        s->state = (struct changed_state){.last = 0};
    return e;
}

err_t events_step(struct events *s, struct read *r, struct mono now, struct buf *out)
{
    struct changed_state state;
    size_t had = out->len;
    err_t e = changed_state(r->store, &state);
    bool same = !e && s->begun && state.last == s->state.last &&
                memcmp(state.generation, s->state.generation, GENERATION_BYTES) == 0;
    s->state = e ? s->state : state;
    if (!e && !s->begun)
        e = begin(s, r, out);
    if (!e && !same)
        e = say_commits(s, r, out);
    if (!e && out->len == had && now.ms - s->said.ms >= EVENTS_BEAT_MS)
        buf_printf(out, ":\n\n");
    if (out->len > had)
        s->said = now;
    return e ? e : out->err;
}

/* ---- over HTTP ---- */

struct stream_state {
    struct events events;
    struct web *web;
    const char *lang;
};

static enum stream_step next(void *ctx, struct buf *out)
{
    struct stream_state *s = ctx;
    struct read read;
    if (!s->web->reader || reader_begin(s->web->reader, &read))
        return STREAM_BROKEN;
    read.lang = s->lang;
    err_t e = events_step(&s->events, &read, request_now(), out);
    reader_end(s->web->reader, &read);
    return e ? STREAM_BROKEN : out->len ? STREAM_MORE : STREAM_WAITS;
}

static void end(void *ctx)
{
    free(ctx);
}

void events_serve(struct http_request *q)
{
    struct read read;
    const char *place = request_header(q, "Last-Event-ID");
    struct why why = {ERR_HTTP_VALUE, "types"};
    place = place ? place : request_query(q, "last_event_id");
    struct stream_state *s = calloc(1, sizeof *s);
    if (!s) {
        answer_error(q, ERR_MEMORY, NULL);
        return;
    }
    if (events_types(request_query(q, "types"), &s->events.types)) {
        answer_error(q, ERR_HTTP_VALUE, &why);
        end(s);
        return;
    }
    if (!web_begin(q, NULL, &read)) { /* is there anything to follow? */
        end(s);
        return;
    }
    web_end(q, &read);
    s->web = web_of(q);
    s->lang = request_lang(q);
    snprintf(s->events.place, sizeof s->events.place, "%s", place ? place : "");
    answer_header(q, "X-Accel-Buffering", "no"); /* nginx would hold it back */
    answer_cache(q, "no-cache");
    answer_stream(q, "text/event-stream", &(struct stream){next, end, s});
}
