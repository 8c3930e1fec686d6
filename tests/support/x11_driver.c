// SPDX-License-Identifier: MIT
// Xlib and the XTest extension; the drop speaks XDND version 5 as its source
// (https://www.freedesktop.org/wiki/Specifications/XDND/).
#include "support/x11_driver.h"

#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 20, STILL_COUNT = 4, STILL_MS = 40 };
enum { HOLD_MS = 30, AFTER_KEY_MS = 5 }; // how long a quick finger holds a key down, and rests before it

struct desktop {
    pid_t server;
    Display *display;
    char name[16]; // ":5"
    Window source; // from which files are dropped
};

struct driven {
    struct desktop *desktop;
    pid_t process;
    bool reaped;
    int exit_code;
    Window window;
};

static void sleep_ms(int ms)
{
    const struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

static long now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// A window that goes away while it is looked at is no reason to end the test program, which is Xlib's
// default.
static int ignore_error(Display *display, XErrorEvent *event)
{
    (void)display;
    (void)event;
    return 0;
}

// --- the server ---

static void die_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static pid_t start_server(int display_fd)
{
    char fd_text[16];
    snprintf(fd_text, sizeof fd_text, "%d", display_fd);
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    die_with_parent();
    const int quiet = open("/dev/null", O_WRONLY);
    dup2(quiet, STDERR_FILENO);
    execlp("Xvfb", "Xvfb", "-displayfd", fd_text, "-screen", "0", "1600x1200x24", "-nolisten", "tcp",
           "-noreset", (char *)NULL);
    _exit(127);
}

// Reads the display's number, which Xvfb writes when it is ready.
static bool read_display(int fd, char *name, size_t size)
{
    char digits[8] = "";
    size_t used = 0;
    struct pollfd ready = {fd, POLLIN, 0};
    while (used + 1 < sizeof digits && poll(&ready, 1, DRIVER_DEADLINE_MS) > 0) {
        if (read(fd, digits + used, 1) != 1 || digits[used] == '\n')
            break;
        used++;
    }
    digits[used] = '\0';
    snprintf(name, size, ":%s", digits);
    return used > 0;
}

struct desktop *desktop_start(void)
{
    int pipe_fds[2];
    struct desktop *desktop = calloc(1, sizeof *desktop);
    if (!desktop || pipe(pipe_fds) != 0)
        abort();
    fcntl(pipe_fds[0], F_SETFD, FD_CLOEXEC);
    desktop->server = start_server(pipe_fds[1]);
    close(pipe_fds[1]);
    const bool ready = desktop->server > 0 && read_display(pipe_fds[0], desktop->name, sizeof desktop->name);
    close(pipe_fds[0]);
    desktop->display = ready ? XOpenDisplay(desktop->name) : NULL;
    int number;
    if (!desktop->display || !XTestQueryExtension(desktop->display, &number, &number, &number, &number)) {
        fprintf(stderr, "skipped: Xvfb with the XTEST extension does not start (Debian: package xvfb)\n");
        desktop_stop(&desktop);
        return NULL;
    }
    XSetErrorHandler(ignore_error);
    desktop->source = XCreateSimpleWindow(desktop->display, DefaultRootWindow(desktop->display), 1500, 1100,
                                          10, 10, 0, 0, 0);
    return desktop;
}

void desktop_resources(struct desktop *desktop, const char *resources)
{
    XChangeProperty(desktop->display, DefaultRootWindow(desktop->display), XA_RESOURCE_MANAGER, XA_STRING, 8,
                    PropModeReplace, (const unsigned char *)resources, (int)strlen(resources));
    XSync(desktop->display, False);
}

const char *desktop_name(const struct desktop *desktop)
{
    return desktop->name;
}

void desktop_stop(struct desktop **desktop)
{
    if (!*desktop)
        return;
    if ((*desktop)->display)
        XCloseDisplay((*desktop)->display);
    if ((*desktop)->server > 0) {
        kill((*desktop)->server, SIGTERM);
        waitpid((*desktop)->server, NULL, 0);
    }
    free(*desktop);
    *desktop = NULL;
}

// --- the program ---

static pid_t start_program(const struct desktop *desktop, const char *const *arguments, const char *errors)
{
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    die_with_parent();
    setenv("DISPLAY", desktop->name, 1);
    setenv("SDL_VIDEODRIVER", "x11", 1);
    setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
    // No bindings of the person who runs the tests, but those of the test if it has some.
    const char *config = getenv("FOVEA_TEST_CONFIG");
    setenv("XDG_CONFIG_HOME", config ? config : "/nonexistent", 1);
    unsetenv("WAYLAND_DISPLAY");
    unsetenv("XMODIFIERS"); // no input method
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
    const int fd = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(fd, STDERR_FILENO);
    execv(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static bool is_window_of(Display *display, Window window, pid_t process)
{
    XWindowAttributes attributes;
    Atom type;
    int format;
    unsigned long count = 0, left;
    unsigned char *data = NULL;
    bool same = false;
    if (!XGetWindowAttributes(display, window, &attributes) || attributes.map_state != IsViewable)
        return false;
    XGetWindowProperty(display, window, XInternAtom(display, "_NET_WM_PID", False), 0, 1, False, XA_CARDINAL,
                       &type, &format, &count, &left, &data);
    if (data && count == 1 && format == 32)
        same = (pid_t) * (unsigned long *)(void *)data == process;
    if (data)
        XFree(data);
    return same;
}

static Window find_window(struct driven *driven)
{
    Display *display = driven->desktop->display;
    Window root, parent, *children = NULL, found = None;
    unsigned int count = 0;
    if (!XQueryTree(display, DefaultRootWindow(display), &root, &parent, &children, &count))
        return None;
    for (unsigned int i = 0; i < count && found == None; i++) {
        if (is_window_of(display, children[i], driven->process))
            found = children[i];
    }
    if (children)
        XFree(children);
    return found;
}

void driven_signal(struct driven *driven, int number)
{
    if (driven_is_alive(driven))
        kill(driven->process, number);
}

int driven_pid(const struct driven *driven)
{
    return driven->process;
}

bool driven_is_alive(struct driven *driven)
{
    int status;
    if (!driven->reaped && waitpid(driven->process, &status, WNOHANG) == driven->process) {
        driven->reaped = true;
        driven->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return !driven->reaped;
}

struct driven *driven_start(struct desktop *desktop, const char *const *arguments, const char *errors)
{
    struct driven *driven = calloc(1, sizeof *driven);
    if (!driven)
        abort();
    driven->desktop = desktop;
    driven->process = start_program(desktop, arguments, errors);
    const long deadline = now_ms() + DRIVER_DEADLINE_MS;
    while (driven->window == None && driven_is_alive(driven) && now_ms() < deadline) {
        driven->window = find_window(driven);
        if (driven->window == None)
            sleep_ms(POLL_MS);
    }
    if (driven->window == None) {
        fprintf(stderr, "the program %s\n", driven_is_alive(driven) ? "opens no window" : "ended at once");
        driven_stop(&driven);
        return NULL;
    }
    Display *display = desktop->display;
    // In two steps, because SDL takes a first move to (0, 0) for none and would tell another position.
    XMoveWindow(display, driven->window, 1, 1);
    XMoveWindow(display, driven->window, 0, 0);
    XSetInputFocus(display, driven->window, RevertToPointerRoot, CurrentTime);
    XSync(display, False);
    return driven;
}

void driven_stop(struct driven **driven)
{
    if (!*driven)
        return;
    if (driven_is_alive(*driven)) {
        kill((*driven)->process, SIGKILL);
        waitpid((*driven)->process, NULL, 0);
    }
    free(*driven);
    *driven = NULL;
}

int driven_wait_exit(struct driven *driven)
{
    const long deadline = now_ms() + DRIVER_DEADLINE_MS;
    while (driven_is_alive(driven) && now_ms() < deadline)
        sleep_ms(POLL_MS);
    return driven_is_alive(driven) ? -1 : driven->exit_code;
}

long driven_cpu_ticks(struct driven *driven)
{
    char path[64], line[1024] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)driven->process);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    long user = -1, system = -1;
    const char *fields = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    fclose(file);
    if (!fields ||
        sscanf(fields + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) != 2)
        return -1;
    return user + system;
}

int64_t driven_cpu_ns(struct driven *driven)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(driven->process, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return -1;
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static long wakeups_of_thread(pid_t process, const char *thread)
{
    char path[320], line[256];
    long count = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)process, thread);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file) &&
           sscanf(line, "voluntary_ctxt_switches: %ld", &count) != 1)
        continue;
    if (file)
        fclose(file);
    return count;
}

