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
extern const struct arg_form concept_withdraw_form, concept_refuse_form;
int concept_withdraw(struct cli *cli, int argc, char **argv);
int concept_refuse(struct cli *cli, int argc, char **argv);

extern const struct arg_form concept_list_form;
int concept_list(struct cli *cli, int argc, char **argv);

extern const struct arg_form concept_show_form, concept_history_form;
int concept_show(struct cli *cli, int argc, char **argv);
int concept_history(struct cli *cli, int argc, char **argv);
/* The status of a concept that concept.list or concept.show tells of, as people say it. */
const char *concept_status(const struct out *o, const json_t *concept);
/* One of its proposals: who, when, what, for which record, and its dot. */
void concept_proposal(const struct out *o, const json_t *proposal, const char *what);

#endif
