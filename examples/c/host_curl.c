/*
 * A host that carries Playgate itself: HTTP with libcurl, records with stdio.
 *
 * One transfer is one playgate_exchange. `start` puts it into a list and returns; the transfers are driven by one thread
 * ("transport") or by host_frame ("pump"). Storage answers from inside its functions; a console's save system would
 * answer later, from wherever it comes.
 */
#if !defined(_POSIX_C_SOURCE)
#  define _POSIX_C_SOURCE 200809L
#endif

#include "host.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_HEADERS = 64, LONGEST_WAIT_MS = 1000 };

typedef struct Transfer {
    struct Transfer *next;
    playgate_exchange exchange;
    CURL *easy;
    struct curl_slist *request_headers;
    int is_running, is_cancelled;
    uint8_t *body;
    size_t body_len;
    char *names[MAX_HEADERS], *values[MAX_HEADERS];
    size_t header_count;
} Transfer;

static CURLM *multi;
static Transfer *transfers;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static int has_thread, is_over;
static char folder_path[512];

/* -- Transfers ------------------------------------------------------------------------------------------------- */

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
    Transfer *self = user;
    size_t len = size * count;
    uint8_t *grown = realloc(self->body, self->body_len + len);

    if (!grown || self->body_len + len > PLAYGATE_MAX_RESPONSE_BYTES) {
        self->body = grown ? grown : self->body;
        return 0; /* ends the transfer */
    }
    memcpy(grown + self->body_len, bytes, len);
    self->body = grown;
    self->body_len += len;
    return len;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *user)
{
    Transfer *self = user;
    size_t len = size * count, end = len;
    const char *colon = memchr(bytes, ':', len);

    if (colon && self->header_count < MAX_HEADERS) {
        size_t name = (size_t)(colon - bytes), value = name + 1;
        while (end > 0 && (bytes[end - 1] == '\r' || bytes[end - 1] == '\n')) {
            end--;
        }
        while (value < end && bytes[value] == ' ') {
            value++;
        }
        self->names[self->header_count] = strndup(bytes, name);
        self->values[self->header_count] = strndup(bytes + value, end - value);
        self->header_count++;
    }
    return len;
}

static void free_transfer(Transfer *self)
{
    size_t i;

    if (self->is_running) {
        curl_multi_remove_handle(multi, self->easy);
    }
    curl_easy_cleanup(self->easy);
    curl_slist_free_all(self->request_headers);
    for (i = 0; i < self->header_count; i++) {
        free(self->names[i]);
        free(self->values[i]);
    }
    free(self->body);
    free(self);
}

static playgate_result result_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK: return PLAYGATE_OK;
    case CURLE_OPERATION_TIMEDOUT: return PLAYGATE_ERROR_TIMED_OUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR: return PLAYGATE_ERROR_TLS;
    case CURLE_WRITE_ERROR: return PLAYGATE_ERROR_LIMIT;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY: return PLAYGATE_ERROR_PROTOCOL;
    default: return PLAYGATE_ERROR_UNREACHABLE;
    }
}

/* Gives the library what came. Called without the lock: it may call back. */
static void complete(Transfer *self, CURLcode code)
{
    playgate_http_response response;
    playgate_http_header headers[MAX_HEADERS];
    long status = 0;
    size_t i;

    playgate_http_response_init(&response, sizeof response);
    response.result = result_of(code);
    response.text = code == CURLE_OK ? NULL : curl_easy_strerror(code);
    curl_easy_getinfo(self->easy, CURLINFO_RESPONSE_CODE, &status);
    response.status = (uint32_t)status;
    for (i = 0; i < self->header_count; i++) {
        headers[i].name = self->names[i];
        headers[i].value = self->values[i];
    }
    response.headers = headers;
    response.header_count = self->header_count;
    response.body = self->body;
    response.body_len = self->body_len;
    playgate_transport_complete(self->exchange, &response); /* cancelled meanwhile: says so, and nothing happens */
}

