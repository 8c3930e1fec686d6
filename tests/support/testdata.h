// SPDX-License-Identifier: MIT
// Access to the optional folder of real files, and temporary files for tests.
#ifndef FOVEA_TESTS_TESTDATA_H
#define FOVEA_TESTS_TESTDATA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

// The folder of real files with reference values, or NULL when it is absent (the test then skips with a
// message). FOVEA_TESTDATA in the environment overrides the place.
const char *testdata_folder(void);

// The parsed reference.json of that folder, or NULL. The caller frees it with cJSON_Delete.
cJSON *testdata_reference(void);

// A path in a temporary folder of this test process; the folder is removed at exit. The text is valid until
// the eighth following call.
const char *temporary_path(const char *name);

// Skips the running test under ThreadSanitizer: what is thorough and has one thread is left to the other
// builds, for ThreadSanitizer makes it up to twenty times slower and finds nothing there.
void skip_without_threads(void);

#endif