long driven_wakeups(struct driven *driven)
{
    char path[64];
    long total = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)driven->process);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] != '.')
            total += wakeups_of_thread(driven->process, entry->d_name);
    }
    if (folder)
        closedir(folder);
    return total;
}

// --- pixels ---

void driven_size(struct driven *driven, int *width, int *height)
{
    XWindowAttributes attributes;
    *width = *height = 0;
    if (XGetWindowAttributes(driven->desktop->display, driven->window, &attributes)) {
        *width = attributes.width;
        *height = attributes.height;
    }
}

bool driven_grab(struct driven *driven, struct pixels *pixels)
{
    int width, height;
    *pixels = (struct pixels){0};
    driven_size(driven, &width, &height);
    XImage *image = width ? XGetImage(driven->desktop->display, driven->window, 0, 0, (unsigned)width,
                                      (unsigned)height, AllPlanes, ZPixmap)
                          : NULL;
    if (!image)
        return false;
    *pixels = (struct pixels){width, height, malloc((size_t)width * (size_t)height * 3), NULL};
    unsigned char *rgb = pixels->rgb;
    for (int y = 0; rgb && y < height; y++) {
        // 32 bits a pixel, 0x00rrggbb in the byte order of this machine, as Xvfb has it.
        const uint32_t *row =
            (const uint32_t *)(const void *)(image->data + (ptrdiff_t)y * image->bytes_per_line);
        for (int x = 0; x < width; x++) {
            *rgb++ = (unsigned char)(row[x] >> 16);
            *rgb++ = (unsigned char)(row[x] >> 8);
            *rgb++ = (unsigned char)row[x];
        }
    }
    XDestroyImage(image);
    return true;
}

