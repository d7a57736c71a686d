/* Refreshes over TLS from `openssl s_server`, which answers with files: a whole handshake, its tickets, and one refused. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator.h"

#define ANSWER CHANGED(SESSION("sid-1", "t1", PERMISSION("voice-chat", "true", "GUARDIAN")))

/* Writes a file of the server's. */
static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    require(file && fputs(text, file) >= 0 && fclose(file) == 0, path);
}

/* Runs openssl in a folder with these arguments; its output goes to `out`, or nowhere. */
static pid_t run_openssl(const char *folder, char *const *arguments, int out)
{
    const pid_t child = fork();
    require(child >= 0, "a child can be made");
    if (child == 0) {
        const int nowhere = open("/dev/null", O_RDWR);
        (void)dup2(nowhere, 0);
        (void)dup2(out >= 0 ? out : nowhere, 1);
        (void)dup2(nowhere, 2);
        if (chdir(folder) == 0) {
            (void)execvp("openssl", arguments);
        }
        _exit(127);
    }
    return child;
}

/* A certificate for this machine, its own root. */
static void make_certificate(const char *folder)
{
    write_file(folder, "request.conf",
               "[req]\nprompt=no\ndistinguished_name=name\nx509_extensions=more\n[name]\nCN=localhost\n"
               "[more]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n");
    char *const arguments[] = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                               "-nodes", "-days", "3", "-config", "request.conf", "-keyout", "key.pem", "-out",
                               "certificate.pem", NULL};
    int status = 0;
    require(waitpid(run_openssl(folder, arguments, -1), &status, 0) > 0 && status == 0, "openssl makes a certificate");
}

/* Starts the server; its port. */
static pid_t start_server(const char *folder, unsigned *port)
{
    char *const arguments[] = {"openssl",  "s_server",        "-accept", "127.0.0.1:0", "-cert",
                               "certificate.pem", "-key", "key.pem", "-WWW", "-naccept", "16", NULL};
    int ends[2];
    require(pipe(ends) == 0, "a pipe can be made");
    const pid_t child = run_openssl(folder, arguments, ends[1]);
    (void)close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    char line[256];
    *port = 0;
    while (said && *port == 0 && fgets(line, sizeof line, said)) {
        const char *at = strncmp(line, "ACCEPT", 6) == 0 ? strrchr(line, ':') : NULL;
        *port = at ? (unsigned)strtoul(at + 1, NULL, 10) : 0;
    }
    require(*port != 0, "openssl serves");
    (void)fclose(said);
    return child;
}

static void remove_file(const char *folder, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)remove(path);
}

void refresh_over_tls(bool also_untrusted)
{
    const char *folder = temporary_folder();
    char path[256];
    char url[64];
    unsigned port = 0;
    (void)snprintf(path, sizeof path, "%s/api", folder);
    require(mkdir(path, 0700) == 0, path);
    write_file(folder, "api/session", ANSWER);
    make_certificate(folder);
    const pid_t child = start_server(folder, &port);
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u", port);
    (void)snprintf(path, sizeof path, "%s/certificate.pem", folder);
    size_t len = 0;
    unsigned char *pem = read_whole(path, &len);

    for (int is_trusted = also_untrusted ? 0 : 1; is_trusted < 2; is_trusted++) {
        play game;
        playgate_client_options options = play_options(PLAYER, NULL, url);
        options.flags = PLAYGATE_CLIENT_NETWORK_ALLOWED;
        if (is_trusted) {
            options.extra_roots_pem = (const char *)pem;
            options.extra_roots_pem_len = len;
        }
        CHECK_OK(play_open(&game, &options));
        if (is_trusted) {
            WAIT_DOING(20000, play_pump(&game), play_access(&game, "voice-chat") == PLAYGATE_ACCESS_ALLOWED);
            /* There is no file for what is asked next, which openssl says in a sentence; on a new connection. */
            CHECK_RESULT(play_refresh(&game), PLAYGATE_ERROR_PROTOCOL);
        } else {
            CHECK_RESULT(play_refresh(&game), PLAYGATE_ERROR_TLS);
        }
        play_close(&game);
        CHECK_OK(playgate_shutdown(20000));
        check_nothing_left(__LINE__);
    }

    free(pem);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    remove_file(folder, "api/session");
    (void)snprintf(path, sizeof path, "%s/api", folder);
    (void)rmdir(path);
}
