/*
 * allied concept merge, retire, withdraw, refuse.
 */
#include "conf/tr.h"
#include "daemon/cmd/concept.h"
#include "daemon/cmd/entity.h"

#define ADOPT_OPTION                                                                                                   \
    {                                                                                                                  \
        0, "adopt", NULL, false, N_("adopt what is written, where the charter lets this ally")                         \
    }
#define MOTIVE_OPTION                                                                                                  \
    {                                                                                                                  \
        0, "motive", "RECORD", false, N_("the record that motivates it")                                               \
    }

static const struct arg_option merge_options[] = {
    {0, "undo", NULL, false, N_("take the merge back")},
    ADOPT_OPTION,
    MOTIVE_OPTION,
};
const struct arg_form concept_merge_form = {"concept merge",
                                            "ID INTO",
                                            N_("propose to merge a concept into another"),
                                            merge_options,
                                            sizeof merge_options / sizeof *merge_options,
                                            1,
                                            2,
                                            NULL};
static const struct arg_option retire_options[] = {
    {0, "reason", "TEXT", false, N_("why, for those who look for it")},
    {0, "undo",   NULL,   false, N_("bring it back")                 },
    ADOPT_OPTION,
    MOTIVE_OPTION,
};
const struct arg_form concept_retire_form = {"concept retire",
                                             "ID",
                                             N_("propose to use a concept no more"),
                                             retire_options,
                                             sizeof retire_options / sizeof *retire_options,
                                             1,
                                             1,
                                             NULL};

static json_t *request_of(const struct args *args, const char *key, const char *value)
{
    const char *motive = args_value(args, "motive");
    json_t *request = json_pack("{s:s, s:b, s:b}", "id", args->operands[0], "undo", args_flag(args, "undo"), "adopt",
                                args_flag(args, "adopt"));
    if (value)
        json_object_set_new(request, key, json_string(value));
    if (motive)
        json_object_set_new(request, "motive", json_string(motive));
    return request;
}

int concept_merge(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &concept_merge_form, argc, argv, &args, &code))
        return code;
    const char *into = args.operands_n > 1 ? args.operands[1] : NULL;
    if (!into && !args_flag(&args, "undo"))
        return cli_lacks(cli, "INTO | --undo");
    return entity_change(cli, "concept.merge", request_of(&args, "into", into), N_("{1} changed (dot {2})"));
}

int concept_retire(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &concept_retire_form, argc, argv, &args, &code))
        return code;
    return entity_change(cli, "concept.retire", request_of(&args, "reason", args_value(&args, "reason")),
                         N_("{1} changed (dot {2})"));
}

static const struct arg_option back_options[] = {
    {0, "dot", "DOT", true, N_("this proposal only; all of them otherwise")},
};
const struct arg_form concept_withdraw_form = {"concept withdraw",
                                               "ID",
                                               N_("take back what this ally proposed and nobody has adopted"),
                                               back_options,
                                               sizeof back_options / sizeof *back_options,
                                               1,
                                               1,
                                               NULL};
const struct arg_form concept_refuse_form = {
    "concept refuse",
    "ID",
    N_("refuse what was proposed, where the charter lets this ally adopt"),
    back_options,
    sizeof back_options / sizeof *back_options,
    1,
    1,
    N_("What stands adopted stays as it is; history keeps who refused, and what.")};

static int take_back(struct cli *cli, const struct arg_form *form, const char *request, const char *done, int argc,
                     char **argv)
{
    struct args args;
    int code;
    const char *dot;
    if (!cli_begin(cli, form, argc, argv, &args, &code))
        return code;
    json_t *asked = json_pack("{s:s}", "id", args.operands[0]), *dots = json_array();
    for (size_t at = 0; (dot = args_next(&args, "dot", &at));)
        json_array_append_new(dots, json_string(dot));
    if (json_array_size(dots))
        json_object_set(asked, "dots", dots);
    json_decref(dots);
    return entity_change(cli, request, asked, done);
}

int concept_withdraw(struct cli *cli, int argc, char **argv)
{
    return take_back(cli, &concept_withdraw_form, "concept.withdraw", N_("{1}: taken back (dot {2})"), argc, argv);
}

int concept_refuse(struct cli *cli, int argc, char **argv)
{
    return take_back(cli, &concept_refuse_form, "concept.refuse", N_("{1}: refused (dot {2})"), argc, argv);
}
