/*
 * allied record check: what would be refused, and what is still to be completed, of a file that is not in yet or of records that are. It writes nothing. Of a file
 * it asks the core only how its index terms stand, and does without where there is none.
 */
#include "daemon/cmd/batch.h"
#include "conf/tr.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/intake.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/progress.h"
#include "daemon/cmd/record.h"
#include "daemon/cmd/todo.h"
#include "daemon/commons/draft.h"
#include "protocol/charter/charter.h"
#include <string.h>
#include <unistd.h>

#define PAGE       200 /* records in one request */
#define TERMS_MOST 500 /* terms in one request */

static const struct arg_option options[] = {
    INTAKE_OPTIONS,
    {0, "ally", "NAME", false, N_("the records of that ally instead of ours")},
};
const struct arg_form record_check_form = {
    "record check",
    "[FILE|ID]",
    N_("what would be refused and what is to be completed, in a file, a record or all of ours; writes nothing"),
    options,
    sizeof options / sizeof *options,
    0,
    1,
    N_("A file needs no site: it is judged by the rules of a founded alliance, or by those of the one that is here. "
       "Exit code 0: nothing would be refused; 2: some "
       "lines; 65: all of them.")};

struct check {
    struct cli *cli;
    struct intake intake;
    struct batch batch; /* what is refused, and unknown names */
    struct todo todo;
    const char *lang, *licence;
    uint64_t profile;
    bool asked; /* how the terms stand */
    long long checked;
    json_t *terms;   /* text → [line] */
    json_t *refused; /* [{line, text, name}]: terms that name nothing */
};

/* ---- one line of a file ---- */

static void note_terms(struct check *c, const struct entity_writes *w, json_int_t line)
{
    for (size_t i = 0; i < w->sets_n; i++) {
        const char *text = (const char *)w->sets[i].target_text.at;
        size_t n = w->sets[i].target_text.len;
        json_t *lines = n ? json_object_getn(c->terms, text, n) : NULL;
        if (!lines && n && json_object_setn_new(c->terms, text, n, json_array()) == 0)
            lines = json_object_getn(c->terms, text, n);
        if (lines)
            json_array_append_new(lines, json_integer(line));
    }
}

static err_t judge(struct check *c, const json_t *object, json_int_t line, struct arena *arena, struct why *why)
{
    struct entity_writes w = {0};
    struct view view;
    struct discipline d;
    err_t err = fields_from_json(ENTITY_RECORD, object, c->lang, arena, &w, why);
    err = err ? err : draft_check(&w, true, why);
    err = err ? err : draft_view(&w, c->licence, arena, &view);
    if (err)
        return err;
    discipline_check(&view, c->profile, NULL, &d);
    todo_add(&c->todo, &d, json_integer(line));
    for (size_t i = 0; i < w.unknown_n; i++)
        batch_unknown(&c->batch, w.unknown[i]);
    note_terms(c, &w, line);
    return ERR_OK;
}

/* The reason names the field, and what is wrong with its value behind a blank. */
static err_t refuse(struct check *c, err_t err, const struct why *why)
{
    char field[64];
    size_t n = strcspn(why->text, " ");
    struct why rest = {.code = err};
    snprintf(field, sizeof field, "%.*s", (int)n, why->text);
    snprintf(rest.text, sizeof rest.text, "%s", why->text + n + strspn(why->text + n, " "));
    return batch_refuse(&c->batch, intake_line(&c->intake), field, err, &rest);
}

static err_t one(struct check *c, const json_t *object)
{
    struct arena arena;
    struct why why = {0};
    arena = (struct arena){0};
    err_t err = judge(c, object, (json_int_t)intake_line(&c->intake), &arena, &why);
    arena_fini(&arena);
    return err && err != ERR_MEMORY ? refuse(c, err, &why) : err;
}

static err_t all(struct check *c)
{
    struct intake *in = &c->intake;
    struct progress progress;
    err_t err = ERR_OK;
    progress_init(&progress, &c->cli->out, progress_now());
    while (!err) {
        json_t *object = NULL;
        struct why why = {0};
        err = intake_next(in, &object, &why);
        if (err == ERR_NOT_FOUND)
            break;
        if (err && intake_failed(in, err)) {
            c->cli->why = why;
            break;
        }
        c->checked++;
        err = err ? batch_refuse(&c->batch, intake_line(in), in->field, err, &why) : one(c, object);
        json_decref(object);
        progress_step(&progress, progress_now(), N_("checking"), intake_line(in), intake_bytes(in), in->size);
    }
    progress_end(&progress);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* ---- how the terms stand ---- */

static void keep_refused(struct check *c, const json_t *term, json_t *lines)
{
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line) json_array_append_new(
        c->refused, json_pack("{s:O, s:O, s:O}", "line", line, "text", json_object_get(term, "text"), "name",
                              json_object_get(term, "refused")));
}

