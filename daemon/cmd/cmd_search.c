/*
 * allied search: what the alliance's records say about something. What matched is bold on a terminal; under it, by what the answer can be narrowed.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "protocol/base/utf8.h"
#include <limits.h>
#include <string.h>

#define INDENT       3
#define WIDTH_MOST   100
#define FACETS_SHOWN 6
#define WORDS_BYTES  4096
#define BOLD         "\033[1m"
#define PLAIN        "\033[0m"

static const struct arg_option options[] = {
    {0,   "concept", "C",    false, N_("indexed with this concept, one below it or one related to it")     },
    {0,   "exact",   NULL,   false, N_("with this concept alone")                                          },
    {0,   "ally",    "NAME", false, N_("of one ally only")                                                 },
    {0,   "type",    "T",    false, N_("experience, analysis, proposal, resource or dossier")              },
    {0,   "in-lang", "L",    false, N_("with a text in this language: fr, en, ...")                        },
    {0,   "place",   "P",    false, N_("words of the place's name, or a country's two letters")            },
    {0,   "since",   "D",    false, N_("whose date or period is then or later: 2019, 2019-05, 2019-05-31") },
    {0,   "until",   "D",    false, N_("whose date or period begins then or before")                       },
    {'n', "limit",   "N",    false, N_("how many at most (default 20)")                                    },
    {0,   "cursor",  "C",    false, N_("go on where the same search ended")                                },
    {0,   "suggest", NULL,   false, N_("concepts and titles that begin with the words, instead of records")},
};
static const struct arg_form form = {"search",
                                     "[WORDS]",
                                     N_("find records by words, concept, ally, type, language, place or date"),
                                     options,
                                     sizeof options / sizeof *options,
                                     0,
                                     ARGS_MAX,
                                     N_("All words have to be there, accents or not; the last one may be a beginning. "
                                        "What stands between quotation marks has to "
                                        "stand together. A concept's other names find what is indexed with it.")};

/* ---- what was found ---- */

struct mark {
    long long from, to; /* characters */
};

static struct mark mark_at(const json_t *marks, size_t i)
{
    const json_t *m = json_array_get(marks, i);
    return (struct mark){m ? json_integer_value(json_array_get(m, 0)) : LLONG_MAX,
                         m ? json_integer_value(json_array_get(m, 1)) : LLONG_MAX};
}

struct printer {
    const struct out *o;
    const json_t *marks;
    size_t next;        /* mark that begins next, or under way */
    long long at;       /* characters so far */
    size_t used, width; /* columns of the line; most */
    bool bold;
};

static void style(struct printer *p, bool bold)
{
    if (p->o->color_data && p->bold != bold)
        fputs(bold ? BOLD : PLAIN, p->o->data);
    p->bold = bold;
}

static void put_word(struct printer *p, const char *word, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = 1;
        while (i + n < len && ((uint8_t)word[i + n] & 0xc0) == 0x80)
            n++;
        struct mark m = mark_at(p->marks, p->next);
        if (p->at >= m.to)
            m = mark_at(p->marks, ++p->next);
        style(p, p->at >= m.from && p->at < m.to);
        fwrite(word + i, 1, n, p->o->data);
        p->at++;
        i += n;
    }
}

/* One line of somebody else's text, already clean (daemon/index/snippet.h), broken between words. */
static void put_marked(const struct out *o, const char *text, const json_t *marks, size_t indent)
{
    size_t columns = o->columns > WIDTH_MOST ? WIDTH_MOST : o->columns;
    struct printer p = {.o = o, .marks = marks, .width = columns > indent + 20 ? columns - indent : SIZE_MAX / 2};
    while (*text) {
        size_t len = strcspn(text, " "), wide = utf8_width(slice_of(text, len));
        if (p.used && p.used + 1 + wide > p.width) {
            style(&p, false);
            fprintf(o->data, "\n%*s", (int)indent, "");
            p.used = 0;
        } else if (p.used) {
            fputc(' ', o->data);
            p.used++;
        }
        put_word(&p, text, len);
        p.used += wide;
        text += len;
        if (*text == ' ') {
            text++;
            p.at++;
        }
    }
    style(&p, false);
    fputc('\n', o->data);
}

static void add_part(struct buf *line, const char *text)
{
    if (*text)
        buf_printf(line, "%s%s", line->len ? " · " : "", text);
}

