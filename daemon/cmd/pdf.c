#include "daemon/cmd/pdf.h"
#include "daemon/cmd/progress.h"
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_US 20000

extern char **environ;

/* The page in a file without a name, from its beginning: whatever ends this process, nothing of it stays behind. NULL: errno says why. */
static FILE *put_aside(struct slice html)
{
    FILE *page = tmpfile();
    if (!page || (fwrite(html.at, 1, html.len, page) == html.len && fseek(page, 0, SEEK_SET) == 0))
        return page;
    int failed = errno;
    fclose(page);
    errno = failed;
    return NULL;
}

static err_t start(FILE *page, FILE *to, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    char name[] = "weasyprint", quiet[] = "-q", from_stdin[] = "-", to_stdout[] = "-";
    char *argv[] = {name, quiet, from_stdin, to_stdout, NULL};
    int failed = ENOMEM;
    if (posix_spawn_file_actions_init(&files) == 0) {
        failed = posix_spawn_file_actions_adddup2(&files, fileno(page), STDIN_FILENO);
        failed = failed ? failed : posix_spawn_file_actions_adddup2(&files, fileno(to), STDOUT_FILENO);
        failed = failed ? failed : posix_spawnp(pid, name, &files, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&files);
    }
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
    FILE *page = put_aside(html);
    pid_t pid = 0;
    if (!page)
        return why_set(why, err_of_errno(errno, ERR_WRITE), "a temporary file");
    fflush(to);
    off_t before = size_of(to);
    err_t e = start(page, to, &pid);
    e = e ? e : wait_for(pid, timeout_ms);
    fclose(page);
    if (e == ERR_TIMEOUT)
        why_set(why, e, "weasyprint");
    if (!e && before >= 0 && size_of(to) == before) /* it said that all went well, and wrote nothing */
        e = ERR_PDF;
    return e;
}
