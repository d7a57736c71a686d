/*
 * What a feature may do, from a decision table: one byte is read, atomically. NULL, a feature number of 0 or one past the
 * table is PLAYGATE_ACCESS_UNAVAILABLE. For the frame path; any thread.
 */
static inline playgate_access playgate_table_access(const playgate_cell *table, uint32_t len, playgate_feature feature)
{
    if (!table || feature >= len) {
        return PLAYGATE_ACCESS_UNAVAILABLE;
    }
#if defined(__GNUC__) || defined(__clang__)
    return __atomic_load_n(&table[feature], __ATOMIC_RELAXED);
#else
    /* A volatile read of one byte is a plain, single load. */
    return *(const volatile playgate_cell *)&table[feature];
#endif
}

/* Whether a feature is on, from a decision table: 1 or 0. For the frame path; any thread. */
static inline int32_t playgate_table_allowed(const playgate_cell *table, uint32_t len, playgate_feature feature)
{
    return playgate_table_access(table, len, feature) == PLAYGATE_ACCESS_ALLOWED ? 1 : 0;
}