static Transfer *unlink_transfer(Transfer *wanted)
{
    Transfer **at;

    for (at = &transfers; *at; at = &(*at)->next) {
        if (*at == wanted) {
            *at = wanted->next;
            return wanted;
        }
    }
    return NULL;
}

/* Starts what is new, gives up what was cancelled, and moves the rest on. */
static void drive(void)
{
    Transfer *self, *next;
    CURLMsg *message;
    int left;

    pthread_mutex_lock(&lock);
    for (self = transfers; self; self = next) {
        next = self->next;
        if (self->is_cancelled) {
            free_transfer(unlink_transfer(self));
        } else if (!self->is_running) {
            self->is_running = 1;
            curl_multi_add_handle(multi, self->easy);
        }
    }
    pthread_mutex_unlock(&lock);
    curl_multi_perform(multi, &left);
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&self);
            pthread_mutex_lock(&lock);
            unlink_transfer(self);
            pthread_mutex_unlock(&lock);
            complete(self, code);
            free_transfer(self);
        }
    }
}

static void *run(void *user)
{
    (void)user;
    for (;;) {
        pthread_mutex_lock(&lock);
        if (is_over) {
            pthread_mutex_unlock(&lock);
            return NULL;
        }
        pthread_mutex_unlock(&lock);
        drive();
        curl_multi_poll(multi, NULL, 0, LONGEST_WAIT_MS, NULL);
    }
}

