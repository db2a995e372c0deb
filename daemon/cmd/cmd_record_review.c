/*
 * allied record review, reply: what our ally says of another's record, and what somebody answers whom a record names.
 */
#include "conf/tr.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/record.h"
#include <errno.h>
#include <string.h>

#define TEXT_MOST (1024u * 1024) /* bytes taken from stdin */

static const struct arg_option review_options[] = {
    {0, "text",      "TEXT|-", false, N_("what to say; - takes it from stdin")},
    {0, "text-lang", "XX",     false, N_("the language it is in")             },
    {0, "retract",   NULL,     false, N_("take back what we said")            },
};
const struct arg_form record_review_form = {
    "record review",
    "ID",
    N_("say what another ally's record is worth, in our own name"),
    review_options,
    sizeof review_options / sizeof *review_options,
    1,
    1,
    N_("One review in each language; a new one takes the place of the old. Nobody else can change or remove it.")};

static const struct arg_option reply_options[] = {
    {0, "actor",     "NAME",   false, N_("who answers, as the record names them")  },
    {0, "text",      "TEXT|-", false, N_("what they answer; - takes it from stdin")},
    {0, "text-lang", "XX",     false, N_("the language it is in")                  },
    {0, "retract",   NULL,     false, N_("take back what we passed on")            },
};
const struct arg_form record_reply_form = {
    "record reply",
    "ID",
    N_("pass on what somebody answers whom a record names"),
    reply_options,
    sizeof reply_options / sizeof *reply_options,
    1,
    1,
    N_("Whoever a record names as an actor has a right of reply: their own text, shown with the record, with the ally "
       "that passed it on. The record's owner cannot remove it.")};

static err_t read_all(struct cli *cli, struct buf *to)
{
    int c;
    errno = 0;
    while ((c = getc(stdin)) != EOF && !to->err)
        buf_byte(to, (uint8_t)c);
    if (ferror(stdin))
        return why_set(&cli->why, err_of_errno(errno, ERR_FILE), "--text -");
    while (to->len && to->at[to->len - 1] == '\n')
        to->len--;
    return to->err == ERR_TOO_LARGE ? why_set(&cli->why, ERR_TEXT_LONG, "--text -") : to->err;
}

/* The text of --text into the request's arguments. */
static err_t take_text(struct cli *cli, const char *given, json_t *request)
{
    struct buf text;
    buf_init(&text, TEXT_MOST);
    err_t err = strcmp(given, "-") == 0 ? read_all(cli, &text) : buf_printf(&text, "%s", given);
    json_t *value = err ? NULL : json_stringn(text.len ? (const char *)text.at : "", text.len);
    if (!err && !value)
        err = why_set(&cli->why, ERR_UTF8, "--text");
    if (!err)
        json_object_set_new(request, "text", value);
    buf_fini(&text);
    return err;
}

static int say(struct cli *cli, const struct arg_form *form, const char *request, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, form, argc, argv, &args, &code))
        return code;
    bool retract = args_flag(&args, "retract"), replies = form == &record_reply_form;
    const char *text = args_value(&args, "text"), *lang = args_value(&args, "text-lang");
    const char *actor = replies ? args_value(&args, "actor") : "";
    if (!actor || (!text && !retract))
        return cli_lacks(cli, !actor ? "--actor" : "--text | --retract");
    if (text && retract)
        return cli_usage(cli, "--retract");
    json_t *what = json_pack("{s:s, s:s, s:s, s:b}", "id", args.operands[0], "actor", actor, "lang", lang ? lang : "",
                             "retract", (int)retract);
    err_t err = what ? ERR_OK : why_set(&cli->why, ERR_UTF8, "--actor");
    err = err || !text ? err : take_text(cli, text, what);
    if (err) {
        json_decref(what);
        return cli_fail(cli, err);
    }
    return entity_change(cli, request, what, N_("{1} changed (dot {2})"));
}

int record_review(struct cli *cli, int argc, char **argv)
{
    return say(cli, &record_review_form, "record.review", argc, argv);
}

int record_reply(struct cli *cli, int argc, char **argv)
{
    return say(cli, &record_reply_form, "record.reply", argc, argv);
}

/* ---- showing ---- */

static void show_one(const struct out *o, const json_t *said, bool reply)
{
    const char *values[] = {pick_text(said, "actor"), pick_text(said, "ally_name")};
    struct buf head;
    buf_init(&head, 8192);
    out_fill(&head, tr(o->lang, reply ? N_("{1} answers (passed on by {2})") : N_("review by {2}")), values, 2);
    if (*pick_text(said, "lang"))
        buf_printf(&head, "  @%s", pick_text(said, "lang"));
    fputc('\n', o->data);
    out_cell(o, buf_text(&head) ? buf_text(&head) : "", STYLE_BOLD, o->columns);
    fprintf(o->data, "\n  ");
    out_text(o, pick_text(said, "text"), 2);
    buf_fini(&head);
}

void record_show_reviews(const struct out *o, const json_t *record)
{
    size_t i;
    json_t *said;
    json_array_foreach(json_object_get(record, "replies"), i, said) show_one(o, said, true);
    json_array_foreach(json_object_get(record, "reviews"), i, said) show_one(o, said, false);
}