bool driven_read_screen(struct driven *driven, int x, int y, int width, int height, uint32_t *pixels)
{
    Display *display = driven->desktop->display;
    const Window root = DefaultRootWindow(display);
    Window child;
    if (!XTranslateCoordinates(display, driven->window, root, x, y, &x, &y, &child))
        return false;
    XImage *image = XGetImage(display, root, x, y, (unsigned)width, (unsigned)height, AllPlanes, ZPixmap);
    if (!image)
        return false;
    const size_t row = (size_t)width * sizeof *pixels;
    for (int i = 0; i < height; i++)
        memcpy(pixels + (size_t)i * (size_t)width, image->data + (ptrdiff_t)i * image->bytes_per_line, row);
    XDestroyImage(image);
    return true;
}

bool driven_settle(struct driven *driven, struct pixels *pixels)
{
    const long deadline = now_ms() + DRIVER_DEADLINE_MS;
    int still = 0;
    if (!driven_grab(driven, pixels))
        return false;
    while (still < STILL_COUNT && now_ms() < deadline) {
        struct pixels next;
        sleep_ms(STILL_MS);
        if (!driven_grab(driven, &next))
            return false;
        still = pixels_equal(pixels, &next) ? still + 1 : 0;
        pixels_free(pixels);
        *pixels = next;
    }
    return still == STILL_COUNT;
}

int driven_wait_for(struct driven *driven, const struct pixels *wanted, int tolerance, char *text, int size)
{
    const long deadline = now_ms() + DRIVER_DEADLINE_MS / 2;
    for (;;) {
        struct pixels pixels;
        snprintf(text, (size_t)size, "the window is gone");
        if (!driven_grab(driven, &pixels))
            return -1;
        const int differing = pixels_differ(&pixels, wanted, tolerance, text, size);
        pixels_free(&pixels);
        if (differing == 0 || now_ms() > deadline)
            return differing;
        sleep_ms(POLL_MS);
    }
}

bool driven_wait_change(struct driven *driven, const struct pixels *before, struct pixels *after)
{
    const long deadline = now_ms() + DRIVER_DEADLINE_MS / 2;
    bool same = true;
    while (same && now_ms() < deadline) {
        struct pixels pixels;
        if (!driven_grab(driven, &pixels))
            return false;
        same = pixels_equal(before, &pixels);
        pixels_free(&pixels);
        if (same)
            sleep_ms(POLL_MS);
    }
    return !same && driven_settle(driven, after);
}

void driven_title(struct driven *driven, char *title, size_t size)
{
    Display *display = driven->desktop->display;
    Atom type;
    int format;
    unsigned long count, left;
    unsigned char *data = NULL;
    title[0] = '\0';
    XGetWindowProperty(display, driven->window, XInternAtom(display, "_NET_WM_NAME", False), 0, 1024, False,
                       XInternAtom(display, "UTF8_STRING", False), &type, &format, &count, &left, &data);
    if (!data)
        return;
    snprintf(title, size, "%s", (const char *)data);
    XFree(data);
}

