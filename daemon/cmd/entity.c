#include "daemon/cmd/entity.h"
#include "conf/tr.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/set.h"
#include "protocol/base/utf8.h"
#include <string.h>

#define TEXT_CAP     (1024u * 1024)
#define LABEL_WIDTH  20
#define LIST_DEFAULT 50
#define LIST_MOST    500

err_t entity_sets(struct cli *cli, enum entity_type type, const struct args *args, json_t *object)
{
    const char *text;
    err_t err = ERR_OK;
    for (size_t at = 0; !err && (text = args_next(args, "set", &at));)
        err = set_from_text(type, object, text, &cli->why);
    for (size_t at = 0; !err && (text = args_next(args, "unset", &at));)
        err = set_empty(type, object, text, &cli->why);
    return err;
}

int entity_change(struct cli *cli, const char *request, json_t *args, const char *done_msgid)
{
    json_t *result = NULL;
    err_t err = cli_ask(cli, request, args, &result);
    if (!err && cli->out.json)
        out_json(&cli->out, result);
    else if (!err)
        out_print(&cli->out, done_msgid, pick_text(result, "id"), pick_text(result, "dot"), NULL);
    json_decref(result);
    return err ? cli_fail(cli, err) : 0;
}

int entity_ask(struct cli *cli, const char *request, json_t *args,
               void (*show)(const struct out *o, const json_t *result))
{
    json_t *result = NULL;
    err_t err = cli_ask(cli, request, args, &result);
    if (!err && cli->out.json)
        out_json(&cli->out, result);
    else if (!err)
        show(&cli->out, result);
    json_decref(result);
    return err ? cli_fail(cli, err) : 0;
}

err_t entity_list(struct cli *cli, const struct args *args, const char *const *passed, size_t n, json_t **request)
{
    long limit;
    err_t err = args_number(args, "limit", 1, LIST_MOST, LIST_DEFAULT, &limit, &cli->why);
    if (err)
        return err;
    *request = json_pack("{s:I}", "limit", (json_int_t)limit);
    for (size_t i = 0; i < n; i++)
        if (args_value(args, passed[i]))
            json_object_set_new(*request, passed[i], json_string(args_value(args, passed[i])));
    return ERR_OK;
}

void entity_value(const struct out *o, const char *field, const json_t *value, struct buf *to)
{
    bool merge = strcmp(field, "merge") == 0, retire = strcmp(field, "retire") == 0;
    if ((merge && json_is_null(value)) || (retire && json_is_false(json_object_get(value, "retired"))))
        buf_printf(to, "%s", tr(o->lang, N_("taken back")));
    else
        pick_show(to, value);
}

