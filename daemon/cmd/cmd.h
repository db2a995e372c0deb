/*
 * cmd: the handlers of the table of subcommands (commands.def). A handler gets the words behind its name, begins with cli_begin (which parses
 * them, shows the help, loads the settings) and returns the exit code of INTERFACE.md.
 */
#ifndef ALLIED_DAEMON_CMD_CMD_H
#define ALLIED_DAEMON_CMD_CMD_H

#include "conf/tr.h"
#include "daemon/cmd/cli.h"
#include "daemon/cmd/commands.def"

#define X(name, handler, group, needs_daemon, usage, summary) int handler(struct cli *cli, int argc, char **argv);
COMMANDS(X)
#undef X

#endif
