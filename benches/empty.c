/* What a call into a shared library costs by itself: functions of the same signatures that do nothing. */
#include <stddef.h>
#include <stdint.h>

int32_t empty_by_number(uint64_t client, uint32_t feature);
int32_t empty_by_name(uint64_t client, const char *name, size_t len);

int32_t empty_by_number(uint64_t client, uint32_t feature)
{
    (void)client;
    return (int32_t)(feature & 1);
}

int32_t empty_by_name(uint64_t client, const char *name, size_t len)
{
    (void)client;
    (void)name;
    return (int32_t)(len & 1);
}
