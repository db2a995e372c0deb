#include "daemon/cmd/todo.h"
#include "conf/tr.h"
#include "daemon/cmd/pick.h"
#include <string.h>

#define NARROW    100 /* columns */
#define SHORT_ID  20
#define TOLD_MOST 10 /* records, and terms, of a group named one by one */

void todo_init(struct todo *t, const char *lang)
{
    *t = (struct todo){.lang = lang, .groups = json_array(), .stale = json_array()};
}

void todo_fini(struct todo *t)
{
    json_decref(t->groups);
    json_decref(t->stale);
    *t = (struct todo){0};
}

static json_t *group(struct todo *t, const char *rule, const char *text, const char *list)
{
    size_t i;
    json_t *g;
    json_array_foreach(t->groups, i, g) if (strcmp(pick_text(g, "rule"), rule) == 0) return g;
    g = json_pack("{s:s, s:s, s:i, s:[]}", "rule", rule, "text", text, "count", 0, list);
    return json_array_append_new(t->groups, g) == 0 ? g : NULL;
}

static void count(json_t *g, const char *list, json_t *one)
{
    json_array_append(json_object_get(g, list), one);
    json_object_set_new(g, "count", json_integer(pick_number(g, "count") + 1));
}

void todo_add(struct todo *t, const struct discipline *d, json_t *line)
{
    struct buf text;
    buf_init(&text, 1024);
    for (size_t i = 0; i < d->missed_n; i++) {
        buf_clear(&text);
        discipline_say(d, d->missed[i], t->lang, &text);
        count(group(t, d->missed[i]->code, buf_text(&text), "lines"), "lines", line);
    }
    buf_fini(&text);
    json_decref(line);
}

/* In order and once: lines come term by term, and those that follow each other are shown as one. */
static void keep_line(json_t *g, json_t *line)
{
    json_t *lines = json_object_get(g, "lines");
    size_t low = 0, high = json_array_size(lines);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (json_integer_value(json_array_get(lines, mid)) < json_integer_value(line))
            low = mid + 1;
        else
            high = mid;
    }
    if (json_equal(json_array_get(lines, low), line) || json_array_insert(lines, low, line) != 0)
        return;
    json_object_set_new(g, "count", json_integer(pick_number(g, "count") + 1));
}

void todo_terms(struct todo *t, enum discipline_id id, const json_t *term, json_t *lines)
{
    const struct discipline_rule *rule = discipline_rule(id);
    json_t *g = group(t, rule->code, tr(t->lang, rule->sentence), "lines"), *line, *concepts;
    size_t i;
    json_array_foreach(lines, i, line) keep_line(g, line);
    concepts = json_object_get(g, "concepts");
    if (!concepts && json_object_set_new(g, "concepts", json_array()) == 0)
        concepts = json_object_get(g, "concepts");
    json_t *told = json_copy((json_t *)(uintptr_t)term);
    json_object_set(told, "lines", lines);
    json_array_append_new(concepts, told);
}

static bool drop_line(json_t *lines, json_int_t line)
{
    for (size_t i = 0; i < json_array_size(lines); i++)
        if (json_integer_value(json_array_get(lines, i)) == line)
            return json_array_remove(lines, i) == 0;
    return false;
}

void todo_drop(struct todo *t, json_int_t line)
{
    for (size_t i = json_array_size(t->groups); i-- > 0;) {
        json_t *g = json_array_get(t->groups, i);
        if (drop_line(json_object_get(g, "lines"), line))
            json_object_set_new(g, "count", json_integer(pick_number(g, "count") - 1));
        if (!pick_number(g, "count"))
            json_array_remove(t->groups, i);
    }
}

size_t todo_take(struct todo *t, const json_t *page)
{
    size_t i, k;
    json_t *record, *rule;
    const json_t *records = json_object_get(page, "records"), *texts = json_object_get(page, "texts");
    json_array_foreach((json_t *)(uintptr_t)records, i, record)
    {
        json_t *named = json_pack("{s:s, s:s}", "id", pick_text(record, "id"), "title", pick_text(record, "title"));
        json_array_foreach(json_object_get(record, "missed"), k, rule)
        {
            const char *code = json_string_value(rule);
            count(group(t, code, pick_text(texts, code), "records"), "records", named);
        }
        json_t *stale = json_object_get(record, "stale"), *moved = json_object_get(record, "moved");
        if (json_array_size(stale) + json_array_size(moved)) {
            json_object_set(named, "stale", stale);
            json_object_set(named, "moved", moved);
            json_array_append(t->stale, named);
        }
        json_decref(named);
    }
    return json_array_size(records);
}