bool driven_wait_title(struct driven *driven, const char *title)
{
    const long deadline = now_ms() + DRIVER_DEADLINE_MS / 2;
    char now[1024];
    do {
        driven_title(driven, now, sizeof now);
        if (strcmp(now, title) == 0)
            return true;
        sleep_ms(POLL_MS);
    } while (now_ms() < deadline);
    fprintf(stderr, "the title is \"%s\" instead of \"%s\"\n", now, title);
    return false;
}

// --- mouse and keys ---

void driven_move(struct driven *driven, int x, int y)
{
    Display *display = driven->desktop->display;
    Window child;
    int root_x = x, root_y = y;
    XTranslateCoordinates(display, driven->window, DefaultRootWindow(display), x, y, &root_x, &root_y,
                          &child);
    XTestFakeMotionEvent(display, -1, root_x, root_y, CurrentTime);
    XSync(display, False);
}

void driven_button(struct driven *driven, int button, bool down)
{
    XTestFakeButtonEvent(driven->desktop->display, (unsigned)button, down, CurrentTime);
    XSync(driven->desktop->display, False);
}

void driven_drag(struct driven *driven, int button, int x0, int y0, int x1, int y1)
{
    enum { STEPS = 5 };
    driven_move(driven, x0, y0);
    driven_button(driven, button, true);
    for (int i = 1; i <= STEPS; i++)
        driven_move(driven, x0 + (x1 - x0) * i / STEPS, y0 + (y1 - y0) * i / STEPS);
    driven_button(driven, button, false);
}

void driven_wheel(struct driven *driven, int notches)
{
    const int button = notches > 0 ? 4 : 5;
    for (int i = 0; i < abs(notches); i++) {
        driven_button(driven, button, true);
        driven_button(driven, button, false);
    }
}

static void press(Display *display, KeySym symbol, bool down)
{
    XTestFakeKeyEvent(display, XKeysymToKeycode(display, symbol), down, CurrentTime);
}

// The key with the modifiers that are held; Shift is added where the symbol needs it.
static void strike(Display *display, KeySym symbol)
{
    const KeyCode code = XKeysymToKeycode(display, symbol);
    const bool shifted = XkbKeycodeToKeysym(display, code, 0, 0) != symbol &&
                         XkbKeycodeToKeysym(display, code, 0, 1) == symbol;
    if (shifted)
        press(display, XK_Shift_L, true);
    XTestFakeKeyEvent(display, code, True, CurrentTime);
    XFlush(display);
    sleep_ms(HOLD_MS);
    XTestFakeKeyEvent(display, code, False, CurrentTime);
    if (shifted)
        press(display, XK_Shift_L, false);
}

static KeySym symbol_of(Display *display, const char *name)
{
    const KeySym symbol = XStringToKeysym(name);
    if (symbol == NoSymbol || XKeysymToKeycode(display, symbol) == 0) {
        fprintf(stderr, "there is no key %s\n", name);
        abort();
    }
    return symbol;
}

void driven_press(struct driven *driven, const char *name, bool down)
{
    Display *display = driven->desktop->display;
    press(display, symbol_of(display, name), down);
    XSync(display, False);
}

void driven_hold(struct driven *driven, const char *modifier, bool down)
{
    const KeySym symbol = modifier[0] == 'c' ? XK_Control_L : modifier[0] == 's' ? XK_Shift_L : XK_Alt_L;
    press(driven->desktop->display, symbol, down);
    XSync(driven->desktop->display, False);
}

void driven_key(struct driven *driven, const char *name)
{
    static const struct {
        const char *prefix;
        KeySym symbol;
    } modifiers[] = {{"ctrl+", XK_Control_L}, {"shift+", XK_Shift_L}, {"alt+", XK_Alt_L}};
    enum { MODIFIERS = sizeof modifiers / sizeof modifiers[0] };
    Display *display = driven->desktop->display;
    bool held[MODIFIERS] = {false};
    for (int i = 0; i < MODIFIERS; i++) {
        if (strncmp(name, modifiers[i].prefix, strlen(modifiers[i].prefix)) != 0)
            continue;
        held[i] = true;
        name += strlen(modifiers[i].prefix);
        press(display, modifiers[i].symbol, true);
    }
    sleep_ms(AFTER_KEY_MS);
    strike(display, symbol_of(display, name));
    for (int i = MODIFIERS - 1; i >= 0; i--) {
        if (held[i])
            press(display, modifiers[i].symbol, false);
    }
    XSync(display, False);
}

