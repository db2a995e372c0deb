/*
 * allied: one binary, a table of subcommands (daemon/cmd/commands.def).
 */
#include "daemon/cmd/cmd.h"
#include "protocol/sign/sign.h"
#include <fcntl.h>
#include <unistd.h>

static const struct cli_command commands[] = {
#define X(name, handler, group, needs_daemon, usage, summary)                                                          \
    {name, handler, GROUP_##group, needs_daemon, usage, summary},
    COMMANDS(X)
#undef X
};

/*
 * Where stdin, stdout or stderr came closed, the next file opened would get its number, and what is meant for a person would be written into the
 * journal or the lock. Stdout is opened for reading, so that writing to it
 * fails and is told, as it did before.
 */
static bool fill_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd == STDIN_FILENO);
    if (fd == STDOUT_FILENO) {
        close(fd);
        fd = open("/dev/null", O_RDONLY);
        fd = fd == STDOUT_FILENO ? open("/dev/null", O_RDWR) : fd;
    }
    if (fd > STDERR_FILENO)
        close(fd);
    return fd >= 0;
}

int main(int argc, char **argv)
{
    struct cli cli;
    if (!fill_standard_descriptors())
        return 1;
    if (sign_start()) /* before any thread: it looks for what the processor can do, and opens the source of randomness */
        return 1;
    cli_open(&cli, commands, sizeof commands / sizeof *commands, stdout, stderr);
    int code = cli_run(&cli, argc, argv);
    cli_close(&cli);
    return code;
}