size_t todo_lines(const struct todo *t)
{
    json_t *all = json_object(), *g, *line;
    size_t i, k;
    json_array_foreach(t->groups, i, g) json_array_foreach(json_object_get(g, "lines"), k, line)
    {
        char key[24];
        snprintf(key, sizeof key, "%lld", json_integer_value(line));
        json_object_set(all, key, line);
    }
    size_t n = json_object_size(all);
    json_decref(all);
    return n;
}

/* ---- showing ---- */

/* "2–5, 9": lines that follow each other are one. */
static void put_lines(struct buf *to, const json_t *lines)
{
    size_t n = json_array_size(lines), told = 0;
    for (size_t i = 0; i < n; i++, told++) {
        long long from = json_integer_value(json_array_get(lines, i)), until = from;
        while (i + 1 < n && json_integer_value(json_array_get(lines, i + 1)) == until + 1)
            until++, i++;
        if (told == TOLD_MOST) {
            buf_printf(to, ", …");
            return;
        }
        buf_printf(to, told ? ", %lld" : "%lld", from);
        if (until > from)
            buf_printf(to, "–%lld", until);
    }
}

static void show_where(const struct out *o, const json_t *lines)
{
    struct buf text;
    buf_init(&text, 4096);
    put_lines(&text, lines);
    out_print(o, tr_n(o->lang, "    line {1}", "    lines {1}", json_array_size(lines)), buf_text(&text), NULL);
    buf_fini(&text);
}

/* A unique beginning of the id is enough where the terminal is narrow. */
static void show_record(const struct out *o, const json_t *record, const char *fields)
{
    char id[64];
    bool narrow = o->columns && o->columns < NARROW;
    snprintf(id, sizeof id, "%.*s", narrow ? SHORT_ID : 63, pick_text(record, "id"));
    fprintf(o->data, "    %s  ", id);
    struct buf text;
    buf_init(&text, 64u * 1024);
    buf_printf(&text, "%s%s%s%s", pick_text(record, "title"), fields ? " (" : "", fields ? fields : "",
               fields ? ")" : "");
    out_cell(o, buf_text(&text) ? buf_text(&text) : "", STYLE_PLAIN,
             o->columns > strlen(id) + 20 ? o->columns - strlen(id) - 6 : 0);
    fputc('\n', o->data);
    buf_fini(&text);
}

static void show_records(const struct out *o, const json_t *records)
{
    size_t n = json_array_size(records);
    for (size_t i = 0; i < n && i < TOLD_MOST; i++) {
        const json_t *r = json_array_get(records, i);
        show_record(o, r, NULL);
    }
    if (n > TOLD_MOST)
        out_print(o, N_("    … and {1} more; see them all with --json"), NUM(n - TOLD_MOST), NULL);
}

static void show_concepts(const struct out *o, const json_t *concepts)
{
    size_t n = json_array_size(concepts);
    for (size_t i = 0; i < n && i < TOLD_MOST; i++) {
        const json_t *c = json_array_get(concepts, i), *into = json_object_get(c, "merged_into");
        out_print(o, into ? "    {1} → {2}" : "    {1}", pick_text(c, "text"), pick_either(into, "label", "id"), NULL);
    }
    if (n > TOLD_MOST)
        out_print(o, N_("    … and {1} more; see them all with --json"), NUM(n - TOLD_MOST), NULL);
}

static void show_stale(const struct todo *t, const struct out *o)
{
    size_t i, k;
    json_t *r, *field;
    if (!json_array_size(t->stale))
        return;
    fputc('\n', o->data);
    out_print(o, N_("{1}  Translations whose source says something else by now:"), NUM(json_array_size(t->stale)),
              NULL);
    json_array_foreach(t->stale, i, r)
    {
        struct buf fields;
        buf_init(&fields, 64u * 1024);
        json_array_foreach(json_object_get(r, "stale"), k, field)
            buf_printf(&fields, "%s%s", fields.len ? ", " : "", json_string_value(field));
        json_array_foreach(json_object_get(json_array_get(json_object_get(r, "moved"), 0), "changed"), k, field)
            buf_printf(&fields, "%s%s", fields.len ? ", " : "", json_string_value(field));
        show_record(o, r, buf_text(&fields));
        buf_fini(&fields);
    }
}

void todo_show(const struct todo *t, const struct out *o)
{
    size_t i;
    json_t *g;
    json_array_foreach(t->groups, i, g)
    {
        char head[32];
        int n = snprintf(head, sizeof head, "%lld  ", pick_number(g, "count"));
        fputc('\n', o->data);
        fputs(head, o->data);
        out_text(o, pick_text(g, "text"), (size_t)n);
        if (json_object_get(g, "lines"))
            show_where(o, json_object_get(g, "lines"));
        show_records(o, json_object_get(g, "records"));
        show_concepts(o, json_object_get(g, "concepts"));
    }
    show_stale(t, o);
}
