// SPDX-License-Identifier: MIT
// An OpenGL context without a window, through EGL.
#include "gpu/gpu.h"

#include "base/text.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdlib.h>
#include <string.h>

struct headless {
    EGLDisplay display;
    EGLContext context;
};

// A display on the first EGL device that initialises: hardware drivers without a surfaceless platform.
static EGLDisplay device_display(void)
{
    PFNEGLQUERYDEVICESEXTPROC query = (PFNEGLQUERYDEVICESEXTPROC)eglGetProcAddress("eglQueryDevicesEXT");
    PFNEGLGETPLATFORMDISPLAYEXTPROC platform_display =
        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
    EGLDeviceEXT devices[16];
    EGLint count = 0;
    if (!query || !platform_display || !query(16, devices, &count))
        return EGL_NO_DISPLAY;
    for (EGLint i = 0; i < count; i++) {
        EGLDisplay display = platform_display(EGL_PLATFORM_DEVICE_EXT, devices[i], NULL);
        if (display != EGL_NO_DISPLAY && eglInitialize(display, NULL, NULL))
            return display;
    }
    return EGL_NO_DISPLAY;
}

static EGLDisplay surfaceless_display(void)
{
    PFNEGLGETPLATFORMDISPLAYEXTPROC platform_display =
        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
    if (!platform_display)
        return EGL_NO_DISPLAY;
    EGLDisplay display = platform_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    return display != EGL_NO_DISPLAY && eglInitialize(display, NULL, NULL) ? display : EGL_NO_DISPLAY;
}

static EGLDisplay default_display(void)
{
    EGLDisplay display = eglGetDisplay(EGL_DEFAULT_DISPLAY);
    return display != EGL_NO_DISPLAY && eglInitialize(display, NULL, NULL) ? display : EGL_NO_DISPLAY;
}

// Makes an OpenGL 3.3 core context current without any surface.
static bool make_context(struct headless *headless)
{
    static const EGLint context_attributes[] = {EGL_CONTEXT_MAJOR_VERSION,
                                                3,
                                                EGL_CONTEXT_MINOR_VERSION,
                                                3,
                                                EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                                EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                                EGL_NONE};
    static const EGLint config_attributes[] = {EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_SURFACE_TYPE, 0,
                                               EGL_NONE};
    EGLConfig config = NULL;
    EGLint configs = 0;
    if (!eglBindAPI(EGL_OPENGL_API))
        return false;
    if (!eglChooseConfig(headless->display, config_attributes, &config, 1, &configs) || configs == 0)
        config = EGL_NO_CONFIG_KHR;
    headless->context = eglCreateContext(headless->display, config, EGL_NO_CONTEXT, context_attributes);
    return headless->context != EGL_NO_CONTEXT &&
           eglMakeCurrent(headless->display, EGL_NO_SURFACE, EGL_NO_SURFACE, headless->context);
}

enum status headless_create(struct headless **headless, struct error *error)
{
    static EGLDisplay (*const platforms[])(void) = {surfaceless_display, device_display, default_display};
    struct headless *made = must_alloc(sizeof *made);
    for (size_t i = 0; i < sizeof platforms / sizeof platforms[0]; i++) {
        made->display = platforms[i]();
        made->context = EGL_NO_CONTEXT;
        if (made->display == EGL_NO_DISPLAY)
            continue;
        if (make_context(made)) {
            *headless = made;
            return STATUS_OK;
        }
        if (made->context != EGL_NO_CONTEXT)
            eglDestroyContext(made->display, made->context);
        eglTerminate(made->display);
    }
    free(made);
    return error_set(
        error, STATUS_NO_GL,
        "no OpenGL 3.3 without a display can be had through EGL; install Mesa's software renderer (packages libegl1 and libgl1-mesa-dri)");
}

void headless_destroy(struct headless **headless)
{
    if (!*headless)
        return;
    eglMakeCurrent((*headless)->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroyContext((*headless)->display, (*headless)->context);
    eglTerminate((*headless)->display);
    free(*headless);
    *headless = NULL;
}
