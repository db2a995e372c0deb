/*
 * allied: one binary, a table of subcommands (daemon/cmd/commands.def).
 */
#include "daemon/cmd/cmd.h"
#include "protocol/sign/sign.h"

static const struct cli_command commands[] = {
#define X(name, handler, group, needs_daemon, usage, summary)                                                          \
    {name, handler, GROUP_##group, needs_daemon, usage, summary},
    COMMANDS(X)
#undef X
};

int main(int argc, char **argv)
{
    struct cli cli;
    if (sign_start()) /* before any thread: it looks for what the processor can do, and opens the source of randomness */
        return 1;
    cli_open(&cli, commands, sizeof commands / sizeof *commands, stdout, stderr);
    int code = cli_run(&cli, argc, argv);
    cli_close(&cli);
    return code;
}
