/*
 * Runs tests/vectors from C: what a session allows, what changed between two, and what is refused. The arrays come from
 * the generated vectors.inc; their form is described in README.md.
 */
#include "check.h"

typedef struct vector_bytes {
    const unsigned char *bytes;
    size_t len;
} vector_bytes;

typedef struct vector_decision {
    const char *feature;
    playgate_access access;
    playgate_reason reason;
    playgate_next_step next_step;
    const char *managed_by;
    uint32_t age_threshold;
} vector_decision;

typedef struct vector_session {
    const char *name;
    vector_bytes session;
    vector_bytes json;
    const vector_decision *cases;
    size_t case_count;
} vector_session;

typedef struct vector_change {
    playgate_change_kind kind;
    const char *permission;
    playgate_direction direction;
} vector_change;

typedef struct vector_comparison {
    const char *name;
    vector_bytes before;
    vector_bytes after;
    vector_bytes json;
    const vector_change *changes;
    size_t change_count;
} vector_comparison;

typedef struct vector_part {
    vector_bytes bytes;
    size_t times;
} vector_part;

typedef struct vector_error {
    const char *name;
    const vector_part *parts;
    size_t part_count;
    int is_ok;
    const char *const *contains;
    size_t contains_count;
    const char *const *must_not;
    size_t must_not_count;
} vector_error;

static const unsigned char vector_empty[] = {0};

#include "vectors.inc"

/* Says which case a failure above belongs to. */
static void name_case(int failed_before, const char *name, const char *part)
{
    if (failures() != failed_before) {
        printf("    in the case \"%s\" %s\n", name, part);
    }
}

static playgate_session parse(const vector_bytes *document)
{
    playgate_session session = 0;
    if (document->bytes) {
        CHECK_OK(playgate_session_parse((const char *)document->bytes, document->len, &session));
        CHECK(session != 0);
    }
    return session;
}

static int same_bytes(const playgate_text *text, const vector_bytes *expected)
{
    return text->len == expected->len && memcmp(text->ptr, expected->bytes, expected->len) == 0 &&
           text->ptr[text->len] == '\0';
}

static playgate_managed_by manager_number(const char *word)
{
    if (strcmp(word, "PLAYER") == 0) {
        return PLAYGATE_MANAGED_BY_PLAYER;
    }
    if (strcmp(word, "GUARDIAN") == 0) {
        return PLAYGATE_MANAGED_BY_GUARDIAN;
    }
    return strcmp(word, "PROHIBITED") == 0 ? PLAYGATE_MANAGED_BY_PROHIBITED : PLAYGATE_MANAGED_BY_UNKNOWN;
}

/* The permission with that name in the session's list says the same; behind a status no decision speaks of it. */
static void check_listed(playgate_session session, const vector_decision *expected)
{
    playgate_session_info info;
    playgate_session_info_init(&info, sizeof info);
    CHECK_OK(playgate_session_get_info(session, &info));
    if (!info.is_in_force) {
        CHECK_EQ(expected->access, PLAYGATE_ACCESS_UNAVAILABLE);
        return;
    }
    playgate_permission permission;
    playgate_permission_init(&permission, sizeof permission);
    for (size_t i = 0; playgate_session_get_permission(session, i, &permission) == PLAYGATE_OK; i++) {
        if (strcmp(permission.name.ptr, expected->feature) == 0) {
            CHECK_TEXT(permission.managed_by_text.ptr, expected->managed_by);
            CHECK_EQ(permission.managed_by, manager_number(expected->managed_by));
            CHECK_EQ(permission.age_threshold, expected->age_threshold);
            return;
        }
    }
    CHECK_TEXT(expected->managed_by, "");
    CHECK_EQ(expected->access, PLAYGATE_ACCESS_UNAVAILABLE);
}

static void run_session(const vector_session *vector)
{
    const int before = failures();
    const playgate_session session = parse(&vector->session);
    CHECK(vector->case_count > 0);
    if (vector->json.bytes) {
        playgate_text json;
        CHECK_OK(playgate_session_json(session, &json));
        CHECK(same_bytes(&json, &vector->json));
    }
    name_case(before, vector->name, "(reading)");
    for (size_t i = 0; i < vector->case_count; i++) {
        const vector_decision *expected = &vector->cases[i];
        const int failed_before = failures();
        playgate_access access = PLAYGATE_ACCESS_ALLOWED;
        CHECK_OK(playgate_session_access(session, expected->feature, &access));
        CHECK_EQ(access, expected->access);
        playgate_decision decision;
        playgate_decision_init(&decision, sizeof decision);
        CHECK_OK(playgate_session_decide(session, expected->feature, &decision));
        CHECK_EQ(decision.struct_size, sizeof decision);
        CHECK_EQ(decision.access, expected->access);
        CHECK_EQ(decision.reason, expected->reason);
        CHECK_EQ(decision.next_step, expected->next_step);
        CHECK_EQ(decision.managed_by, manager_number(expected->managed_by));
        CHECK_EQ(decision.age_threshold, expected->age_threshold);
        CHECK_EQ(decision.freshness, PLAYGATE_FRESHNESS_CACHED);
        CHECK_EQ(decision.text.len == 0, expected->access == PLAYGATE_ACCESS_ALLOWED);
        CHECK_EQ(decision.text.ptr[decision.text.len], 0);
        check_listed(session, expected);
        name_case(failed_before, vector->name, expected->feature);
    }
    CHECK_OK(playgate_session_free(session));
}

