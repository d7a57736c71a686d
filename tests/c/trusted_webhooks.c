/* k-ID's webhooks: the vectors of another implementation, every altered byte, and what the events say. */
#include "trusted.h"

#define AT "1700000000"
#define NOW 1700000000
#define BODY                                                                                                           \
    "{\"eventType\":\"Session.ChangePermissions\",\"data\":{\"id\":\"78c299b2-5c33-4bde-84fe-8fc950fc7a96\","         \
    "\"productId\":42}}"
#define HMAC "844366243027e59249ace735c0c2d01c6b31a67165b476e63dff0fd4dc87d0f3"
#define HMAC_OF_EMPTY "1b74eaf87da46877ba651ac812b24a3bf01990e9ed0101b88268f60f965729e2"
#define LEGACY "20b0b671cb0b64ec6a066d71c4d68ea3b384144881637a780bc50edf71121644"
/* Signed with SECRET_WEBHOOK at AT, by Python's hmac. */
#define CHALLENGE                                                                                                      \
    "{\"eventType\":\"Challenge.StateChange\",\"data\":{\"id\":\"c-1\",\"status\":\"PASS\",\"type\":"                  \
    "\"CHALLENGE_SESSION_UPGRADE\",\"sessionId\":\"s-2\",\"approverEmail\":\"planted@example.org\"}}"
#define CHALLENGE_HMAC "fc1f2b17b0d36200773b52143f911657b98d23b33137ad6fbe56ccf83a47bbd0"
#define REVOKED                                                                                                        \
    "{\"eventType\":\"Verification.Revoke\",\"data\":{\"verifications\":[{\"id\":\"v-1\"},{\"id\":\"v-2\"}]}}"
#define REVOKED_HMAC "86bdc2b010220259fb58ae0adc5320af97d7d39c6d817229ddd94a13c59806ab"

static playgate_webhook_delivery delivery_of(const char *secret, const playgate_http_header *headers, const char *body)
{
    playgate_webhook_delivery delivery;
    playgate_webhook_delivery_init(&delivery, sizeof delivery);
    delivery.secret = (const uint8_t *)secret;
    delivery.secret_len = strlen(secret);
    delivery.headers = headers;
    delivery.header_count = 2;
    delivery.body = (const uint8_t *)body;
    delivery.body_len = strlen(body);
    delivery.now_s = NOW;
    return delivery;
}

static playgate_webhook_event_info info_of(playgate_webhook_event event)
{
    playgate_webhook_event_info info;
    playgate_webhook_event_info_init(&info, sizeof info);
    CHECK_OK(playgate_webhook_event_get_info(event, &info));
    return info;
}

static void refused(const playgate_webhook_delivery *delivery, const char *what, size_t at)
{
    playgate_webhook_event event = 9;
    const int failed_before = failures();
    CHECK_FAILS(playgate_webhook_verify(delivery, 0, &event), PLAYGATE_ERROR_UNAUTHORIZED);
    CHECK_EQ(event, 0);
    CHECK_CLEAN(playgate_last_error());
    if (failures() != failed_before) {
        printf("    %s %zu\n", what, at);
    }
}

static void every_altered_byte(void)
{
    char body[] = BODY;
    char stamp[] = AT;
    char hmac[] = HMAC;
    const playgate_http_header headers[] = {{"X-Signature-Timestamp", stamp}, {"X-Signature-Hmac-Sha256", hmac}};
    const playgate_webhook_delivery delivery = delivery_of("test-secret", headers, body);
    playgate_webhook_event event = 0;
    CHECK_OK(playgate_webhook_verify(&delivery, 0, &event));
    playgate_webhook_event_info info = info_of(event);
    CHECK_EQ(info.type, PLAYGATE_WEBHOOK_SESSION_CHANGED);
    CHECK(info.is_replay == 0 && info.id_count == 1 && info.status == PLAYGATE_KID_STATUS_NONE);
    CHECK_TEXT(info.name.ptr, "Session.ChangePermissions");
    CHECK_TEXT(info.id.ptr, "78c299b2-5c33-4bde-84fe-8fc950fc7a96");
    CHECK_TEXT(info.session_to_fetch.ptr, info.id.ptr);
    CHECK_OK(playgate_webhook_event_free(event));
    CHECK_FAILS(playgate_webhook_event_free(event), PLAYGATE_ERROR_INVALID_HANDLE);
    for (size_t at = 0; at + 1 < sizeof body; at++) {
        for (int bit = 0; bit < 8; bit++) {
            body[at] = (char)(body[at] ^ (1 << bit));
            refused(&delivery, "body", at);
            body[at] = (char)(body[at] ^ (1 << bit));
        }
    }
    for (size_t at = 0; at + 1 < sizeof hmac; at++) {
        hmac[at] = (char)(hmac[at] ^ 1);
        refused(&delivery, "hmac", at);
        hmac[at] = (char)(hmac[at] ^ 1);
    }
    for (size_t at = 0; at + 1 < sizeof stamp; at++) {
        stamp[at] = (char)(stamp[at] ^ 1);
        refused(&delivery, "timestamp", at);
        stamp[at] = (char)(stamp[at] ^ 1);
    }
    CHECK_OK(playgate_webhook_verify(&delivery, 0, &event));
    CHECK_OK(playgate_webhook_event_free(event));
}

