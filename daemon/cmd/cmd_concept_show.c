/*
 * allied concept show, history.
 */
#include "conf/tr.h"
#include "daemon/cmd/concept.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include <string.h>

const char *concept_status(const struct out *o, const char *name)
{
    static const char *const words[][2] = {
        {"proposed",    N_("proposed")  },
        {"adopted",     N_("adopted")   },
        {"deprecated",  N_("deprecated")},
        {"merged_into", N_("merged")    }
    };
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
        const char *text = json_is_string(t)        ? json_string_value(t)
                           : *pick_text(t, "label") ? pick_text(t, "label")
                                                    : pick_text(t, "uri");
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

static void show_proposals(const struct out *o, const json_t *c)
{
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(c, "proposals"), i, p)
    {
        struct buf value;
        char label[96];
        const char *lang = pick_text(p, "lang");
        const char *ally = *pick_text(p, "ally_name") ? pick_text(p, "ally_name") : pick_text(p, "ally");
        buf_init(&value, 65536);
        entity_value(o, pick_text(p, "field"), json_object_get(p, "value"), &value);
        snprintf(label, sizeof label, "%s%s%s", pick_text(p, "field"), *lang ? "@" : "", lang);
        if (i == 0) {
            fputc('\n', o->data);
            out_head(o, N_("proposals"));
        }
        const char *values[] = {label, buf_text(&value) ? buf_text(&value) : "", ally, pick_text(p, "dot")};
        struct buf line;
        buf_init(&line, 2 * 65536);
        out_fill(&line, "{1}: {2}  ({3}, {4})", values, 4);
        fputs("  ", o->data);
        out_text(o, buf_text(&line) ? buf_text(&line) : label, 4);
        buf_fini(&line);
        buf_fini(&value);
    }
}

static const char *name_of(const json_t *concept)
{
    return *pick_text(concept, "label") ? pick_text(concept, "label") : pick_text(concept, "id");
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
    out_pair(o, N_("status"), concept_status(o, pick_text(c, "status")));
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
