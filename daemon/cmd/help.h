/*
 * help: the overall help and a command's, built from the tables. Where cli->take_form is set they hand over the forms instead.
 */
#ifndef ALLIED_DAEMON_CMD_HELP_H
#define ALLIED_DAEMON_CMD_HELP_H

#include "daemon/cmd/cli.h"

void help_all(const struct cli *cli, const struct arg_option *global, size_t global_n);
void help_form(const struct cli *cli, const struct arg_form *form);
void help_subs(const struct cli *cli, const char *command, const char *summary, const struct cli_sub *subs, size_t n);

#endif
