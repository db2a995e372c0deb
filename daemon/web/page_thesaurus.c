#include "daemon/web/page_thesaurus.h"
#include "daemon/http/uri.h"
#include "daemon/read/say.h"
#include "daemon/web/api.h"
#include "daemon/web/thesaurus_parts.h"
#include "protocol/base/base32.h"
#include <stdio.h>

#define NONE         CROSSINGS_AXIS_MAX
#define FROM_MOST    1000000
#define WAITING_ROWS 30
#define LETTER_ROWS  100

/* One way of looking at the thesaurus: what its page has below the letters. */
typedef void show_fn(const struct thesaurus *t, const json_t *result);

static void show(struct http_request *q, struct read *read, const char *title, show_fn *each, const json_t *result)
{
    struct sheet s;
    struct web *w = web_of(q);
    err_t e = crossings_refresh(&w->crossings, read);
    if (e) {
        answer_error(q, e, NULL);
        return;
    }
    sheet_open(&s, q, read,
               &(struct page){
                   .title = tr(request_lang(q), title),
                   .place = PAGE_THESAURUS,
                   .wide = true,
                   .search = "",
                   .noindex = request_pairs(q)->n > 0,
                   .feeds = {{"/skos.ttl", "text/turtle", NULL}, {"/skos.rdf", "application/rdf+xml", NULL}}
    });
    const struct thesaurus t = {q, &s.h, read, &w->crossings};
    thesaurus_form(&t);
    thesaurus_letters(&t, request_query(q, "letter"));
    each(&t, result);
    sheet_close(&s, 200);
}

/* ---- the whole ---- */

static void show_whole(const struct thesaurus *t, const json_t *result)
{
    struct html *h = t->h;
    struct replica_counts counts;
    (void)result;
    html_open(h, "p");
    if (replica_counts(t->read->store, &counts) == ERR_OK) {
        html_say_n(h, "{1} concept.", "{1} concepts.", (int64_t)counts.concepts, NULL);
        html_text(h, " ");
    }
    html_link(h, "/thesaurus?waiting=1", tr(h->lang, N_("What waits to be adopted")));
    html_close(h, "p");
    thesaurus_lattice(t);
    thesaurus_tops(t);
}

/* ---- a crossing ---- */

/* SIZE_MAX: not asked for. False: no such axis; answered. */
static bool axis_of(struct http_request *q, struct read *r, const char *name, const struct crossing_axis *axes,
                    size_t n, size_t *out)
{
    const char *value = request_query(q, name);
    struct slice id;
    *out = SIZE_MAX;
    if (!value || !*value)
        return true;
    *out = strcmp(value, "none") == 0                             ? NONE
           : read_entity(r, ENTITY_CONCEPT, value, &id) == ERR_OK ? crossings_axis(axes, n, id.at)
                                                                  : SIZE_MAX;
    if (*out == SIZE_MAX || (*out == NONE && strcmp(value, "none") != 0)) {
        struct why why;
        answer_error(q, why_set(&why, ERR_NOT_FOUND, "%.100s", value), &why);
        return false;
    }
    return true;
}

static void show_crossing(const struct thesaurus *t, const json_t *result)
{
    struct html *h = t->h;
    const struct crossings *c = t->crossings;
    size_t component = (size_t)json_integer_value(json_object_get(result, "component")),
           angle = (size_t)json_integer_value(json_object_get(result, "angle"));
    const struct crossing_axis *axes[] = {component < NONE ? &c->components[component] : NULL,
                                          angle < NONE ? &c->angles[angle] : NULL};
    html_open(h, "p");
    for (size_t i = 0; i < 2; i++) {
        char id[BASE32_LEN(CONCEPT_BYTES) + 1], label[512];
        if (i)
            html_text(h, " × ");
        if (axes[i]) {
            struct slice text = read_label(t->read, slice_of(axes[i]->id, CONCEPT_BYTES));
            base32_encode(slice_of(axes[i]->id, CONCEPT_BYTES), id);
            snprintf(label, sizeof label, "%.*s", (int)text.len, (const char *)text.at);
            prose_concept(h, t->q, c, id, label);
        } else {
            bool none = (i ? angle : component) == NONE;
            html_text(h, tr(h->lang, i ? (none ? N_("no angle") : N_("all angles"))
                                       : (none ? N_("no component") : N_("all components"))));
        }
    }
    html_close(h, "p");
    thesaurus_crossing(t, component, angle, (int64_t)json_integer_value(json_object_get(result, "from")));
}

static void crossing(struct http_request *q, struct read *r)
{
    struct crossings *c = &web_of(q)->crossings;
    size_t component, angle;
    int64_t from = 0;
    err_t e = crossings_refresh(c, r);
    if (!e)
        e = request_number(q, "from", 0, FROM_MOST, 0, &from);
    if (e) {
        answer_error(q, e, NULL);
        return;
    }
    if (!axis_of(q, r, "component", c->components, c->components_n, &component) ||
        !axis_of(q, r, "angle", c->angles, c->angles_n, &angle))
        return;
    json_t *where = json_pack("{s:I, s:I, s:I}", "component", (json_int_t)component, "angle", (json_int_t)angle, "from",
                              (json_int_t)from);
    show(q, r, N_("A crossing of the thesaurus"), show_crossing, where);
    json_decref(where);
}

/* ---- what the index knows ---- */

static void answered(struct http_request *q, const json_t *answer, const char *title, show_fn *each)
{
    struct read read;
    if (answer_failed(q, answer) || !web_begin(q, NULL, &read))
        return;
    show(q, &read, title, each, json_object_get(answer, "result"));
    web_end(q, &read);
}

static void named(struct http_request *q, const json_t *answer)
{
    answered(q, answer, N_("The thesaurus by letter"), thesaurus_names);
}

static void suggested(struct http_request *q, const json_t *answer)
{
    answered(q, answer, N_("Concepts that begin so"), thesaurus_suggested);
}

static void ask_letter(struct http_request *q, const char *letter)
{
    int64_t from = 0;
    err_t e = request_number(q, "from", 0, FROM_MOST, 0, &from);
    if (e)
        answer_error(q, e, NULL);
    else
        ask_index(q, "names",
                  json_pack("{s:s, s:I, s:i}", "letter", strcmp(letter, "0") == 0 ? "" : letter, "from",
                            (json_int_t)from, "limit", LETTER_ROWS),
                  named);
}

/* ---- what waits ---- */

static void waiting(struct http_request *q)
{
    struct read read;
    const char *cursor = request_query(q, "cursor");
    json_t *args = json_pack("{s:b, s:i, s:s*}", "proposed", 1, "limit", WAITING_ROWS, "cursor", cursor);
    if (web_begin(q, args, &read)) {
        err_t e = read_find("concept.list")(&read);
        if (e)
            answer_error(q, e, &read.why);
        else
            show(q, &read, N_("What waits to be adopted"), thesaurus_waiting, read.result);
        web_end(q, &read);
    }
    json_decref(args);
}

void page_thesaurus(struct http_request *q)
{
    struct read read;
    const char *letter = request_query(q, "letter"), *words = request_query(q, "q"),
               *at[] = {request_query(q, "component"), request_query(q, "angle")};
    if (words && *words)
        ask_index(q, "suggest", json_pack("{s:s}", "q", words), suggested);
    else if (letter && *letter)
        ask_letter(q, letter);
    else if (request_query(q, "waiting"))
        waiting(q);
    else if (web_begin(q, NULL, &read)) {
        if (at[0] || at[1])
            crossing(q, &read);
        else
            show(q, &read, N_("Thesaurus"), show_whole, NULL);
        web_end(q, &read);
    }
}
