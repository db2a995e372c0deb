/*
 * allied concept show, history.
 */
#include "conf/tr.h"
#include "daemon/cmd/concept.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include <string.h>

const char *concept_status(const struct out *o, const json_t *concept)
{
    const char *name = pick_text(concept, "status");
    static const char *const words[][2] = {
        {"proposed",    N_("proposed")  },
        {"adopted",     N_("adopted")   },
        {"deprecated",  N_("deprecated")},
        {"merged_into", N_("merged")    }
    };
    if (strcmp(name, "adopted") == 0 && json_object_get(concept, "adopted_by_use"))
        return tr(o->lang, N_("adopted by use"));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], name) == 0)
            return tr(o->lang, words[i][1]);
    return name;
}

static void show_relation(const struct out *o, const char *name, const json_t *targets)
{
    size_t i;
    json_t *t;
    json_array_foreach(targets, i, t)
    {
        char marks[256];
        const char *text = json_is_string(t) ? json_string_value(t) : pick_either(t, "label", "uri");
        bool proposed = json_is_false(json_object_get(t, "adopted"));
        const char *mark = pick_true(t, "suppressed") ? N_("set aside: it closes a circle")
                           : proposed                 ? N_("proposed")
                                                      : "";
        snprintf(marks, sizeof marks, *mark ? " (%s)" : "%s", *mark ? tr(o->lang, mark) : "");
        out_cell(o, name, STYLE_DIM, 0);
        fprintf(o->data, "%*s", strlen(name) < 20 ? (int)(20 - strlen(name)) : 1, "");
        out_cell(o, *text ? text : pick_text(t, "id"), STYLE_PLAIN, 0);
        fprintf(o->data, "%s  ", marks);
        out_cell(o, pick_text(t, "id"), STYLE_DIM, 0);
        fputc('\n', o->data);
    }
}

#define WHEN 12 /* columns of a date and what follows it */

static void indented(const struct out *o, const char *text)
{
    fprintf(o->data, "%*s", WHEN + 2, "");
    out_text(o, text, WHEN + 2);
}

void concept_proposal(const struct out *o, const json_t *p, const char *what)
{
    const json_t *motive = json_object_get(p, "motive");
    const char *title = pick_either(motive, "title", "id");
    const char *values[] = {pick_either(p, "ally_name", "ally"), what};
    struct buf line;
    buf_init(&line, 65536 + 1024);
    fprintf(o->data, "  %-*.10s", WHEN, pick_text(p, "at"));
    out_fill(&line, strchr(what, '\n') ? "{1}" : tr(o->lang, N_("{1}: {2}")), values, 2);
    out_text(o, buf_text(&line) ? buf_text(&line) : what, WHEN + 2);
    if (strchr(what, '\n'))
        indented(o, what);
    buf_clear(&line);
    if (*title) {
        out_fill(&line, tr(o->lang, N_("for the sake of: {1}")), &title, 1);
        indented(o, buf_text(&line) ? buf_text(&line) : "");
    }
    fprintf(o->data, "%*s", WHEN + 2, "");
    out_cell(o, pick_text(p, "dot"), STYLE_DIM, 0);
    fputc('\n', o->data);
    buf_fini(&line);
}

/* Values of one op stand together: they are adopted together. */
static void add_value(const struct out *o, const json_t *p, struct buf *what)
{
    const char *lang = pick_text(p, "lang");
    buf_printf(what, "%s%s%s%s%s ", what->len ? "\n" : "", json_is_false(json_object_get(p, "add")) ? "− " : "",
               pick_text(p, "field"), *lang ? "@" : "", lang);
    entity_value(o, pick_text(p, "field"), json_object_get(p, "value"), what);
}