int entity_about(struct cli *cli, const struct arg_form *form, const char *request, int argc, char **argv,
                 void (*show)(const struct out *o, const json_t *result))
{
    struct args args;
    int code;
    if (!cli_begin(cli, form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, request, json_pack("{s:s}", "id", args.operands[0]), show);
}

static void pad(const struct out *o, const char *label)
{
    size_t wide = utf8_width(slice_text(label));
    out_cell(o, label, STYLE_DIM, 0);
    fprintf(o->data, "%*s", wide < LABEL_WIDTH ? (int)(LABEL_WIDTH - wide) : 1, "");
}

static void value(const struct out *o, const char *label, const json_t *v)
{
    struct buf text;
    buf_init(&text, TEXT_CAP);
    pick_show(&text, v);
    pad(o, label);
    out_text(o, buf_text(&text) ? buf_text(&text) : "", LABEL_WIDTH);
    buf_fini(&text);
}

static bool by_language(const struct field_info *f, const json_t *v)
{
    return f->lang != LANG_NONE && json_is_object(v);
}

void entity_fields(const struct out *o, enum entity_type type, const json_t *entity)
{
    size_t n;
    const struct field_info *fields = type == ENTITY_RECORD ? record_fields(&n) : concept_fields(&n);
    for (size_t i = 0; i < n; i++) {
        json_t *v = json_object_get(entity, fields[i].name), *text;
        const char *lang;
        if (!v || json_is_null(v))
            continue;
        if (!by_language(&fields[i], v)) {
            value(o, fields[i].name, v);
            continue;
        }
        json_object_foreach(v, lang, text)
        {
            char label[96];
            snprintf(label, sizeof label, "%s%s%s", fields[i].name, *lang ? "@" : "", lang);
            value(o, label, text);
        }
    }
}

static void write_line(const struct out *o, const json_t *w)
{
    char label[96];
    struct buf text;
    const char *lang = pick_text(w, "lang");
    buf_init(&text, TEXT_CAP);
    snprintf(label, sizeof label, "    %s%s%s", pick_text(w, "field"), *lang ? "@" : "", lang);
    if (json_is_false(json_object_get(w, "add")))
        buf_printf(&text, "− ");
    else if (*pick_text(w, "target"))
        buf_printf(&text, "+ ");
    if (*pick_text(w, "label"))
        buf_printf(&text, "%s (%.12s) ", pick_text(w, "label"), pick_text(w, "target"));
    else
        buf_printf(&text, "%s%s", pick_text(w, "target"),
                   *pick_text(w, "target") && json_object_get(w, "value") ? " " : "");
    pick_show(&text, json_object_get(w, "value"));
    fprintf(o->data, "%s ", label);
    out_cell(o, buf_text(&text) ? buf_text(&text) : "", STYLE_PLAIN,
             o->columns > strlen(label) + 10 ? o->columns - strlen(label) - 1 : 0);
    fputc('\n', o->data);
    buf_fini(&text);
}

/* Who wrote, and the dot, which one copies: whole, on a line of its own where the first is full. */
static void head_line(const struct out *o, const json_t *op)
{
    const char *who = pick_either(op, "ally_name", "ally");
    const char *site = pick_either(op, "site_name", "site");
    const char *values[] = {pick_text(op, "kind"), who, site};
    const char *at = pick_text(op, "at"), *dot = pick_text(op, "dot");
    bool counts = !json_is_false(json_object_get(op, "counts"));
    struct buf line;
    buf_init(&line, TEXT_CAP);
    out_fill(&line, "{1}  {2} / {3}", values, 3);
    const char *text = buf_text(&line) ? buf_text(&line) : "";
    size_t used = utf8_width(slice_text(at)) + 2 + utf8_width(slice_text(text));
    bool full = o->columns && used + 2 + utf8_width(slice_text(dot)) > o->columns;
    out_cell(o, at, STYLE_BOLD, 0);
    fputs("  ", o->data);
    out_cell(o, text, STYLE_PLAIN, o->columns > 40 ? o->columns - utf8_width(slice_text(at)) - 2 : 0);
    fputs(full ? "\n    " : "  ", o->data);
    out_cell(o, dot, STYLE_DIM, 0);
    if (!counts)
        fprintf(o->data, "  (%s)", tr(o->lang, N_("does not count")));
    fputc('\n', o->data);
    buf_fini(&line);
}

static void sentence(const struct out *o, const char *msgid, const char *one, const char *two)
{
    const char *values[] = {one, two};
    struct buf line;
    buf_init(&line, TEXT_CAP);
    out_fill(&line, tr(o->lang, msgid), values, 2);
    fputs("    ", o->data);
    out_text(o, buf_text(&line) ? buf_text(&line) : "", 6);
    buf_fini(&line);
}

static void adopted_line(const struct out *o, const json_t *one)
{
    struct buf fields;
    buf_init(&fields, TEXT_CAP);
    pick_show(&fields, json_object_get(one, "fields"));
    sentence(o, N_("adopts what {1} proposed: {2}"), pick_either(one, "ally_name", "ally"),
             buf_text(&fields) ? buf_text(&fields) : "");
    buf_fini(&fields);
}

void entity_history(const struct out *o, const json_t *result)
{
    size_t i, j;
    json_t *op, *w;
    json_array_foreach(json_object_get(result, "history"), i, op)
    {
        head_line(o, op);
        json_array_foreach(json_object_get(op, "writes"), j, w) write_line(o, w);
        json_array_foreach(json_object_get(op, "adopts"), j, w) adopted_line(o, w);
        const json_t *motive = json_object_get(op, "motive");
        if (motive)
            sentence(o, N_("for the sake of: {1}"), pick_either(motive, "title", "id"), "");
    }
    const json_t *use = json_object_get(result, "adopted_by_use");
    if (use)
        out_print(o, N_("adopted by use: {1} was the first other ally to index with it, {2}"),
                  pick_either(use, "ally_name", "ally"), pick_text(use, "at"), NULL);
}
