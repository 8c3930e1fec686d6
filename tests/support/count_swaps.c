// SPDX-License-Identifier: MIT
// Counts the repaints of a program from outside: put before its libraries (LD_PRELOAD), it adds one for each
// SDL_GL_SwapWindow to the number in the file that FOVEA_TEST_REPAINTS names (support/felt_probe.h). With
// FOVEA_TEST_LOSE_PIXELS it also makes the window lose its pixels at each of them, as those of hardware may.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_uint nowhere;
static atomic_uint *counter = &nowhere;
static void (*swap)(void *window);
static bool loses_pixels;

__attribute__((constructor)) static void find_counter(void)
{
    *(void **)&swap = dlsym(RTLD_NEXT, "SDL_GL_SwapWindow");
    loses_pixels = getenv("FOVEA_TEST_LOSE_PIXELS") != NULL;
    const char *path = getenv("FOVEA_TEST_REPAINTS");
    const int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *shared = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED)
        counter = shared;
    close(fd);
}

static void lose_pixels(void)
{
    void (*clear_colour)(float r, float g, float b, float a), (*clear)(unsigned buffers);
    *(void **)&clear_colour = dlsym(RTLD_DEFAULT, "glClearColor");
    *(void **)&clear = dlsym(RTLD_DEFAULT, "glClear");
    clear_colour(1, 0, 1, 1);
    clear(0x4000); // GL_COLOR_BUFFER_BIT
}

void SDL_GL_SwapWindow(void *window) __attribute__((visibility("default")));

void SDL_GL_SwapWindow(void *window)
{
    swap(window);
    if (loses_pixels)
        lose_pixels();
    atomic_fetch_add(counter, 1);
}
