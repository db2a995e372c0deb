/*
 * key: the subcommands of `allied key` that have a file of their own.
 */
#ifndef ALLIED_DAEMON_CMD_KEY_H
#define ALLIED_DAEMON_CMD_KEY_H

#include "daemon/cmd/cli.h"

extern const struct arg_form key_rotate_form;
int key_rotate(struct cli *cli, int argc, char **argv);

#endif
