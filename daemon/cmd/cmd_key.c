/*
 * allied key: the site's key, as words or in a file, to keep and to bring back. A key is read from and written to files and the terminal alone: it
 * never goes through the core, and so never into the journal.
 */
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/fetch.h"
#include "daemon/cmd/key.h"
#include "daemon/cmd/pick.h"
#include "daemon/core/backup.h"
#include "daemon/core/recover.h"
#include "protocol/base/base32.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- export ---- */

static const struct arg_option export_options[] = {
    {0, "file",      "FILE", false,
     N_("write a file that alone is enough to get everything back: the key, and whom to ask") },
    {0, "registrar", NULL,   false, N_("the registrar's key as well (the secretariat's site)")},
};
static const struct arg_form export_form = {
    "key export",
    "[NAME]",
    N_("the site's key as 17 words to write down, or in a file"),
    export_options,
    sizeof export_options / sizeof *export_options,
    0,
    1,
    N_("Whoever has the key can write in the site's name. Nobody can make it again.")};

static void take_peer(struct keytext *k, const json_t *peer)
{
    size_t i;
    json_t *address;
    json_array_foreach(json_object_get(peer, "addresses"), i, address)
    {
        const char *text = json_string_value(address);
        if (!text || k->peers_n == KEYTEXT_PEERS_MAX || strlen(text) > ADDRESS_MAX_BYTES)
            return;
        struct keytext_peer *to = &k->peers[k->peers_n];
        if (base32_decode(slice_text(pick_text(peer, "site")), to->site, SITE_BYTES) == ERR_OK) {
            memcpy(to->address, text, strlen(text) + 1);
            k->peers_n++;
        }
    }
}

/* Whom to ask for everything, once the key is all there is. */
static err_t take_peers(struct cli *cli, struct keytext *k)
{
    json_t *known = NULL, *peer;
    size_t i;
    err_t e = cli_ask(cli, "peers.known", json_object(), &known);
    if (!e)
        k->has_alliance = base32_decode(slice_text(pick_text(known, "alliance_id")), k->alliance, ALLIANCE_BYTES) == 0;
    json_array_foreach(json_object_get(known, "peers"), i, peer) take_peer(k, peer);
    json_decref(known);
    return e;
}

static err_t file_failed(struct cli *cli, const char *path)
{
    return why_set(&cli->why, err_of_errno(errno, ERR_WRITE), "%.150s", path);
}

static err_t write_private(struct cli *cli, const char *path, struct slice text)
{
    char fresh[CLI_PATH_MAX];
    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
        return why_set(&cli->why, ERR_WRITE, "%.120s", path);
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return file_failed(cli, fresh);
    errno = ENOSPC; /* of a write that is cut short */
    bool done = write(fd, text.at, text.len) == (ssize_t)text.len && fsync(fd) == 0;
    if (done && rename(fresh, path) == 0) {
        close(fd);
        return ERR_OK;
    }
    err_t e = file_failed(cli, path);
    close(fd);
    unlink(fresh);
    return e;
}

static err_t export_file(struct cli *cli, struct keytext *k, const char *path)
{
    struct buf text;
    buf_init(&text, KEYTEXT_FILE_BYTES);
    err_t e = take_peers(cli, k);
    if (!e) {
        keytext_encode(k, &text);
        e = text.err ? text.err : write_private(cli, path, buf_slice(&text));
    }
    buf_wipe(&text);
    return e;
}

static json_t *exported(const struct keytext *k, const char *path)
{
    struct sign_key key;
    char site[BASE32_LEN(SITE_BYTES) + 1], words[KEYTEXT_WORDS_LEN];
    sign_key_from_seed(k->seed, &key);
    base32_encode(slice_of(key.pub, SITE_BYTES), site);
    json_t *out = json_pack("{s:s, s:s}", "name", k->name, "site", site);
    keytext_words(k->seed, words);
    json_object_set_new(out, path ? "file" : "words", json_string(path ? path : words));
    if (path)
        json_object_set_new(out, "peers", json_integer((json_int_t)k->peers_n));
    keytext_words(k->registrar, words);
    if (k->has_registrar && !path)
        json_object_set_new(out, "registrar", json_string(words));
    sign_key_wipe(&key);
    sign_wipe(words, sizeof words);
    return out;
}

