/*
 * allied config: show, check, set.
 */
#include "conf/rewrite.h"
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/table.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct arg_form show_form = {
    "config show", "[KEY]", N_("every setting, its value and its meaning"), NULL, 0, 0, 1, NULL};

static void show_json(const struct cli *cli, enum setting only)
{
    json_t *list = json_object();
    for (int id = 0; id < SETTING_COUNT; id++)
        if (only == SETTING_COUNT || (int)only == id)
            json_object_set_new(list, setting_name((enum setting)id),
                                json_pack("{s:s, s:b, s:b}", "value", settings_get(cli->settings, (enum setting)id),
                                          "default", settings_is_default(cli->settings, (enum setting)id), "used",
                                          setting_used((enum setting)id)));
    json_t *result = json_pack("{s:s, s:o}", "file", cli->config, "settings", list);
    out_json(&cli->out, result);
    json_decref(result);
}

static const char *remark(const struct cli *cli, enum setting id)
{
    bool set = !settings_is_default(cli->settings, id);
    if (!setting_used(id))
        return set ? N_("set, not used yet") : N_("not used yet");
    return set ? N_("set") : "";
}

/* Nobody shall believe that backups are made because storage.backup_dir was accepted. */
static void warn_unused(const struct cli *cli, enum setting id)
{
    if (!setting_used(id))
        out_say(&cli->out, N_("{1} is not used yet: setting it changes nothing"), setting_name(id), NULL);
}

static void show_all(const struct cli *cli)
{
    static const struct table_column columns[] = {
        {N_("setting"), false, true },
        {N_("value"),   false, true },
        {"",            false, true },
        {N_("meaning"), false, false}
    };
    struct table t;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    t.wrap_last = true;
    for (int id = 0; id < SETTING_COUNT; id++) {
        const char *value = settings_get(cli->settings, (enum setting)id);
        table_cell(&t, setting_name((enum setting)id));
        table_cell(&t, *value ? value : "—");
        table_cell(&t, tr(cli->lang, remark(cli, (enum setting)id)));
        table_cell(&t, tr(cli->lang, setting_meaning((enum setting)id)));
    }
    out_say(&cli->out, *cli->config ? N_("read from {1}") : N_("no configuration file: every setting has its default"),
            cli->config, NULL);
    table_print(&t, &cli->out);
    table_fini(&t);
}

static int unknown_key(struct cli *cli, const char *key)
{
    enum setting near = setting_guess(key);
    const char *guess = near == SETTING_COUNT ? NULL : setting_name(near);
    if (!guess)
        return cli_fail(cli, why_set(&cli->why, ERR_CONFIG_UNKNOWN, "%.60s", key));
    return cli_fail(cli, why_set(&cli->why, ERR_CONFIG_UNKNOWN, "%.60s (%.60s?)", key, guess));
}

static int config_show(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &show_form, argc, argv, &args, &code))
        return code;
    err_t err = cli_check_site(cli);
    if (err)
        return cli_fail(cli, err);
    enum setting only = args.operands_n ? setting_by_name(args.operands[0]) : SETTING_COUNT;
    if (args.operands_n && only == SETTING_COUNT)
        return unknown_key(cli, args.operands[0]);
    if (cli->out.json)
        show_json(cli, only);
    else if (only != SETTING_COUNT) {
        out_print(&cli->out, "{1}", settings_get(cli->settings, only), NULL);
        warn_unused(cli, only);
    } else
        show_all(cli);
    return 0;
}

static const struct arg_form check_form = {"config check", "", N_("is the configuration right?"), NULL, 0, 0, 0, NULL};

/* The names of the settings that were set in vain. */
static json_t *unused_set(const struct cli *cli)
{
    json_t *list = json_array();
    for (int id = 0; id < SETTING_COUNT; id++)
        if (!setting_used((enum setting)id) && !settings_is_default(cli->settings, (enum setting)id))
            json_array_append_new(list, json_string(setting_name((enum setting)id)));
    return list;
}

static int config_check(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin_bare(cli, &check_form, argc, argv, &args, &code))
        return code;
    err_t err = cli_settings(cli);
    err = err ? err : cli_check_site(cli);
    if (err)
        return cli_fail(cli, err);
    if (cli->out.json) {
        json_t *result = json_pack("{s:b, s:s, s:o}", "ok", 1, "file", cli->config, "unused", unused_set(cli));
        out_json(&cli->out, result);
        json_decref(result);
        return 0;
    }
    out_print(&cli->out, *cli->config ? N_("{1}: right") : N_("no configuration file: every setting has its default"),
              cli->config, NULL);
    for (int id = 0; id < SETTING_COUNT; id++)
        if (!settings_is_default(cli->settings, (enum setting)id))
            warn_unused(cli, (enum setting)id);
    return 0;
}

static const struct arg_form set_form = {
    "config set",
    "KEY VALUE",
    N_("change one setting; comments stay"),
    NULL,
    0,
    2,
    2,
    N_("Changes --config FILE, or the file that allied reads, or makes DATA/allied.conf. A running "
       "daemon reads it when it starts again.")};

/* What root makes belongs to whom the directory belongs: the daemon shall be able to read it. */
static void give_to_owner(const struct cli *cli, const char *path)
{
    struct stat st;
    if (geteuid() == 0 && stat(cli->data, &st) == 0 && st.st_uid != 0 && chown(path, st.st_uid, st.st_gid) != 0)
        out_say(&cli->out, N_("{1} could not be given to the owner of {2}"), path, cli->data, NULL);
}

static int config_set(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &set_form, argc, argv, &args, &code))
        return code;
    enum setting id = setting_by_name(args.operands[0]);
    if (id == SETTING_COUNT)
        return unknown_key(cli, args.operands[0]);
    char path[CLI_PATH_MAX + 16];
    snprintf(path, sizeof path, *cli->config ? "%s" : "%s/allied.conf", *cli->config ? cli->config : cli->data);
    bool fresh = access(path, F_OK) != 0;
    err_t err = cli_check_site(cli);
    err = err ? err : rewrite_file(path, args.operands[0], args.operands[1], &cli->why);
    if (err)
        return cli_fail(cli, err);
    if (fresh)
        give_to_owner(cli, path);
    if (cli->out.json) {
        json_t *result = json_pack("{s:s, s:s, s:s, s:b}", "file", path, "key", args.operands[0], "value",
                                   args.operands[1], "used", setting_used(id));
        out_json(&cli->out, result);
        json_decref(result);
    } else if (setting_used(id))
        out_print(&cli->out, N_("{1}: {2} is set; restart the daemon to use it"), path, args.operands[0], NULL);
    else {
        out_print(&cli->out, N_("{1}: {2} is set"), path, args.operands[0], NULL);
        warn_unused(cli, id);
    }
    return 0;
}

static const struct cli_sub subs[] = {
    {"show",  config_show,  &show_form },
    {"check", config_check, &check_form},
    {"set",   config_set,   &set_form  },
};

int cmd_config(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "config", subs, sizeof subs / sizeof *subs, NULL, argc, argv);
}