static void run_comparison(const vector_comparison *vector)
{
    const int failed_before = failures();
    const playgate_session before = parse(&vector->before);
    const playgate_session after = parse(&vector->after);
    playgate_changes changes = 0;
    CHECK_OK(playgate_session_compare(before, after, &changes));
    /* Changes live without the sessions that they came from. */
    CHECK_OK(playgate_session_free(before));
    CHECK_OK(playgate_session_free(after));
    size_t count = 0;
    CHECK_OK(playgate_changes_count(changes, &count));
    CHECK_EQ(count, vector->change_count);
    playgate_change change;
    playgate_change_init(&change, sizeof change);
    for (size_t i = 0; i < count && i < vector->change_count; i++) {
        CHECK_OK(playgate_changes_get(changes, i, &change));
        CHECK_EQ(change.kind, vector->changes[i].kind);
        CHECK_EQ(change.direction, vector->changes[i].direction);
        CHECK_TEXT(change.permission.ptr, vector->changes[i].permission);
        CHECK_EQ(change.permission.len, strlen(vector->changes[i].permission));
    }
    CHECK_FAILS(playgate_changes_get(changes, count, &change), PLAYGATE_ERROR_NOT_FOUND);
    playgate_text json;
    CHECK_OK(playgate_changes_json(changes, &json));
    if (!CHECK(same_bytes(&json, &vector->json))) {
        printf("    is %s\n    expected %.*s\n", json.ptr, (int)vector->json.len, (const char *)vector->json.bytes);
    }
    CHECK_OK(playgate_changes_free(changes));
    name_case(failed_before, vector->name, "");
}

static char *whole_document(const vector_error *vector, size_t *out_len)
{
    size_t len = 0;
    for (size_t i = 0; i < vector->part_count; i++) {
        len += vector->parts[i].bytes.len * vector->parts[i].times;
    }
    /* Exactly as long as the document, so that a checker of memory sees a read past its end. */
    char *document = malloc(len ? len : 1);
    require(document != NULL, "there is memory");
    size_t at = 0;
    for (size_t i = 0; i < vector->part_count; i++) {
        const vector_part *part = &vector->parts[i];
        for (size_t time = 0; time < part->times && part->bytes.len > 0; time++) {
            memcpy(document + at, part->bytes.bytes, part->bytes.len);
            at += part->bytes.len;
        }
    }
    *out_len = len;
    return document;
}

static void run_error(const vector_error *vector)
{
    const int failed_before = failures();
    size_t len = 0;
    char *document = whole_document(vector, &len);
    playgate_session session = 1;
    const playgate_result result = playgate_session_parse(document, len, &session);
    if (vector->is_ok) {
        CHECK_OK(result);
        CHECK(session != 0);
        CHECK_OK(playgate_session_free(session));
    } else {
        CHECK(result < 0);
        CHECK_EQ(session, 0);
        const char *said = playgate_last_error();
        for (size_t i = 0; i < vector->contains_count; i++) {
            CHECK(strstr(said, vector->contains[i]) != NULL);
        }
        for (size_t i = 0; i < vector->must_not_count; i++) {
            CHECK(strstr(said, vector->must_not[i]) == NULL);
        }
        if (failures() != failed_before) {
            printf("    said \"%s\"\n", said);
        }
    }
    free(document);
    name_case(failed_before, vector->name, "");
}

int main(void)
{
    for (size_t i = 0; i < vector_sessions_count; i++) {
        run_session(&vector_sessions[i]);
    }
    for (size_t i = 0; i < vector_comparisons_count; i++) {
        run_comparison(&vector_comparisons[i]);
    }
    for (size_t i = 0; i < vector_errors_count; i++) {
        run_error(&vector_errors[i]);
    }
    /* The fewest cases that count as having run them. */
    CHECK(vector_sessions_count + vector_comparisons_count >= 60);
    CHECK(vector_errors_count >= 20);
    printf("%zu sessions, %zu comparisons, %zu errors\n", vector_sessions_count, vector_comparisons_count,
           vector_errors_count);
    return finish();
}