/* An import names one fault of a line: so does this. */
static err_t refuse_terms(struct check *c)
{
    size_t i;
    json_t *r;
    err_t err = ERR_OK;
    json_t *done = json_object();
    json_array_foreach(c->refused, i, r)
    {
        char key[24];
        struct why why = {.code = err_by_name(pick_text(r, "name"))};
        json_int_t line = pick_number(r, "line");
        snprintf(key, sizeof key, "%lld", (long long)line);
        if (err || json_object_get(done, key))
            continue;
        json_object_set_new(done, key, json_true());
        snprintf(why.text, sizeof why.text, "%.100s", pick_text(r, "text"));
        todo_drop(&c->todo, line);
        err = batch_refuse(&c->batch, (uint64_t)line, "concepts", why.code, &why);
    }
    json_decref(done);
    return err;
}

static void take_known(struct check *c, const json_t *result)
{
    size_t i;
    json_t *term;
    json_array_foreach(json_object_get(result, "concepts"), i, term)
    {
        const char *text = pick_text(term, "text"), *status = pick_text(term, "status");
        if (json_object_get(term, "refused")) {
            keep_refused(c, term, json_object_get(c->terms, text));
            continue;
        }
        bool unknown = strcmp(status, "unknown") == 0;
        bool ended = strcmp(status, "deprecated") == 0 || strcmp(status, "merged_into") == 0;
        if (unknown || ended)
            todo_terms(&c->todo, unknown ? DISCIPLINE_KNOWN : DISCIPLINE_CURRENT, term,
                       json_object_get(c->terms, text));
    }
}

static err_t ask_terms(struct check *c)
{
    const char *text;
    json_t *lines, *some = json_array();
    size_t left = json_object_size(c->terms);
    err_t err = ERR_OK;
    json_object_foreach(c->terms, text, lines)
    {
        json_array_append_new(some, json_string(text));
        left--;
        if (err || (left && json_array_size(some) < TERMS_MOST))
            continue;
        json_t *result = NULL;
        err = cli_ask(c->cli, "concept.known", json_pack("{s:o}", "concepts", some), &result);
        some = json_array();
        take_known(c, result);
        json_decref(result);
    }
    json_decref(some);
    return err;
}

/* The profile of the alliance that is here. Without one, that of a founded alliance. */
static void ask_profile(struct check *c)
{
    size_t i;
    json_t *rule, *charter = NULL;
    if (cli_ask(c->cli, "charter.show", NULL, &charter) != ERR_OK)
        return;
    c->asked = true;
    json_array_foreach(json_object_get(charter, "rules"), i, rule) if (pick_number(rule, "rule") == RULE_PROFILE)
        c->profile = (uint64_t)pick_number(rule, "value");
    json_decref(charter);
}

/* ---- telling ---- */

static long long complete(const struct check *c)
{
    return c->checked - c->batch.rejected - (long long)todo_lines(&c->todo);
}

static void tell(const struct check *c)
{
    const struct out *o = &c->cli->out;
    batch_tell_bad(&c->batch);
    if (!c->asked)
        out_say(o, N_("there is no site here: whether the index terms are in the thesaurus was not looked up"), NULL);
    out_print(o, N_("{1} records: {2} complete, {3} to complete, {4} would be refused"), NUM(c->checked),
              NUM(complete(c)), NUM((long long)todo_lines(&c->todo)), NUM(c->batch.rejected), NULL);
    todo_show(&c->todo, o);
}

