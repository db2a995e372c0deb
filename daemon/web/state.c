#include "daemon/web/state.h"

static const struct {
    const char *state, *class, *sentence;
} states[] = {
    {"ok",         "good", N_("All is well: this site has all that it knows the alliance wrote, and can write.")},
    {"syncing",    "warn", N_("This site is catching up with the others.")                                      },
    {"degraded",   "warn", N_("This site works, but something needs attention.")                                },
    {"readonly",   "bad",  N_("This site can be read, but writes nothing for now.")                             },
    {"stopped",    "bad",  N_("This site has stopped.")                                                         },
    {"joining",    "warn", N_("This site waits to be admitted to the alliance.")                                },
    {"refused",    "bad",  N_("This site was not admitted.")                                                    },
    {"recovering", "warn", N_("This site came back with its key alone, and looks for an ally to fill it again.")},
};

void state_say(struct html *h, const json_t *status)
{
    const char *state = sheet_text(status, "state");
    size_t i = 0;
    while (i < sizeof states / sizeof *states && strcmp(states[i].state, state) != 0)
        i++;
    bool known = i < sizeof states / sizeof *states;
    html_open_class(h, "div",
                    known && *states[i].class == 'g'   ? "box good"
                    : known && *states[i].class == 'b' ? "box bad"
                                                       : "box warn");
    html_open_class(h, "p", "lead");
    html_text(h, known ? tr(h->lang, states[i].sentence) : state);
    html_close(h, "p");
    html_close(h, "div");
}

/* A command ends where its sentence goes on. */
static size_t command_length(const char *at)
{
    size_t n = 0;
    while (at[n] && !(strchr(";,.)", at[n]) && (!at[n + 1] || at[n + 1] == ' ')))
        n++;
    return n;
}

/* French has a blank before what ends it. */
static size_t without_blanks(const char *at, size_t n)
{
    static const char nbsp[] = "\u00a0";
    while (n) {
        if (at[n - 1] == ' ')
            n--;
        else if (n > 1 && memcmp(at + n - 2, nbsp, 2) == 0)
            n -= 2;
        else
            break;
    }
    return n;
}

void state_advice(struct html *h, const char *text)
{
    static const char name[] = "allied ";
    for (const char *at; (at = strstr(text, name)) != NULL;) {
        size_t n = command_length(at);
        html_slice(h, slice_of(text, (size_t)(at - text)));
        html_open(h, "code");
        html_slice(h, slice_of(at, without_blanks(at, n)));
        html_close(h, "code");
        html_slice(h, slice_of(at + without_blanks(at, n), n - without_blanks(at, n)));
        text = at + n;
    }
    html_text(h, text);
}

/* A page is read by others than who runs the site. */
static const char *who_of(struct html *h, const json_t *problem)
{
    return strcmp(sheet_text(problem, "role"), "you") == 0 ? tr(h->lang, N_("whoever runs this site"))
                                                           : sheet_text(problem, "who");
}

static const char *class_of(const json_t *problem)
{
    const char *level = sheet_text(problem, "level");
    return strcmp(level, "degraded") == 0 ? "box bad" : strcmp(level, "info") == 0 ? "box" : "box warn";
}

static void put_problem(struct sheet *s, const json_t *problem)
{
    struct html *h = &s->h;
    const char *detail = request_principal(s->q) ? sheet_text(problem, "detail") : "", *who = who_of(h, problem),
               *action = sheet_text(problem, "action");
    html_open_class(h, "li", class_of(problem));
    html_open(h, "p");
    html_element(h, "strong", sheet_text(problem, "text"));
    if (*detail) {
        html_text(h, " (");
        html_name(h, slice_text(detail));
        html_text(h, ")");
    }
    html_text(h, " ");
    html_element(h, "small", sheet_text(problem, "code"));
    html_close(h, "p");
    html_open(h, "p");
    if (*who)
        html_say(h, N_("Up to: {1}."), who, NULL);
    if (*action) {
        html_text(h, " ");
        html_say(h, N_("What to do:"), NULL);
        html_text(h, " ");
        state_advice(h, action);
    }
    html_close(h, "p");
    html_close(h, "li");
}

void state_problems(struct sheet *s, const json_t *status)
{
    size_t i;
    json_t *one, *problems = json_object_get(status, "problems"), *asking = json_object_get(status, "asking");
    if (!json_array_size(problems) && !json_array_size(asking))
        return;
    html_element_tr(&s->h, "h2", N_("What to do now"));
    html_open_class(&s->h, "ul", "plain");
    json_array_foreach(problems, i, one) put_problem(s, one);
    if (json_array_size(asking)) {
        html_open_class(&s->h, "li", "box warn");
        html_say(&s->h, N_("Sites that wait to be let in here: {1}"), html_num(&s->h, (int64_t)json_array_size(asking)),
                 NULL);
        html_text(&s->h, ". ");
        html_element(&s->h, "code", "allied ally list");
        html_close(&s->h, "li");
    }
    html_close(&s->h, "ul");
    if (!request_principal(s->q)) {
        html_open_class(&s->h, "p", "dim");
        state_advice(&s->h, tr(s->h.lang, N_("Whoever runs this site is told more by: allied status, allied doctor.")));
        html_close(&s->h, "p");
    }
}
