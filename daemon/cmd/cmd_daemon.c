/*
 * allied daemon: the service in the foreground, until SIGINT or SIGTERM.
 */
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/service.h"

static const struct arg_form form = {"daemon",
                                     "",
                                     N_("run the service in the foreground"),
                                     NULL,
                                     0,
                                     0,
                                     0,
                                     N_("It ends with Ctrl-C, always safely. Under systemd: systemctl start allied")};

int cmd_daemon(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    bool stopped = false;
    struct service *service = NULL;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    struct service_options with = {.dir = cli->data,
                                   .settings = cli->settings,
                                   .lang = cli->lang,
                                   .control = true,
                                   .http = true,
                                   .echo = cli->out.quiet ? NULL : stderr};
    err_t e = cli_check_site(cli);
    if (!e)
        e = service_open(&with, &service, &cli->why);
    if (!e && *service_address(service))
        out_say(&cli->out, N_("Listening on {1}; data in {2}. Ctrl-C ends it."), service_address(service), cli->data,
                NULL);
    else if (!e)
        out_say(&cli->out, N_("Outgoing connections only; data in {1}. Ctrl-C ends it."), cli->data, NULL);
    if (!e)
        e = service_run(service, -1, &stopped);
    service_close(service);
    return e ? cli_fail(cli, e) : 0;
}
