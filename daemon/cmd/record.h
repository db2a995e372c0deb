/*
 * record: the subcommands of `allied record` that have a file of their own.
 */
#ifndef ALLIED_DAEMON_CMD_RECORD_H
#define ALLIED_DAEMON_CMD_RECORD_H

#include "daemon/cmd/cli.h"

extern const struct arg_form record_import_form;
int record_import(struct cli *cli, int argc, char **argv);
/* The same for a file of that format, whatever its name says. */
int record_import_as(struct cli *cli, const char *format, int argc, char **argv);

extern const struct arg_form record_check_form;
int record_check(struct cli *cli, int argc, char **argv);
/* What the rule set asks for and the record lacks: one sentence each. */
void record_show_discipline(const struct out *o, const json_t *record);

/* The id as a list shows it: whole, or a unique beginning where the terminal is narrow. */
void record_list_id(const struct out *o, const json_t *row, char *id, size_t room);
int record_list_stale(struct cli *cli, const struct args *args); /* record list --stale */

extern const struct arg_form record_review_form, record_reply_form;
int record_review(struct cli *cli, int argc, char **argv);
int record_reply(struct cli *cli, int argc, char **argv);
void record_show_reviews(const struct out *o, const json_t *record); /* reviews and replies */

extern const struct arg_form record_translate_form;
int record_translate(struct cli *cli, int argc, char **argv);
/*
 * The texts in `set` are made from those in language `from`, of the record or of `set` itself: says so in `set`. ERR_SOURCE_TEXT where one of them has no
 * text in that language; cli->why.
 */
err_t record_made_from(struct cli *cli, const char *id, const char *from, json_t *set);

#endif