static void headers_and_time(void)
{
    const playgate_http_header good[] = {{"x-signature-timestamp", AT}, {"X-SIGNATURE-HMAC-SHA256", HMAC}};
    const playgate_http_header twice[] = {good[0], good[1], good[1]};
    const playgate_http_header odd[] = {good[0], {"X-Signature-Hmac-Sha256", "\xff\xfe"}};
    const playgate_http_header older[] = {good[0], {"X-Signature-SHA256", LEGACY}};
    playgate_webhook_event event = 0;
    playgate_webhook_delivery delivery = delivery_of("test-secret", good, BODY);
    CHECK_OK(playgate_webhook_verify(&delivery, 0, &event));
    CHECK_OK(playgate_webhook_event_free(event));
    delivery.now_s = NOW + 301;
    refused(&delivery, "too late", 0);
    delivery.window_s = 400;
    CHECK_OK(playgate_webhook_verify(&delivery, 0, &event));
    CHECK_OK(playgate_webhook_event_free(event));
    delivery.window_s = 0;
    delivery.now_s = NOW - 301;
    refused(&delivery, "too early", 0);
    delivery.now_s = 0;
    refused(&delivery, "the system's clock", 0);
    delivery = delivery_of("", good, BODY);
    refused(&delivery, "no secret", 0);
    delivery = delivery_of(SECRET_WEBHOOK, good, BODY);
    refused(&delivery, "another secret", 0);
    delivery = delivery_of("test-secret", odd, BODY);
    refused(&delivery, "no text", 0);
    delivery = delivery_of("test-secret", twice, BODY);
    delivery.header_count = 3;
    refused(&delivery, "twice", 0);
    delivery = delivery_of("test-secret", older, BODY);
    refused(&delivery, "the older one", 0);
    delivery.flags = PLAYGATE_WEBHOOK_ACCEPT_LEGACY;
    CHECK_OK(playgate_webhook_verify(&delivery, 0, &event));
    CHECK_OK(playgate_webhook_event_free(event));
    /* Genuine, but nothing is said. */
    const playgate_http_header empty[] = {good[0], {"X-Signature-Hmac-Sha256", HMAC_OF_EMPTY}};
    delivery = delivery_of("test-secret", empty, "");
    CHECK_FAILS(playgate_webhook_verify(&delivery, 0, &event), PLAYGATE_ERROR_PROTOCOL);
    CHECK_EQ(event, 0);
    char *huge = calloc(PLAYGATE_WEBHOOK_MAX_BODY_BYTES + 2, 1);
    require(huge != NULL, "there is memory");
    memset(huge, 'x', PLAYGATE_WEBHOOK_MAX_BODY_BYTES + 1);
    delivery = delivery_of("test-secret", good, huge);
    CHECK_FAILS(playgate_webhook_verify(&delivery, 0, &event), PLAYGATE_ERROR_LIMIT);
    free(huge);
}

static void once_only(void)
{
    const playgate_http_header headers[] = {{"X-Signature-Timestamp", AT}, {"X-Signature-Hmac-Sha256", CHALLENGE_HMAC}};
    const playgate_webhook_delivery delivery = delivery_of(SECRET_WEBHOOK, headers, CHALLENGE);
    playgate_webhook_guard guard = 0;
    playgate_webhook_event first = 0;
    playgate_webhook_event again = 0;
    CHECK_OK(playgate_webhook_guard_create(1000, &guard));
    CHECK_OK(playgate_webhook_verify(&delivery, guard, &first));
    CHECK_OK(playgate_webhook_verify(&delivery, guard, &again));
    playgate_webhook_event_info info = info_of(first);
    CHECK_EQ(info.is_replay, 0);
    CHECK_EQ(info.type, PLAYGATE_WEBHOOK_CHALLENGE);
    CHECK_EQ(info.status, PLAYGATE_KID_STATUS_PASSED);
    CHECK_TEXT(info.status_text.ptr, "PASS");
    CHECK_TEXT(info.id.ptr, "c-1");
    CHECK_TEXT(info.challenge_type.ptr, "CHALLENGE_SESSION_UPGRADE");
    CHECK_TEXT(info.session_to_fetch.ptr, "s-2");
    CHECK_EQ(info_of(again).is_replay, 1);
    CHECK_OK(playgate_webhook_event_free(again));
    /* What could not be stored counts when k-ID sends it again. */
    CHECK_OK(playgate_webhook_guard_forget(guard, first));
    CHECK_OK(playgate_webhook_verify(&delivery, guard, &again));
    CHECK_EQ(info_of(again).is_replay, 0);
    CHECK_OK(playgate_webhook_event_free(again));
    CHECK_OK(playgate_webhook_event_free(first));
    CHECK_OK(playgate_webhook_guard_free(guard));
    CHECK_FAILS(playgate_webhook_guard_free(guard), PLAYGATE_ERROR_INVALID_HANDLE);
}

static void several_ids(void)
{
    const playgate_http_header headers[] = {{"X-Signature-Timestamp", AT}, {"X-Signature-Hmac-Sha256", REVOKED_HMAC}};
    const playgate_webhook_delivery delivery = delivery_of(SECRET_WEBHOOK, headers, REVOKED);
    playgate_webhook_event event = 0;
    CHECK_OK(playgate_webhook_verify(&delivery, 0, &event));
    CHECK_EQ(info_of(event).type, PLAYGATE_WEBHOOK_VERIFICATION_REVOKED);
    CHECK_EQ(info_of(event).id_count, 2);
    playgate_text id;
    CHECK_OK(playgate_webhook_event_id(event, 1, &id));
    CHECK_TEXT(id.ptr, "v-2");
    CHECK_FAILS(playgate_webhook_event_id(event, 2, &id), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_EQ(id.len, 0);
    CHECK_OK(playgate_webhook_event_free(event));
}

void webhooks(void)
{
    every_altered_byte();
    headers_and_time();
    once_only();
    several_ids();
}
