/*
 * bundle: what `bundle export` and `bundle import` share.
 */
#ifndef ALLIED_DAEMON_CMD_BUNDLE_H
#define ALLIED_DAEMON_CMD_BUNDLE_H

#include "daemon/cmd/cli.h"
#include "daemon/store/bundle.h"

/* A bundle to read; *fd, where not -1, is the caller's also on an error. cli->why. */
err_t bundle_file_open(struct cli *cli, const char *path, int *fd, struct bundle_reader **in);

extern const struct arg_form bundle_export_form;
int bundle_export(struct cli *cli, int argc, char **argv);

#endif
