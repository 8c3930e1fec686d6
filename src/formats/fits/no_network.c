// SPDX-License-Identifier: MIT
// Fovea opens local files only. cfitsio's archive also holds drivers for web addresses; these stand-ins for
// the six functions of libcurl that they call keep a network library, and some 25 more that it needs, out of
// the program (4 MB of memory and 8 ms at every start). cfitsio is never given a web address; if it were,
// opening it would fail.
#include <stddef.h>

// As in curl/curl.h, whose types are plain integers and pointers in the interface; the header itself is not
// needed.
enum { CURLE_FAILED_INIT = 2 };
int curl_global_init(long flags);
void curl_global_cleanup(void);
void *curl_easy_init(void);
void curl_easy_cleanup(void *handle);
int curl_easy_setopt(void *handle, int option, ...);
int curl_easy_perform(void *handle);

int curl_global_init(long flags)
{
    (void)flags;
    return CURLE_FAILED_INIT;
}

void curl_global_cleanup(void)
{
}

void *curl_easy_init(void)
{
    return NULL;
}

void curl_easy_cleanup(void *handle)
{
    (void)handle;
}

int curl_easy_setopt(void *handle, int option, ...)
{
    (void)handle;
    (void)option;
    return CURLE_FAILED_INIT;
}

int curl_easy_perform(void *handle)
{
    (void)handle;
    return CURLE_FAILED_INIT;
}
