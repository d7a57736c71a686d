#include "server.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sockets.h"

#define MAX_CONNECTIONS 256
#define MAX_SCRIPTS 64
#define MAX_REQUESTS 4096
#define MAX_HEAD 8192
#define MAX_ANSWER 65536

typedef struct script {
    char method[8];
    char path[256];
    int status;
    int once;
    char *headers;
    char *body;
} script;

typedef struct connection {
    socket_handle fd;
    size_t len;
    /* The request at the buffer's start has so many bytes and waits for server_release; 0: none waits. */
    size_t held;
    char buffer[MAX_HEAD];
} connection;

struct server {
    pthread_mutex_t lock;
    pthread_t thread;
    socket_handle listener;
    /* Sends to itself, so that the thread looks up. */
    socket_handle wake;
    char url[64];
    int stopping;
    int silent;
    int releasing;
    script scripts[MAX_SCRIPTS];
    size_t script_count;
    char *heads[MAX_REQUESTS];
    size_t head_count;
    size_t accepted;
    size_t held_count;
    connection *connections[MAX_CONNECTIONS];
    size_t connection_count;
    struct pollfd polled[MAX_CONNECTIONS + 2];
    char text[MAX_ANSWER];
};

static void give_up(const char *what)
{
    perror(what);
    exit(2);
}

static char *copy(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *own = malloc(size);
    if (!own) {
        give_up("malloc");
    }
    memcpy(own, text, size);
    return own;
}

static void forget_script(server *self, size_t at)
{
    free(self->scripts[at].headers);
    free(self->scripts[at].body);
    self->script_count--;
    memmove(&self->scripts[at], &self->scripts[at + 1], (self->script_count - at) * sizeof(script));
}

static void wake(server *self)
{
    const char byte = 'w';
    if (socket_send(self->wake, &byte, 1) != 1) {
        give_up("wake");
    }
}

static int send_all(socket_handle fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const long sent = socket_send(fd, bytes, len);
        if (sent <= 0) {
            return 0;
        }
        bytes += sent;
        len -= (size_t)sent;
    }
    return 1;
}

/* The request's whole length once it is there with its body, else 0. */
static size_t request_length(const connection *from)
{
    const char *end = strstr(from->buffer, "\r\n\r\n");
    if (!end) {
        return 0;
    }
    size_t length = (size_t)(end - from->buffer) + 4;
    for (const char *line = strstr(from->buffer, "\r\n"); line && line < end; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, "content-length:", 15) == 0) {
            length += (size_t)strtoul(line + 17, NULL, 10);
        }
    }
    return length <= from->len ? length : 0;
}

