// SPDX-License-Identifier: MIT
// Calls of the system that a confined worker cannot make. None of them harms where it succeeds.
#include "formats/hdf5_worker/hdf5_trespass.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool closes(int fd)
{
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool open_file(const char *path)
{
    return closes(open(path, O_RDONLY | O_CLOEXEC));
}

static bool open_socket(const char *path)
{
    (void)path;
    return closes(socket(AF_INET, SOCK_STREAM, 0));
}

static bool connect_here(const char *path)
{
    (void)path;
    return closes(socket(AF_UNIX, SOCK_STREAM, 0));
}

static bool start_process(const char *path)
{
    (void)path;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return pid > 0;
}

static bool execute(const char *path)
{
    (void)path;
    // Succeeds only by ending here, which the viewer sees.
    char *const arguments[] = {NULL};
    return execve("/bin/true", arguments, arguments) == 0;
}

static bool kill_parent(const char *path)
{
    (void)path;
    return kill(getppid(), 0) == 0;
}

static bool look_into_parent(const char *path)
{
    (void)path;
    return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0;
}

static bool run_made_code(const char *path)
{
    (void)path;
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    munmap(memory, 4096);
    return true;
}

static bool remove_file(const char *path)
{
    (void)path;
    return syscall(SYS_unlinkat, AT_FDCWD, "", 0) == 0;
}

void hdf5_trespass(const char *path, struct text *out)
{
    static const struct {
        const char *name;
        bool (*attempt)(const char *path);
    } attempts[] = {
        {"open a file", open_file},
        {"open a socket", open_socket},
        {"connect here", connect_here},
        {"start a process", start_process},
        {"execute", execute},
        {"kill the viewer", kill_parent},
        {"trace the viewer", look_into_parent},
        {"run made code", run_made_code},
        {"remove a file", remove_file},
    };
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
        text_printf(out, "%s\t%s\n", attempts[i].name, attempts[i].attempt(path) ? "done" : "refused");
}
