/*
 * allied bundle, and allied bundle import: each message of the file goes to the core, which verifies it like a peer's. What is damaged is passed over;
 * at the end the heads that the bundle names say what is still missing.
 */
#include "conf/tr.h"
#include "daemon/cmd/bundle.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/progress.h"
#include "protocol/base/base32.h"
#include "protocol/wire/msg.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct import {
    struct cli *cli;
    const char *path;
    struct bundle_reader *in;
    struct progress progress;
    uint64_t bytes; /* of the file */
    long long added, known;
    json_t *refused, *lacks,
        *vectors; /* vectors: the VECTOR messages as given to the core, to be asked again at the end */
    bool ended;   /* the last message came */
};

/* Is it about this message alone, so that the next one can be tried? */
static bool is_of_message(err_t e)
{
    int n = err_number(e);
    return n >= 1100 && n < 1500 && e != ERR_ALLIANCE && e != ERR_VERSION;
}

static json_t *message_json(struct slice message)
{
    char *text = malloc(BASE32_LEN(message.len) + 1);
    if (!text)
        return NULL;
    base32_encode(message, text);
    json_t *out = json_pack("{s:s}", "message", text);
    free(text);
    return out;
}

static void refuse(struct import *m, json_t *refused, err_t e)
{
    if (!refused)
        refused = json_pack("{s:o, s:s}", "code", json_sprintf("ALLIED-%d", err_number(e)), "name", err_name(e));
    json_array_append_new(m->refused, refused);
}

/* What the command itself needs of it. */
static void look_at(struct import *m, struct slice message, json_t *args)
{
    struct arena arena = {0};
    struct msg msg;
    err_t e = msg_decode(message, &arena, &msg);
    if (!e && msg.type == MSG_VECTOR)
        json_array_append(m->vectors, args);
    m->ended |= !e && msg.type == MSG_BYE;
    arena_fini(&arena);
}

static err_t take(struct import *m, struct slice message)
{
    json_t *args = message_json(message), *answer = NULL;
    if (!args)
        return ERR_MEMORY;
    look_at(m, message, args);
    err_t e = cli_ask(m->cli, "bundle.take", args, &answer);
    m->added += pick_number(answer, "added");
    m->known += pick_number(answer, "known");
    json_t *refused = json_object_get(answer, "refused");
    if (refused || (e && is_of_message(e)))
        refuse(m, json_incref(refused), e);
    json_decref(answer);
    if (e == ERR_ALLIANCE || e == ERR_VERSION)
        return why_set(&m->cli->why, e, "%.150s", m->path);
    return e && is_of_message(e) ? ERR_OK : e;
}

static err_t take_all(struct import *m)
{
    struct slice message;
    err_t e;
    progress_init(&m->progress, &m->cli->out, progress_now());
    while ((e = bundle_next(m->in, &message)) == ERR_OK && (e = take(m, message)) == ERR_OK)
        progress_step(&m->progress, progress_now(), N_("reading"), (uint64_t)(m->added + m->known),
                      bundle_state(m->in).at, m->bytes);
    progress_end(&m->progress);
    if (e == ERR_NOT_FOUND)
        e = bundle_state(m->in).blocks ? ERR_OK : why_set(&m->cli->why, ERR_BUNDLE_EMPTY, "%.150s", m->path);
    return e;
}

static err_t ask_lacks(struct import *m)
{
    size_t i;
    json_t *args;
    json_array_foreach(m->vectors, i, args)
    {
        json_t *answer = NULL;
        err_t e = cli_ask(m->cli, "bundle.lacks", json_incref(args), &answer);
        if (!e)
            json_array_extend(m->lacks, json_object_get(answer, "lacks"));
        json_decref(answer);
        if (e)
            return e;
    }
    return ERR_OK;
}

static bool is_whole(const struct import *m)
{
    return m->ended && !bundle_state(m->in).lost && !json_array_size(m->lacks) && json_array_size(m->vectors);
}