static void show_record(const struct out *o, const json_t *record)
{
    struct buf line;
    buf_init(&line, WORDS_BYTES);
    put_marked(o, pick_text(record, "title"), json_object_get(record, "title_marks"), 0);
    add_part(&line, pick_text(record, "ally_name"));
    add_part(&line, pick_text(record, "date"));
    add_part(&line, pick_text(json_object_get(record, "place"), "name"));
    add_part(&line, pick_text(record, "id"));
    fprintf(o->data, "%*s", INDENT, "");
    out_cell(o, buf_text(&line) ? buf_text(&line) : "", STYLE_DIM, 0);
    fputc('\n', o->data);
    if (*pick_text(record, "snippet")) {
        fprintf(o->data, "%*s", INDENT, "");
        put_marked(o, pick_text(record, "snippet"), json_object_get(record, "marks"), INDENT);
    }
    buf_fini(&line);
}

static const struct {
    const char *key, *label;
} facets[] = {
    {"ally",    N_("allies")   },
    {"type",    N_("types")    },
    {"concept", N_("concepts") },
    {"country", N_("countries")},
    {"year",    N_("years")    },
    {"lang",    N_("languages")},
};

static void show_facet(const struct out *o, const char *label, const json_t *values)
{
    struct buf line;
    size_t i;
    json_t *v;
    buf_init(&line, WORDS_BYTES);
    json_array_foreach(values, i, v)
    {
        const char *name = pick_either(v, "label", "value");
        if (i < FACETS_SHOWN)
            buf_printf(&line, "%s%s (%lld)", i ? ", " : "", name, pick_number(v, "count"));
        else if (i == FACETS_SHOWN)
            buf_printf(&line, ", …");
    }
    if (line.len)
        out_pair(o, label, buf_text(&line) ? buf_text(&line) : "");
    buf_fini(&line);
}

static void show(const struct out *o, const json_t *result)
{
    const json_t *records = json_object_get(result, "records"), *counts = json_object_get(result, "facets");
    size_t i;
    json_t *record;
    json_array_foreach(records, i, record) show_record(o, record);
    if (json_array_size(records)) {
        fputc('\n', o->data);
        for (i = 0; i < sizeof facets / sizeof *facets; i++)
            show_facet(o, facets[i].label, json_object_get(counts, facets[i].key));
    }
    out_say(o, N_("records found: {1}"), NUM(pick_number(result, "total")), NULL);
    if (pick_true(result, "partial"))
        out_say(o, N_("the search took too long and was ended: there may be others; more words find less"), NULL);
    if (pick_true(result, "behind"))
        out_say(o, N_("the index is still being made: there may be others in a moment"), NULL);
    if (*pick_text(result, "next"))
        out_say(o, N_("there are more: --cursor {1}"), pick_text(result, "next"), NULL);
}

/* ---- what may be meant ---- */

static void show_suggestions(const struct out *o, const json_t *result)
{
    size_t i;
    json_t *s;
    json_array_foreach(json_object_get(result, "suggestions"), i, s)
    {
        const char *text = pick_text(s, "text"), *label = pick_text(s, "label");
        out_cell(o, pick_text(s, "id"), STYLE_DIM, 0);
        fputs("  ", o->data);
        out_cell(o, text, STYLE_PLAIN, 0);
        if (*label && strcmp(text, label) != 0) {
            fputs(" → ", o->data);
            out_cell(o, label, STYLE_PLAIN, 0);
        }
        fputc('\n', o->data);
    }
    if (!json_array_size(json_object_get(result, "suggestions")))
        out_say(o, N_("nothing begins with that"), NULL);
}

/* ---- asking ---- */

static json_t *request_of(const struct args *args)
{
    static const char *const passed[][2] = {
        {"concept", "concept"},
        {"ally",    "ally"   },
        {"type",    "type"   },
        {"in-lang", "in_lang"},
        {"place",   "place"  },
        {"since",   "since"  },
        {"until",   "until"  },
        {"cursor",  "cursor" }
    };
    struct buf words;
    json_t *request = json_object();
    buf_init(&words, WORDS_BYTES);
    for (size_t i = 0; i < args->operands_n; i++)
        buf_printf(&words, "%s%s", i ? " " : "", args->operands[i]);
    json_object_set_new(request, "q", json_string(buf_text(&words) ? buf_text(&words) : ""));
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        if (args_value(args, passed[i][0]))
            json_object_set_new(request, passed[i][1], json_string(args_value(args, passed[i][0])));
    json_object_set_new(request, "exact", json_boolean(args_flag(args, "exact")));
    buf_fini(&words);
    return request;
}

int cmd_search(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    long limit = 0;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    err_t err = args_number(&args, "limit", 1, 100, 20, &limit, &cli->why);
    if (err)
        return cli_fail(cli, err);
    json_t *request = request_of(&args);
    json_object_set_new(request, "limit", json_integer(limit));
    return args_flag(&args, "suggest") ? entity_ask(cli, "suggest", request, show_suggestions)
                                       : entity_ask(cli, "search", request, show);
}
