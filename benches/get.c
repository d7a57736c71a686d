/*
 * A conditional GET that is answered 304 on a kept connection: by a raw socket and by libcurl. Argument: the server's port.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMES 400

static const char request[] = "GET /api/session/s-1 HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: bench\r\n"
                              "authorization: Bearer token\r\nif-none-match: \"e-1\"\r\naccept: */*\r\n\r\n";

static int connected(int port)
{
    struct sockaddr_in address = {0};
    const int one = 1;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "a connection");
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static double raw(int fd)
{
    char answer[4096];
    size_t len = 0;
    const double start = now_ns();
    must(send(fd, request, sizeof request - 1, 0) == (ssize_t)(sizeof request - 1), "a request is sent");
    do {
        const ssize_t got = recv(fd, answer + len, sizeof answer - 1 - len, 0);
        must(got > 0, "an answer comes");
        len += (size_t)got;
        answer[len] = 0;
    } while (!strstr(answer, "\r\n\r\n"));
    const double took = now_ns() - start;
    must(strncmp(answer, "HTTP/1.1 304", 12) == 0, "it is a 304");
    return took;
}

static size_t drop(char *bytes, size_t size, size_t count, void *user)
{
    (void)bytes;
    (void)user;
    return size * count;
}

static double by_curl(CURL *curl)
{
    long status = 0;
    const double start = now_ns();
    must(curl_easy_perform(curl) == CURLE_OK, "libcurl gets an answer");
    const double took = now_ns() - start;
    must(curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 304, "it is a 304");
    return took;
}

int main(int argc, char **argv)
{
    must(argc == 2, "argument: the server's port");
    const int fd = connected(atoi(argv[1]));
    char url[80];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%s/api/session/s-1", argv[1]);
    must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl");
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "authorization: Bearer token");
    headers = curl_slist_append(headers, "if-none-match: \"e-1\"");
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 15000L);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    while (next_round()) {
        static double raws[TIMES], curls[TIMES];
        for (int i = 0; i < TIMES; i++) {
            raws[i] = raw(fd);
        }
        for (int i = 0; i < TIMES; i++) {
            curls[i] = by_curl(curl);
        }
        report("raw", median(raws, TIMES));
        report("raw_p99", quantile(raws, TIMES, 0.99));
        report("curl", median(curls, TIMES));
        report("curl_p99", quantile(curls, TIMES, 0.99));
        end_round();
    }
    return 0;
}
