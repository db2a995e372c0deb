#include "daemon/cmd/pdf.h"
#include "daemon/cmd/progress.h"
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_US 20000

extern char **environ;

/* A file of the page, with nobody else's eyes on it. */
static err_t put_aside(struct slice html, char *path)
{
    int fd = mkstemps(path, (int)sizeof ".html" - 1);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) {
        if (fd >= 0)
            close(fd);
        return err_of_errno(errno, ERR_WRITE);
    }
    bool written = fwrite(html.at, 1, html.len, f) == html.len;
    return fclose(f) == 0 && written ? ERR_OK : err_of_errno(errno, ERR_WRITE);
}

static err_t start(const char *page, FILE *to, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    char *argv[] = {strdup("weasyprint"), strdup("-q"), strdup("--"), strdup(page), strdup("-"), NULL};
    int failed = ENOMEM;
    if (posix_spawn_file_actions_init(&files) == 0) {
        failed = posix_spawn_file_actions_adddup2(&files, fileno(to), STDOUT_FILENO);
        failed = failed ? failed : posix_spawnp(pid, argv[0], &files, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&files);
    }
    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
    return failed == ENOENT ? ERR_PDF_NONE : failed ? ERR_PDF : ERR_OK;
}

static err_t wait_for(pid_t pid, long timeout_ms)
{
    struct mono began = progress_now();
    int status = 0;
    for (;;) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0     ? ERR_OK
                   : WIFEXITED(status) && WEXITSTATUS(status) == 127 ? ERR_PDF_NONE
                                                                     : ERR_PDF;
        if (ended < 0 && errno != EINTR)
            return ERR_PDF;
        if (progress_now().ms - began.ms > timeout_ms) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return ERR_TIMEOUT;
        }
        usleep(LOOK_US);
    }
}

/* Of a file. -1: it is none, and nobody sees what a pipe has taken. */
static off_t size_of(FILE *f)
{
    struct stat st;
    return fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : -1;
}

err_t pdf_make(struct slice html, FILE *to, long timeout_ms, struct why *why)
{
    const char *dir = getenv("TMPDIR");
    char page[4096];
    pid_t pid = 0;
    snprintf(page, sizeof page, "%s/allied-report-XXXXXX.html", dir && *dir ? dir : "/tmp");
    fflush(to);
    off_t before = size_of(to);
    err_t e = put_aside(html, page);
    if (e)
        return why_set(why, e, "%s", page);
    e = start(page, to, &pid);
    e = e ? e : wait_for(pid, timeout_ms);
    unlink(page);
    if (e == ERR_TIMEOUT)
        why_set(why, e, "weasyprint");
    if (!e && before >= 0 && size_of(to) == before) /* it said that all went well, and wrote nothing */
        e = ERR_PDF;
    return e;
}
