/*
 * record: the subcommands of `allied record` that have a file of their own.
 */
#ifndef ALLIED_DAEMON_CMD_RECORD_H
#define ALLIED_DAEMON_CMD_RECORD_H

#include "daemon/cmd/cli.h"

extern const struct arg_form record_import_form;
int record_import(struct cli *cli, int argc, char **argv);

#endif
