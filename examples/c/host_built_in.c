#include "host.h"

#include <string.h>

int host_open(const char *kind, const char *folder, playgate_client_options *options)
{
    (void)folder;
    (void)options;
    return !kind || strcmp(kind, "built-in") == 0;
}

void host_frame(void)
{
}

void host_close(void)
{
}