static void tell_exported(struct cli *cli, const json_t *facts)
{
    const struct out *o = &cli->out;
    if (o->json)
        out_json(o, facts);
    else if (*pick_text(facts, "file")) {
        out_print(o, N_("Written: {1}. It holds the key of {2} and {3} addresses to ask for everything."),
                  pick_text(facts, "file"), pick_text(facts, "name"), NUM(pick_number(facts, "peers")), NULL);
        out_say(o, N_("Whoever has this file can write in your name: keep it in a safe place."), NULL);
    } else {
        out_say(o, N_("Write these words down and keep them in a safe place: whoever has them can write in your name."),
                NULL);
        out_print(o, "{1}", pick_text(facts, "words"), NULL);
        if (*pick_text(facts, "registrar"))
            out_say(o, N_("And these for the registrar's key:"), NULL);
        if (*pick_text(facts, "registrar"))
            out_print(o, "{1}", pick_text(facts, "registrar"), NULL);
    }
}

static int key_export(struct cli *cli, int argc, char **argv)
{
    struct args args;
    struct stat st;
    int code;
    if (!cli_begin(cli, &export_form, argc, argv, &args, &code))
        return code;
    const char *path = args_value(&args, "file"), *name = args.operands_n ? args.operands[0] : cli->site;
    if (path && stat(path, &st) == 0 && !cli_confirm_about(cli, N_("Replace {1}?"), path, &code))
        return code;
    if (!path && !cli_confirm_about(cli, N_("Show the key here, where others may see it?"), "", &code))
        return code;
    struct keytext k = {.peers_n = 0};
    err_t e = recover_keys(cli->data, name, args_flag(&args, "registrar"), &k, &cli->why);
    if (!e && path)
        e = export_file(cli, &k, path);
    if (!e) {
        json_t *facts = exported(&k, path);
        tell_exported(cli, facts);
        json_decref(facts);
    }
    keytext_wipe(&k);
    return e ? cli_fail(cli, e) : 0;
}

/* ---- import ---- */

static const struct arg_option import_options[] = {
    {0, "file",     "FILE",      false, N_("a file of key export: it knows the alliance and whom to ask")},
    {0, "alliance", "ID",        false,
     N_("the alliance's id (allied status --json of any ally), where there are words alone")             },
    {0, "from",     "HOST:PORT", false, N_("an ally's address, to fetch everything from")                },
    {0, "peer",     "KEY",       false, N_("the public key of that ally's site")                         },
    {0, "name",     "NAME",      false, N_("a short name for the site (default: site)")                  },
};
static const struct arg_form import_form = {
    "key import",
    "[WORDS…]",
    N_("give a site its key back; into an empty directory, fetch everything with it"),
    import_options,
    sizeof import_options / sizeof *import_options,
    0,
    KEYTEXT_WORDS,
    N_("Without words they are asked for; \"-\" reads them from the standard input. Ctrl-C is safe: the same command "
       "goes on.")};

static err_t read_words(struct cli *cli, const struct args *args, struct keytext *k)
{
    struct buf text;
    char line[1024];
    bool asks = args->operands_n == 0, input = args->operands_n == 1 && strcmp(args->operands[0], "-") == 0;
    if (asks && !cli->terminal_in)
        return why_set(&cli->why, ERR_USAGE_MISSING, "key import WORDS…");
    buf_init(&text, KEYTEXT_FILE_BYTES);
    if (asks)
        out_say(&cli->out, N_("The words of the key:"), NULL);
    while ((asks || input) && fgets(line, sizeof line, stdin) && (buf_append(&text, line, strlen(line)), !asks))
        ;
    for (size_t i = 0; i < args->operands_n && !input && !asks; i++)
        buf_printf(&text, "%s ", args->operands[i]);
    err_t e = text.err ? text.err : keytext_seed(buf_slice(&text), k->seed, &cli->why);
    k->has_seed = e == ERR_OK;
    buf_wipe(&text);
    sign_wipe(line, sizeof line);
    return e;
}

static err_t read_file(struct cli *cli, const char *path, struct keytext *k)
{
    struct buf text;
    uint8_t block[4096];
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return why_set(&cli->why, err_of_errno(errno, ERR_FILE), "%.150s", path);
    buf_init(&text, KEYTEXT_FILE_BYTES);
    while ((n = read(fd, block, sizeof block)) > 0 && buf_append(&text, block, (size_t)n) == ERR_OK)
        ;
    int reason = errno;
    close(fd);
    err_t e = n < 0      ? why_set(&cli->why, err_of_errno(reason, ERR_FILE), "%.150s", path)
              : text.err ? why_set(&cli->why, ERR_KEY_FILE, "%.150s", path)
                         : keytext_decode(buf_slice(&text), k, &cli->why);
    buf_wipe(&text);
    sign_wipe(block, sizeof block);
    return e;
}