/* Answers the request at the buffer's start: 1 answered, 0 to be kept, -1 the connection is gone. */
static int answer(server *self, connection *to)
{
    char method[8] = "";
    char path[256] = "";
    if (sscanf(to->buffer, "%7s %255s", method, path) != 2) {
        return -1;
    }
    size_t at = self->script_count;
    for (size_t i = 0; i < self->script_count; i++) {
        const script *one = &self->scripts[i];
        if (strcmp(one->method, method) == 0 && strcmp(one->path, path) == 0) {
            at = i;
            if (one->once) {
                break;
            }
        }
    }
    char *text = self->text;
    int length = 0;
    if (at == self->script_count) {
        length = snprintf(text, sizeof self->text, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    } else {
        const script *one = &self->scripts[at];
        if (one->status == 0) {
            if (one->once) {
                forget_script(self, at);
            }
            return 0;
        }
        if (one->status == 304) {
            length = snprintf(text, sizeof self->text, "HTTP/1.1 304 Not Modified\r\n%s\r\n", one->headers);
        } else {
            length = snprintf(text, sizeof self->text,
                              "HTTP/1.1 %d Scripted\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s",
                              one->status, strlen(one->body), one->headers, one->body);
        }
        if (one->once) {
            forget_script(self, at);
        }
    }
    if (length <= 0 || (size_t)length >= sizeof self->text) {
        give_up("an answer that is too long");
    }
    return send_all(to->fd, text, (size_t)length) ? 1 : -1;
}

static void take_out(connection *from, size_t length)
{
    from->len -= length;
    memmove(from->buffer, from->buffer + length, from->len + 1);
    from->held = 0;
}

/* Works on what is in the buffer; 0 when the connection is to be closed. */
static int serve(server *self, connection *from, int releasing)
{
    for (;;) {
        size_t length = from->held;
        if (length != 0 && !releasing) {
            return 1;
        }
        if (length == 0) {
            length = request_length(from);
            if (length == 0) {
                return from->len + 1 < sizeof from->buffer;
            }
            if (self->head_count < MAX_REQUESTS) {
                char *head = malloc(length + 1);
                if (!head) {
                    give_up("malloc");
                }
                memcpy(head, from->buffer, length);
                head[length] = '\0';
                self->heads[self->head_count] = head;
            }
            self->head_count++;
        } else {
            self->held_count--;
        }
        const int answered = answer(self, from);
        if (answered < 0) {
            return 0;
        }
        if (answered == 0) {
            from->held = length;
            self->held_count++;
            return 1;
        }
        take_out(from, length);
    }
}

static void drop_connection(server *self, size_t at)
{
    connection *gone = self->connections[at];
    if (gone->held != 0) {
        self->held_count--;
    }
    socket_close(gone->fd);
    free(gone);
    self->connection_count--;
    self->connections[at] = self->connections[self->connection_count];
}

static void accept_one(server *self)
{
    const socket_handle fd = accept(self->listener, NULL, NULL);
    if (fd == NO_SOCKET) {
        return;
    }
    if (self->connection_count == MAX_CONNECTIONS) {
        socket_close(fd);
        return;
    }
    connection *fresh = calloc(1, sizeof *fresh);
    if (!fresh) {
        give_up("calloc");
    }
    fresh->fd = fd;
    self->accepted++;
    self->connections[self->connection_count++] = fresh;
}

/* Reads what came; 0 when the connection is gone. */
static int read_more(server *self, connection *from)
{
    const size_t room = sizeof from->buffer - 1 - from->len;
    const long got = socket_receive(from->fd, from->buffer + from->len, room);
    if (got <= 0) {
        return 0;
    }
    from->len += (size_t)got;
    from->buffer[from->len] = '\0';
    return serve(self, from, 0);
}

static void *run(void *given)
{
    server *self = given;
    struct pollfd *polled = self->polled;
    for (;;) {
        (void)pthread_mutex_lock(&self->lock);
        if (self->releasing) {
            self->releasing = 0;
            for (size_t i = self->connection_count; i-- > 0;) {
                if (!serve(self, self->connections[i], 1)) {
                    drop_connection(self, i);
                }
            }
        }
        const size_t count = self->connection_count;
        polled[0] = (struct pollfd){self->wake, POLLIN, 0};
        polled[1] = (struct pollfd){self->listener, POLLIN, 0};
        for (size_t i = 0; i < count; i++) {
            polled[i + 2] = (struct pollfd){self->connections[i]->fd, self->silent ? 0 : POLLIN, 0};
        }
        const int stopping = self->stopping;
        (void)pthread_mutex_unlock(&self->lock);
        if (stopping) {
            return NULL;
        }
        if (socket_poll(polled, (poll_count)(count + 2)) < 0) {
            continue;
        }
        (void)pthread_mutex_lock(&self->lock);
        if (polled[0].revents) {
            char bytes[64];
            if (socket_receive(self->wake, bytes, sizeof bytes) < 0) {
                give_up("read");
            }
        }
        /* Backwards, since dropping one moves the last one to its place. */
        for (size_t i = count; i-- > 0;) {
            const int gone = (polled[i + 2].revents & (POLLERR | POLLHUP)) != 0;
            const int readable = (polled[i + 2].revents & POLLIN) != 0;
            if ((readable && !read_more(self, self->connections[i])) || (gone && !readable)) {
                drop_connection(self, i);
            }
        }
        if (polled[1].revents) {
            accept_one(self);
        }
        (void)pthread_mutex_unlock(&self->lock);
    }
}

/* A socket on a free port of loopback; its address goes to `at`. */
static socket_handle bound(int type, struct sockaddr_in *at)
{
    memset(at, 0, sizeof *at);
    at->sin_family = AF_INET;
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof *at;
    const socket_handle fd = socket(AF_INET, type, 0);
    if (fd == NO_SOCKET || bind(fd, (struct sockaddr *)at, size) != 0 ||
        getsockname(fd, (struct sockaddr *)at, &size) != 0) {
        give_up("bind");
    }
    return fd;
}

void server_refusing_url(char *out, size_t capacity)
{
    struct sockaddr_in at;
    if (!sockets_begin()) {
        give_up("sockets");
    }
    socket_close(bound(SOCK_STREAM, &at));
    (void)snprintf(out, capacity, "http://127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
}

server *server_start(void)
{
    server *self = calloc(1, sizeof *self);
    if (!self || pthread_mutex_init(&self->lock, NULL) != 0 || !sockets_begin()) {
        give_up("server");
    }
    struct sockaddr_in at;
    self->wake = bound(SOCK_DGRAM, &at);
    if (connect(self->wake, (struct sockaddr *)&at, sizeof at) != 0) {
        give_up("connect");
    }
    self->listener = bound(SOCK_STREAM, &at);
    if (listen(self->listener, 128) != 0) {
        give_up("listen");
    }
    (void)snprintf(self->url, sizeof self->url, "http://127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    if (pthread_create(&self->thread, NULL, run, self) != 0) {
        give_up("pthread_create");
    }
    return self;
}

void server_stop(server *self)
{
    (void)pthread_mutex_lock(&self->lock);
    self->stopping = 1;
    wake(self);
    (void)pthread_mutex_unlock(&self->lock);
    (void)pthread_join(self->thread, NULL);
    while (self->connection_count > 0) {
        drop_connection(self, 0);
    }
    while (self->script_count > 0) {
        forget_script(self, 0);
    }
    for (size_t i = 0; i < self->head_count && i < MAX_REQUESTS; i++) {
        free(self->heads[i]);
    }
    socket_close(self->listener);
    socket_close(self->wake);
    (void)pthread_mutex_destroy(&self->lock);
    free(self);
}

const char *server_url(const server *self)
{
    return self->url;
}

static void add_script(server *self, const char *method, const char *path, int status, const char *headers,
                       const char *body, int once)
{
    (void)pthread_mutex_lock(&self->lock);
    for (size_t i = self->script_count; !once && i-- > 0;) {
        if (!self->scripts[i].once && strcmp(self->scripts[i].method, method) == 0 &&
            strcmp(self->scripts[i].path, path) == 0) {
            forget_script(self, i);
        }
    }
    if (self->script_count == MAX_SCRIPTS) {
        give_up("too many scripts");
    }
    script *fresh = &self->scripts[self->script_count++];
    (void)snprintf(fresh->method, sizeof fresh->method, "%s", method);
    (void)snprintf(fresh->path, sizeof fresh->path, "%s", path);
    fresh->status = status;
    fresh->once = once;
    fresh->headers = copy(headers);
    fresh->body = copy(body);
    (void)pthread_mutex_unlock(&self->lock);
}

void server_answer(server *self, const char *method, const char *path, int status, const char *headers, const char *body)
{
    add_script(self, method, path, status, headers, body, 0);
}

void server_answer_once(server *self, const char *method, const char *path, int status, const char *headers,
                        const char *body)
{
    add_script(self, method, path, status, headers, body, 1);
}

void server_go_silent(server *self)
{
    (void)pthread_mutex_lock(&self->lock);
    self->silent = 1;
    wake(self);
    (void)pthread_mutex_unlock(&self->lock);
}

void server_release(server *self)
{
    (void)pthread_mutex_lock(&self->lock);
    self->releasing = 1;
    wake(self);
    (void)pthread_mutex_unlock(&self->lock);
}

static size_t read_count(server *self, const size_t *count)
{
    (void)pthread_mutex_lock(&self->lock);
    const size_t now = *count;
    (void)pthread_mutex_unlock(&self->lock);
    return now;
}

size_t server_count(server *self)
{
    return read_count(self, &self->head_count);
}

size_t server_connections(server *self)
{
    return read_count(self, &self->accepted);
}

size_t server_held(server *self)
{
    return read_count(self, &self->held_count);
}

void server_request(server *self, size_t index, char *out, size_t capacity)
{
    (void)pthread_mutex_lock(&self->lock);
    (void)snprintf(out, capacity, "%s", index < self->head_count && index < MAX_REQUESTS ? self->heads[index] : "");
    (void)pthread_mutex_unlock(&self->lock);
}

/* Whether a recorded request has this method and path. */
static int is_for(const char *head, const char *method, const char *path)
{
    const size_t method_len = strlen(method);
    const size_t path_len = strlen(path);
    return strncmp(head, method, method_len) == 0 && head[method_len] == ' ' &&
           strncmp(head + method_len + 1, path, path_len) == 0 && head[method_len + 1 + path_len] == ' ';
}

size_t server_count_of(server *self, const char *method, const char *path)
{
    size_t count = 0;
    (void)pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < self->head_count && i < MAX_REQUESTS; i++) {
        count += is_for(self->heads[i], method, path) ? 1u : 0u;
    }
    (void)pthread_mutex_unlock(&self->lock);
    return count;
}

void server_body(server *self, const char *method, const char *path, char *out, size_t capacity)
{
    const char *body = "";
    (void)pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < self->head_count && i < MAX_REQUESTS; i++) {
        if (is_for(self->heads[i], method, path)) {
            const char *end = strstr(self->heads[i], "\r\n\r\n");
            body = end ? end + 4 : "";
        }
    }
    (void)snprintf(out, capacity, "%s", body);
    (void)pthread_mutex_unlock(&self->lock);
}
