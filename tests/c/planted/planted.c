/*
 * A host with mistakes, one for each word, for the checkers to find: a sanitizer that says nothing is not there. "none" makes
 * none.
 */
#include <limits.h>
#include <playgate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char document[] = "{\"sessionId\":\"s-1\",\"status\":\"ACTIVE\",\"permissions\":[]}";

/* Hands bytes to the library, which reads them. */
static playgate_result parse(const char *bytes)
{
    playgate_session session = 0;
    playgate_result result = playgate_session_parse(bytes, sizeof document - 1, &session);
    playgate_session_free(session);
    return result;
}

/* Options that are freed already: the library itself reads freed memory. */
static playgate_result open_with_freed(void)
{
    playgate_client_options *options = malloc(sizeof *options);
    playgate_client client = 0;
    playgate_result result;
    if (!options) {
        return PLAYGATE_ERROR_INTERNAL;
    }
    playgate_client_options_init(options, sizeof *options, PLAYGATE_ABI_VERSION);
    options->player = "player";
    free(options);
    result = playgate_client_open(options, &client);
    playgate_client_close(client, 1000);
    return result;
}

int main(int count, char **words)
{
    const char *word = count > 1 ? words[1] : "none";
    volatile int big = INT_MAX;
    char *bytes = malloc(sizeof document);
    playgate_result result;
    if (!bytes) {
        return 1;
    }
    if (strcmp(word, "uninitialised") != 0) {
        memcpy(bytes, document, sizeof document);
    }
    if (strcmp(word, "freed") == 0) {
        result = open_with_freed();
    } else {
        result = parse(bytes);
    }
    if (strcmp(word, "overflow") == 0) {
        big += count;
    }
    if (strcmp(word, "leaked") == 0) {
        bytes = NULL;
    }
    free(bytes);
    playgate_shutdown(1000);
    printf("%s: %s, %d\n", word, playgate_result_name(result), big > 0);
    return 0;
}