static void show_proposals(const struct out *o, const json_t *c)
{
    const json_t *all = json_object_get(c, "proposals");
    size_t i, k;
    json_t *p, *other;
    json_array_foreach(all, i, p)
    {
        struct buf what;
        bool told = false;
        for (k = 0; k < i; k++)
            told |= strcmp(pick_text(json_array_get(all, k), "dot"), pick_text(p, "dot")) == 0;
        if (told)
            continue;
        if (i == 0) {
            fputc('\n', o->data);
            out_head(o, N_("proposals"));
        }
        buf_init(&what, 65536);
        json_array_foreach(all, k, other) if (strcmp(pick_text(other, "dot"), pick_text(p, "dot")) == 0)
            add_value(o, other, &what);
        concept_proposal(o, p, buf_text(&what) ? buf_text(&what) : "");
        buf_fini(&what);
    }
    if (json_array_size(all))
        out_say(o, N_("To adopt them: allied concept adopt {1}, or some of them alone with --dot"), pick_text(c, "id"),
                NULL);
}

static void show_use(const struct out *o, const json_t *c)
{
    const json_t *use = json_object_get(c, "adopted_by_use");
    char text[512];
    if (!use)
        return;
    snprintf(text, sizeof text, "%.400s, %.10s", pick_either(use, "ally_name", "ally"), pick_text(use, "at"));
    out_pair(o, N_("used first by"), text);
}

static const char *name_of(const json_t *concept)
{
    return pick_either(concept, "label", "id");
}

/* Its own merge where that does not lead to the end or is set aside, what was merged into it, and why it was retired. */
static void show_merges(const struct out *o, const json_t *c)
{
    const json_t *into = json_object_get(c, "merged_into"), *merge = json_object_get(c, "merge");
    const char *aside = tr(o->lang, N_("set aside: it closes a circle"));
    size_t i;
    json_t *from;
    if (into)
        out_pair(o, N_("merged into"), name_of(into));
    if (merge && strcmp(pick_text(merge, "id"), pick_text(into, "id")) != 0) {
        char text[512];
        snprintf(text, sizeof text, pick_true(merge, "suppressed") ? "%.400s (%s)" : "%.400s", name_of(merge), aside);
        out_pair(o, into ? N_("by way of") : N_("merge"), text);
    }
    json_array_foreach(json_object_get(c, "merged_from"), i, from)
    {
        char text[512];
        snprintf(text, sizeof text, pick_true(from, "suppressed") ? "%.400s (%s)" : "%.400s", name_of(from), aside);
        out_pair(o, i == 0 ? N_("merged from") : " ", text);
    }
    if (*pick_text(c, "reason"))
        out_pair(o, N_("retired because"), pick_text(c, "reason"));
}

static void show_concept(const struct out *o, const json_t *c)
{
#define X(id, number, name, target) name,
    static const char *const relations[] = {CONCEPT_RELATIONS(X) "narrower"};
#undef X
    out_pair(o, N_("id"), pick_text(c, "id"));
    out_pair(o, N_("status"), concept_status(o, c));
    show_use(o, c);
    show_merges(o, c);
    fputc('\n', o->data);
    entity_fields(o, ENTITY_CONCEPT, c);
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
        show_relation(o, relations[i], json_object_get(c, relations[i]));
    show_proposals(o, c);
    if (pick_number(c, "conflicts"))
        out_say(o, N_("some fields are in conflict: allied conflicts show {1}"), pick_text(c, "id"), NULL);
}

const struct arg_form concept_show_form = {"concept show", "ID|URI", N_("one concept, whole"), NULL, 0, 1, 1, NULL};
const struct arg_form concept_history_form = {
    "concept history", "ID|URI", N_("who changed what, and when"), NULL, 0, 1, 1, NULL};

int concept_show(struct cli *cli, int argc, char **argv)
{
    return entity_about(cli, &concept_show_form, "concept.show", argc, argv, show_concept);
}

int concept_history(struct cli *cli, int argc, char **argv)
{
    return entity_about(cli, &concept_history_form, "concept.history", argc, argv, entity_history);
}
