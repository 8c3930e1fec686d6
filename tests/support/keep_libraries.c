// SPDX-License-Identifier: MIT
// For builds with AddressSanitizer: libraries stay loaded, so that reports of leaks can name those of the
// driver.
#include <dlfcn.h>

__attribute__((visibility("default"))) int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