static int tell_file(struct check *c)
{
    const struct out *o = &c->cli->out;
    json_t *result = batch_result(&c->batch);
    if (o->json) {
        json_t *told =
            json_pack("{s:I, s:I, s:I, s:O, s:O, s:O, s:b, s:I}", "checked", (json_int_t)c->checked, "complete",
                      (json_int_t)complete(c), "rejected", (json_int_t)c->batch.rejected, "errors",
                      json_object_get(result, "errors"), "unknown", json_object_get(result, "unknown"), "to_complete",
                      c->todo.groups, "thesaurus", (int)c->asked, "profile", (json_int_t)c->profile);
        out_json(o, told);
        json_decref(told);
    } else {
        tell(c);
    }
    json_decref(result);
    return c->batch.rejected == 0 ? 0 : c->batch.rejected == c->checked ? 65 : 2;
}

static int check_file(struct cli *cli, const struct args *args)
{
    struct check c = {.cli = cli,
                      .lang = settings_get(cli->settings, SETTING_SITE_LANGUAGE),
                      .licence = settings_get(cli->settings, SETTING_SITE_LICENCE),
                      .profile = DISCIPLINE_CORETET,
                      .terms = json_object(),
                      .refused = json_array()};
    batch_init(&c.batch, cli, "", "", "", json_object());
    todo_init(&c.todo, cli->lang);
    int code;
    err_t err = intake_open(&c.intake, cli, args->operands[0], NULL, args);
    if (!err)
        ask_profile(&c);
    err = err ? err : all(&c);
    if (!err && c.asked)
        err = ask_terms(&c);
    err = err ? err : refuse_terms(&c);
    code = err ? cli_fail(cli, err) : tell_file(&c);
    intake_close(&c.intake);
    batch_fini(&c.batch);
    todo_fini(&c.todo);
    json_decref(c.terms);
    json_decref(c.refused);
    return code;
}

/* ---- records that are in ---- */

static err_t own_ally(struct cli *cli, char *out, size_t room)
{
    json_t *status = NULL;
    err_t err = cli_ask(cli, "status", NULL, &status);
    snprintf(out, room, "%s", pick_text(status, "ally"));
    json_decref(status);
    return err;
}

static err_t gather(struct cli *cli, const char *ally, struct todo *todo, long long *checked, long long *complete)
{
    char cursor[128] = "";
    err_t err = ERR_OK;
    do {
        json_t *page = NULL;
        err = cli_ask(cli, "record.check", json_pack("{s:i, s:s, s:s}", "limit", PAGE, "cursor", cursor, "ally", ally),
                      &page);
        *checked += pick_number(page, "checked");
        *complete += pick_number(page, "checked") - (long long)todo_take(todo, page);
        snprintf(cursor, sizeof cursor, "%s", pick_text(page, "next"));
        json_decref(page);
    } while (!err && *cursor);
    return err;
}

static int check_ours(struct cli *cli, const struct args *args)
{
    char ally[256] = "";
    const char *named = args_value(args, "ally");
    long long checked = 0, complete = 0;
    struct todo todo;
    err_t err = named ? ERR_OK : own_ally(cli, ally, sizeof ally);
    todo_init(&todo, cli->lang);
    err = err ? err : gather(cli, named ? named : ally, &todo, &checked, &complete);
    if (!err && cli->out.json) {
        json_t *result = json_pack("{s:I, s:I, s:O, s:O}", "checked", (json_int_t)checked, "complete",
                                   (json_int_t)complete, "to_complete", todo.groups, "stale", todo.stale);
        out_json(&cli->out, result);
        json_decref(result);
    } else if (!err) {
        out_print(&cli->out, N_("{1} records: {2} complete, {3} to complete"), NUM(checked), NUM(complete),
                  NUM(checked - complete), NULL);
        todo_show(&todo, &cli->out);
    }
    todo_fini(&todo);
    return err ? cli_fail(cli, err) : 0;
}

static void show_one(const struct out *o, const json_t *record)
{
    out_print(o, "{1}", pick_text(record, "id"), NULL);
    if (!json_array_size(json_object_get(json_object_get(record, "discipline"), "missed")))
        out_print(o, N_("this record is complete"), NULL);
    record_show_discipline(o, record);
}

int record_check(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &record_check_form, argc, argv, &args, &code))
        return code;
    const char *what = args.operands_n ? args.operands[0] : NULL;
    if (!what)
        return check_ours(cli, &args);
    bool file = strcmp(what, "-") == 0 || strpbrk(what, "./") || access(what, F_OK) == 0;
    return file ? check_file(cli, &args) : entity_ask(cli, "record.show", json_pack("{s:s}", "id", what), show_one);
}