/* The transport hook: from any thread of the library. */
static void start(void *user, playgate_exchange exchange, const playgate_http_request *request)
{
    Transfer *self = calloc(1, sizeof *self);
    char line[8192];
    size_t i;

    (void)user;
    if (!self || !(self->easy = curl_easy_init())) {
        free(self);
        return; /* the library gives the exchange up by its time limit */
    }
    self->exchange = exchange;
    for (i = 0; i < request->header_count; i++) {
        snprintf(line, sizeof line, "%s: %s", request->headers[i].name, request->headers[i].value);
        self->request_headers = curl_slist_append(self->request_headers, line);
    }
    self->request_headers = curl_slist_append(self->request_headers, "Expect:");
    curl_easy_setopt(self->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(self->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(self->easy, CURLOPT_PROXY, "");
    if (strcmp(request->method, "GET") != 0) { /* a body of 0 bytes is one too */
        curl_easy_setopt(self->easy, CURLOPT_POSTFIELDSIZE, (long)request->body_len);
        curl_easy_setopt(self->easy, CURLOPT_COPYPOSTFIELDS, request->body ? (const char *)request->body : "");
        curl_easy_setopt(self->easy, CURLOPT_CUSTOMREQUEST, request->method);
    }
    curl_easy_setopt(self->easy, CURLOPT_HTTPHEADER, self->request_headers);
    curl_easy_setopt(self->easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(self->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(self->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(self->easy, CURLOPT_WRITEDATA, self);
    curl_easy_setopt(self->easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(self->easy, CURLOPT_HEADERDATA, self);
    curl_easy_setopt(self->easy, CURLOPT_PRIVATE, self);
    pthread_mutex_lock(&lock);
    self->next = transfers;
    transfers = self;
    pthread_mutex_unlock(&lock);
    curl_multi_wakeup(multi);
}

static void cancel(void *user, playgate_exchange exchange)
{
    Transfer *self;

    (void)user;
    pthread_mutex_lock(&lock);
    for (self = transfers; self; self = self->next) {
        self->is_cancelled |= self->exchange == exchange;
    }
    pthread_mutex_unlock(&lock);
    curl_multi_wakeup(multi);
}

/* -- Records --------------------------------------------------------------------------------------------------- */

static void path_of(const char *key, const char *suffix, char *path, size_t capacity)
{
    snprintf(path, capacity, "%s/%s%s", folder_path, key, suffix);
}

static void read_record(void *user, playgate_storage_operation operation, const char *key)
{
    char path[640];
    FILE *file;
    uint8_t *bytes = NULL;
    long len = -1;

    (void)user;
    path_of(key, "", path, sizeof path);
    file = fopen(path, "rb");
    if (!file) { /* "there is nothing" only when the folder itself is there */
        playgate_storage_complete(operation,
                                  access(folder_path, F_OK) == 0 ? PLAYGATE_ERROR_NOT_FOUND
                                                                 : PLAYGATE_ERROR_STORAGE_UNAVAILABLE,
                                  NULL, 0);
        return;
    }
    if (fseek(file, 0, SEEK_END) == 0 && (len = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        bytes = malloc((size_t)len + 1);
    }
    if (bytes && fread(bytes, 1, (size_t)len, file) == (size_t)len) {
        playgate_storage_complete(operation, PLAYGATE_OK, bytes, (size_t)len);
    } else {
        playgate_storage_complete(operation, PLAYGATE_ERROR_STORAGE, NULL, 0);
    }
    free(bytes);
    fclose(file);
}

static int flush_folder(void)
{
    int descriptor = open(folder_path, O_RDONLY);
    int is_done = descriptor >= 0 && fsync(descriptor) == 0;

    if (descriptor >= 0) {
        close(descriptor);
    }
    return is_done;
}

/* Whole or not at all, and durable: a temporary file, flushed, renamed; then the folder is flushed. */
static void write_record(void *user, playgate_storage_operation operation, const char *key, const uint8_t *bytes,
                         size_t len)
{
    char path[640], temporary[640];
    FILE *file;
    int is_done;

    (void)user;
    path_of(key, "", path, sizeof path);
    path_of(key, ".new", temporary, sizeof temporary);
    file = fopen(temporary, "wb");
    is_done = file && fwrite(bytes, 1, len, file) == len && fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (file) {
        is_done = fclose(file) == 0 && is_done;
    }
    is_done = is_done && rename(temporary, path) == 0 && flush_folder();
    playgate_storage_complete(operation, is_done ? PLAYGATE_OK : PLAYGATE_ERROR_STORAGE, NULL, 0);
}

static void remove_record(void *user, playgate_storage_operation operation, const char *key)
{
    char path[640];
    int is_done;

    (void)user;
    path_of(key, "", path, sizeof path);
    is_done = (remove(path) == 0 || access(path, F_OK) != 0) && flush_folder();
    playgate_storage_complete(operation, is_done ? PLAYGATE_OK : PLAYGATE_ERROR_STORAGE, NULL, 0);
}

/* -- The host -------------------------------------------------------------------------------------------------- */

int host_open(const char *kind, const char *folder, playgate_client_options *options)
{
    static playgate_transport_hook transport;
    static playgate_storage_hook storage;
    int is_pumped = kind && strcmp(kind, "pump") == 0;

    if (!kind || strcmp(kind, "built-in") == 0) {
        return 1;
    }
    if ((!is_pumped && strcmp(kind, "transport") != 0) || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        !(multi = curl_multi_init())) {
        return 0;
    }
    playgate_transport_hook_init(&transport, sizeof transport);
    transport.start = start;
    transport.cancel = cancel;
    options->transport = &transport;
    if (is_pumped) {
        options->flags |= PLAYGATE_CLIENT_NO_THREADS;
        if (folder) {
            snprintf(folder_path, sizeof folder_path, "%s", folder);
            playgate_storage_hook_init(&storage, sizeof storage);
            storage.user = folder_path;
            storage.place = folder_path;
            storage.read = read_record;
            storage.write = write_record;
            storage.remove = remove_record;
            options->storage = &storage;
            options->folder = NULL;
        }
        return 1;
    }
    is_over = 0;
    has_thread = pthread_create(&thread, NULL, run, NULL) == 0;
    return has_thread;
}

void host_frame(void)
{
    if (multi && !has_thread) {
        drive();
    }
}

void host_close(void)
{
    if (!multi) {
        return;
    }
    if (has_thread) {
        pthread_mutex_lock(&lock);
        is_over = 1;
        pthread_mutex_unlock(&lock);
        curl_multi_wakeup(multi);
        pthread_join(thread, NULL);
        has_thread = 0;
    }
    while (transfers) {
        free_transfer(unlink_transfer(transfers));
    }
    curl_multi_cleanup(multi);
    curl_global_cleanup();
    multi = NULL;
}
