/*
 * What the parts of the test of trusted hosts share.
 */
#ifndef TRUSTED_H
#define TRUSTED_H

#include "check.h"
#include "playgate_trusted.h"
#include "server.h"

/* What must never be seen outside. */
#define SECRET_KEY "key-PlantedVw0nQ81"
#define SECRET_WEBHOOK "hook-PlantedZr7kX2"
#define PLANTED "lanted"

/* A sentence or a line of the log holds nothing of what was planted. */
#define CHECK_CLEAN(text) CHECK(strstr((text), PLANTED) == NULL)

/* k-ID at this address, with that key; 0 when it cannot be opened. */
playgate_kid open_kid(const char *base_url, const char *api_key, uint32_t timeout_ms);

/* What an answer says; the answer is freed, so the texts are gone. */
playgate_kid_answer_info take_info(playgate_kid_answer answer);

/* Every function with NULL, garbage, stale handles and wrong structs. argv[1] is the header. */
void abuse_trusted(const char *header);

/* Webhooks: genuine, altered, again, and what they say. */
void webhooks(void);

#endif