static json_t *facts_of(const struct import *m)
{
    struct bundle_state state = bundle_state(m->in);
    return json_pack("{s:s, s:I, s:I, s:O, s:O, s:b, s:b, s:{s:I, s:I}}", "file", m->path, "added",
                     (json_int_t)m->added, "known", (json_int_t)m->known, "refused", m->refused, "lacks", m->lacks,
                     "whole", is_whole(m), "cut_short", !m->ended, "damaged", "bytes", (json_int_t)state.lost, "first",
                     (json_int_t)state.first);
}

static const char *name_of(const json_t *log)
{
    const char *name = pick_text(log, "site_name");
    return *name ? name : pick_text(log, "site");
}

static void told(const struct import *m)
{
    const struct out *o = &m->cli->out;
    struct bundle_state state = bundle_state(m->in);
    size_t i;
    const json_t *one;
    out_print(o, N_("{1} commits added, {2} were here already."), NUM(m->added), NUM(m->known), NULL);
    if (state.lost)
        out_print(o, N_("Damaged: {1} bytes, the first of them at byte {2} of the file."), NUM(state.lost),
                  NUM(state.first), NULL);
    if (!m->ended)
        out_print(o, N_("The file ends too early: something behind its last byte is missing."), NULL);
    json_array_foreach(m->refused, i, one)
    {
        err_t e = err_by_name(pick_text(one, "name"));
        out_print(o, N_("Not taken: {1}, from change {2} on: {3}: {4}"), name_of(one), pick_text(one, "seq"),
                  pick_text(one, "code"), e < ERR_COUNT ? tr(o->lang, err_what(e)) : "", NULL);
    }
    json_array_foreach(m->lacks, i, one) out_print(o, N_("Missing: {1}, changes {2} to {3}"), name_of(one),
                                                   pick_text(one, "first"), pick_text(one, "last"), NULL);
}

static int finish(struct import *m)
{
    if (m->cli->out.json) {
        json_t *facts = facts_of(m);
        out_json(&m->cli->out, facts);
        json_decref(facts);
    } else
        told(m);
    if (is_whole(m))
        return 0;
    why_set(&m->cli->why, ERR_BUNDLE_PARTIAL, "%.150s", m->path);
    return m->cli->out.json ? err_exit(ERR_BUNDLE_PARTIAL) : cli_fail(m->cli, ERR_BUNDLE_PARTIAL);
}

static const struct arg_form import_form = {"bundle import",
                                            "FILE",
                                            N_("take in what another site wrote with bundle export"),
                                            NULL,
                                            0,
                                            1,
                                            1,
                                            N_("Every signature is checked, as with a peer. Of a damaged file what is "
                                               "whole goes in. Exit code 2: not all of it is here.")};

static int bundle_import(struct cli *cli, int argc, char **argv)
{
    struct args args;
    struct stat st = {0};
    int code, fd = -1;
    if (!cli_begin(cli, &import_form, argc, argv, &args, &code))
        return code;
    struct import m = {
        .cli = cli, .path = args.operands[0], .refused = json_array(), .lacks = json_array(), .vectors = json_array()};
    err_t e = bundle_file_open(cli, m.path, &fd, &m.in);
    if (!e && fstat(fd, &st) == 0)
        m.bytes = (uint64_t)st.st_size;
    if (!e)
        e = take_all(&m);
    if (!e)
        e = ask_lacks(&m);
    code = e ? cli_fail(cli, e) : finish(&m);
    bundle_close(m.in);
    if (fd >= 0)
        close(fd);
    json_decref(m.refused);
    json_decref(m.lacks);
    json_decref(m.vectors);
    return code;
}

int cmd_bundle(struct cli *cli, int argc, char **argv)
{
    static const struct cli_sub subs[] = {
        {"export", bundle_export, &bundle_export_form},
        {"import", bundle_import, &import_form       },
    };
    return cli_sub(cli, "bundle", subs, sizeof subs / sizeof *subs, NULL, argc, argv);
}
