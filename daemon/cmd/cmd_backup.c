/*
 * allied backup, restore: one file with all that is needed to go on, and a directory out of it. Neither goes through the core: a backup is made
 * beside a running daemon without keeping it waiting, and a directory to restore into has none.
 */
#include "daemon/core/backup.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/real.h"
#include "daemon/core/found.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const struct out *o, const json_t *facts)
{
    out_pair(o, N_("Alliance"), pick_text(facts, "alliance"));
    out_pair(o, N_("Site"), pick_text(facts, "name"));
    out_pair(o, N_("Date"), pick_text(facts, "created"));
    out_pair(o, N_("records"), NUM(pick_number(facts, "records")));
    out_pair(o, N_("concepts"), NUM(pick_number(facts, "concepts")));
    out_pair(o, N_("commits"), NUM(pick_number(facts, "commits")));
    out_pair(o, N_("digest"), pick_text(facts, "digest"));
    out_pair(o, N_("key"), tr(o->lang, pick_true(facts, "key") ? N_("in it") : N_("not in it")));
}

static struct backup_options options_for(const struct cli *cli, const char *path)
{
    struct env env = real_env(NULL);
    return (struct backup_options){.dir = cli->data, .path = path, .with_keys = true, .now = env.wall(env.ctx)};
}

/* ---- backup ---- */

static const struct arg_option backup_options[] = {
    {0, "without-key", NULL, false, N_("leave the keys out: the file can then be kept where others may read it")},
};
static const struct arg_form backup_form = {"backup",
                                            "FILE",
                                            N_("one file with all that is needed to go on, the key included"),
                                            backup_options,
                                            sizeof backup_options / sizeof *backup_options,
                                            1,
                                            1,
                                            N_("The daemon may go on running. Whoever has the file can write in the "
                                               "site's name, unless its key was left out: keep it like a key.")};

int cmd_backup(struct cli *cli, int argc, char **argv)
{
    struct args args;
    struct stat st;
    json_t *facts = NULL;
    int code;
    if (!cli_begin_bare(cli, &backup_form, argc, argv, &args, &code))
        return code;
    const char *path = args.operands[0];
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && !cli_confirm_about(cli, N_("Replace {1}?"), path, &code))
        return code;
    struct backup_options o = options_for(cli, path);
    o.with_keys = !args_flag(&args, "without-key");
    err_t e = backup_make(&o, &facts, &cli->why);
    if (e)
        return cli_fail(cli, e);
    if (cli->out.json)
        out_json(&cli->out, facts);
    else {
        show(&cli->out, facts);
        out_print(&cli->out, N_("Written and read again: {1}, {2} bytes."), path, NUM(pick_number(facts, "bytes")),
                  NULL);
        if (o.with_keys)
            out_say(&cli->out, N_("Whoever has this file can write in your name: keep it in a safe place."), NULL);
        else
            out_say(&cli->out, N_("The key is not in it; keep it elsewhere: allied key export"), NULL);
    }
    json_decref(facts);
    return 0;
}

/* ---- restore ---- */

static const struct arg_form restore_form = {"restore",
                                             "FILE",
                                             N_("make the site again out of a backup"),
                                             NULL,
                                             0,
                                             1,
                                             1,
                                             N_("What is in the data directory is moved aside, never deleted. What was "
                                                "written after the backup comes back from the other allies.")};

static void told(struct cli *cli, const json_t *facts)
{
    const struct out *o = &cli->out;
    show(o, facts);
    out_print(o, N_("Restored in {1}."), cli->data, NULL);
    if (*pick_text(facts, "moved"))
        out_say(o, N_("What was there before is now in {1}."), pick_text(facts, "moved"), NULL);
    if (pick_number(facts, "erased"))
        out_say(o, N_("Left out, since it was erased after the backup: {1} texts."), NUM(pick_number(facts, "erased")),
                NULL);
    if (pick_true(facts, "key_here"))
        out_say(o, N_("Next: allied daemon"), NULL);
    else
        out_say(o, N_("The key is missing; give it back with: allied key import WORDS… (or --file FILE)"), NULL);
}

/* Under the directory's lock. */
static int restore_in(struct cli *cli, const char *path)
{
    json_t *facts = NULL;
    int code = 0;
    if (backup_finds_site(cli->data) &&
        !cli_confirm_about(cli, N_("There is a site in {1}. Move it aside and restore the backup?"), cli->data, &code))
        return code;
    struct backup_options o = options_for(cli, path);
    err_t e = backup_restore(&o, &facts, &cli->why);
    if (e)
        return cli_fail(cli, e);
    if (cli->out.json)
        out_json(&cli->out, facts);
    else
        told(cli, facts);
    json_decref(facts);
    return 0;
}

int cmd_restore(struct cli *cli, int argc, char **argv)
{
    struct args args;
    struct stat st;
    json_t *facts = NULL;
    char lock[CLI_PATH_MAX + 16];
    int code, fd = -1;
    if (!cli_begin_bare(cli, &restore_form, argc, argv, &args, &code))
        return code;
    bool fresh = stat(cli->data, &st) != 0;
    err_t e = backup_look(args.operands[0], &facts, &cli->why);
    json_decref(facts);
    if (!e)
        e = found_dir(cli->data, &cli->why);
    if (!e)
        e = found_lock(cli->data, &fd, &cli->why);
    code = e ? cli_fail(cli, e) : restore_in(cli, args.operands[0]);
    /* What was made for nothing goes again. */
    if (code && fresh && fd >= 0) {
        snprintf(lock, sizeof lock, "%s/%s", cli->data, LOCK_NAME);
        unlink(lock);
        rmdir(cli->data);
    }
    if (fd >= 0)
        close(fd);
    return code;
}