void driven_type(struct driven *driven, const char *ascii)
{
    // The symbols of ASCII characters are their codes.
    for (; *ascii; ascii++)
        strike(driven->desktop->display, (KeySym)(unsigned char)*ascii);
    XSync(driven->desktop->display, False);
}

void driven_resize(struct driven *driven, int width, int height)
{
    XResizeWindow(driven->desktop->display, driven->window, (unsigned)width, (unsigned)height);
    XSync(driven->desktop->display, False);
}

// --- messages between windows ---

static void send_message(struct driven *driven, const char *type, const long data[5])
{
    Display *display = driven->desktop->display;
    XEvent event = {.xclient = {.type = ClientMessage,
                                .window = driven->window,
                                .message_type = XInternAtom(display, type, False),
                                .format = 32}};
    for (int i = 0; i < 5; i++)
        event.xclient.data.l[i] = data[i];
    XSendEvent(display, driven->window, False, NoEventMask, &event);
    XSync(display, False);
}

void driven_close(struct driven *driven)
{
    const long data[5] = {(long)XInternAtom(driven->desktop->display, "WM_DELETE_WINDOW", False),
                          CurrentTime};
    send_message(driven, "WM_PROTOCOLS", data);
}

// The answer to the window's request for the dropped files.
static void answer_request(Display *display, const XSelectionRequestEvent *request, const char *uris)
{
    XChangeProperty(display, request->requestor, request->property, request->target, 8, PropModeReplace,
                    (const unsigned char *)uris, (int)strlen(uris));
    XEvent answer = {.xselection = {.type = SelectionNotify,
                                    .requestor = request->requestor,
                                    .selection = request->selection,
                                    .target = request->target,
                                    .property = request->property,
                                    .time = request->time}};
    XSendEvent(display, request->requestor, False, NoEventMask, &answer);
    XFlush(display);
}

// Handles what comes until a message of that type; false after the deadline.
static bool await_message(Display *display, const char *type, const char *uris, XClientMessageEvent *message)
{
    const Atom wanted = XInternAtom(display, type, False);
    const long deadline = now_ms() + DRIVER_DEADLINE_MS / 2;
    while (now_ms() < deadline) {
        if (XPending(display) == 0) {
            sleep_ms(5);
            continue;
        }
        XEvent event;
        XNextEvent(display, &event);
        if (event.type == SelectionRequest)
            answer_request(display, &event.xselectionrequest, uris);
        if (event.type == ClientMessage && event.xclient.message_type == wanted) {
            *message = event.xclient;
            return true;
        }
    }
    fprintf(stderr, "the window sends no %s\n", type);
    return false;
}

// file:// addresses, a line each, with all but letters, digits and "/._-" as %XX.
static char *uri_list(const char *const *paths, int count)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-";
    size_t size = 1;
    for (int i = 0; i < count; i++)
        size += 3 * strlen(paths[i]) + 16;
    char *list = calloc(1, size), *out = list;
    if (!list)
        abort();
    for (int i = 0; i < count; i++) {
        out += sprintf(out, "file://");
        for (const char *in = paths[i]; *in; in++)
            out += sprintf(out, strchr(plain, *in) ? "%c" : "%%%02X", (unsigned char)*in);
        out += sprintf(out, "\r\n");
    }
    return list;
}

bool driven_drop(struct driven *driven, const char *const *paths, int count, int x, int y)
{
    Display *display = driven->desktop->display;
    const Window source = driven->desktop->source;
    char *uris = uri_list(paths, count);
    XClientMessageEvent message;
    XSetSelectionOwner(display, XInternAtom(display, "XdndSelection", False), source, CurrentTime);
    const long enter[5] = {(long)source, 5L << 24, (long)XInternAtom(display, "text/uri-list", False)};
    const long position[5] = {(long)source, 0, ((long)x << 16) | y, CurrentTime,
                              (long)XInternAtom(display, "XdndActionCopy", False)};
    const long drop[5] = {(long)source, 0, CurrentTime};
    send_message(driven, "XdndEnter", enter);
    send_message(driven, "XdndPosition", position);
    bool taken = await_message(display, "XdndStatus", uris, &message) && (message.data.l[1] & 1);
    if (taken) {
        send_message(driven, "XdndDrop", drop);
        taken = await_message(display, "XdndFinished", uris, &message);
    }
    free(uris);
    return taken;
}
