/*
 * concept: the subcommands of `allied concept` that have a file of their own.
 */
#ifndef ALLIED_DAEMON_CMD_CONCEPT_H
#define ALLIED_DAEMON_CMD_CONCEPT_H

#include "daemon/cmd/cli.h"

extern const struct arg_form concept_import_form, concept_export_form;
int concept_import(struct cli *cli, int argc, char **argv);
int concept_export(struct cli *cli, int argc, char **argv);

extern const struct arg_form concept_merge_form, concept_retire_form;
int concept_merge(struct cli *cli, int argc, char **argv);
int concept_retire(struct cli *cli, int argc, char **argv);

extern const struct arg_form concept_show_form, concept_history_form;
int concept_show(struct cli *cli, int argc, char **argv);
int concept_history(struct cli *cli, int argc, char **argv);
/* "merged_into" as people say it. */
const char *concept_status(const struct out *o, const char *name);

#endif