/* What the options say counts more than what the file says. */
static err_t read_options(struct cli *cli, const struct args *args, struct keytext *k)
{
    const char *alliance = args_value(args, "alliance"), *from = args_value(args, "from"),
               *peer = args_value(args, "peer"), *name = args_value(args, "name");
    if (alliance) {
        if (base32_decode(slice_text(alliance), k->alliance, ALLIANCE_BYTES))
            return why_set(&cli->why, ERR_USAGE, "--alliance %.60s", alliance);
        k->has_alliance = true;
    }
    if (!from != !peer)
        return why_set(&cli->why, ERR_USAGE_MISSING, "--from HOST:PORT --peer KEY");
    if (from) {
        struct keytext_peer *to = &k->peers[k->peers_n < KEYTEXT_PEERS_MAX ? k->peers_n : 0];
        if (strlen(from) > ADDRESS_MAX_BYTES || base32_decode(slice_text(peer), to->site, SITE_BYTES))
            return why_set(&cli->why, ERR_USAGE, "--peer %.60s", peer);
        memcpy(to->address, from, strlen(from) + 1);
        k->peers_n += k->peers_n < KEYTEXT_PEERS_MAX;
    }
    if (name || !*k->name)
        snprintf(k->name, sizeof k->name, "%s", name ? name : cli->site ? cli->site : "site");
    return ERR_OK;
}

/* A site that has its charter has its key back, and that is all. One that has none yet fetches everything. */
static err_t go_on(struct cli *cli, bool fresh, json_t **status)
{
    err_t e = cli_ask(cli, "status", NULL, status);
    if (e || json_is_string(json_object_get(*status, "alliance"))) {
        if (!e && !cli->out.json)
            out_print(&cli->out, fresh ? N_("The key is back.") : N_("The key was here already."), NULL);
        return e;
    }
    json_decref(*status);
    *status = NULL;
    door_close(cli->door);
    cli->door = NULL;
    e = fetch_all(cli, "allied key import", status);
    if (!e && !cli->out.json)
        out_print(&cli->out, N_("Everything is back: {1} records, {2} concepts; digests match."),
                  NUM(pick_number(*status, "records")), NUM(pick_number(*status, "concepts")), NULL);
    return e;
}

static int key_import(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    bool fresh = true;
    json_t *status = NULL;
    struct keytext k = {.peers_n = 0};
    if (!cli_begin(cli, &import_form, argc, argv, &args, &code))
        return code;
    const char *path = args_value(&args, "file");
    err_t e = path ? read_file(cli, path, &k) : read_words(cli, &args, &k);
    if (!e)
        e = read_options(cli, &args, &k);
    if (!e)
        e = backup_finds_site(cli->data) ? recover_give(cli->data, &k, &fresh, &cli->why)
                                         : recover_found(cli->data, &k, &cli->why);
    keytext_wipe(&k);
    if (!e)
        e = go_on(cli, fresh, &status);
    if (!e && cli->out.json)
        out_json(&cli->out, status);
    else if (!e)
        out_say(&cli->out, N_("Next: allied daemon"), NULL);
    json_decref(status);
    return e ? cli_fail(cli, e) : 0;
}

/* ---- registrar ---- */

static const struct arg_form registrar_form = {
    "key registrar",
    "",
    N_("make the key that the secretariat is to sign with, once a charter says so"),
    NULL,
    0,
    0,
    0,
    N_("On the site that will have it: of the ally that becomes the secretariat, or of the secretariat that lost its "
       "key. "
       "It shows the key's public half; asked again, the same. It counts once a charter that names it is in force: "
       "allied "
       "charter propose --registrar KEY")};

static void show_registrar(const struct out *o, const json_t *result)
{
    out_print(o, "{1}", pick_text(result, "registrar"), NULL);
    out_say(o, N_("Next, on any site: allied charter propose --registrar {1}"), pick_text(result, "registrar"), NULL);
}

static int key_registrar(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &registrar_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "key.registrar", json_object(), show_registrar);
}

static const struct cli_sub subs[] = {
    {"export",    key_export,    &export_form    },
    {"import",    key_import,    &import_form    },
    {"rotate",    key_rotate,    &key_rotate_form},
    {"registrar", key_registrar, &registrar_form },
};

int cmd_key(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "key", subs, sizeof subs / sizeof *subs, NULL, argc, argv);
}
