// SPDX-License-Identifier: MIT
// Limits of resources and a filter of system calls (seccomp(2), by libseccomp).
#include "formats/hdf5_worker/hdf5_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static const rlim_t max_bytes = (rlim_t)8 << 30; // of memory, also of memory that is handed over

// Reading, writing of the draft of a mask (other descriptors are read-only), the socket, memory, time, end.
static const int calls[] = {
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(read),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(ftruncate),
    SCMP_SYS(flock),
    SCMP_SYS(close),
    SCMP_SYS(fcntl),
    SCMP_SYS(fsync),
    SCMP_SYS(memfd_create),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(setitimer),
    SCMP_SYS(getitimer),
    SCMP_SYS(getrusage),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getcwd),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rseq),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sysinfo),
#ifdef FOVEA_SANITIZED // reports, stacks of its own, maps of the process, the abort of the program
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(kill),
    SCMP_SYS(tgkill),
    SCMP_SYS(readlink),
    SCMP_SYS(ioctl),
    SCMP_SYS(prctl),
    SCMP_SYS(uname),
    SCMP_SYS(pipe2),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(set_robust_list),
#endif
};

// What loading a plugin needs besides.
static const int plugin_calls[] = {
    SCMP_SYS(access),     SCMP_SYS(faccessat),  SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(stat),       SCMP_SYS(lstat),
    SCMP_SYS(statx),      SCMP_SYS(getdents64), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(clone),      SCMP_SYS(clone3),     SCMP_SYS(set_robust_list),
    SCMP_SYS(mprotect),   SCMP_SYS(mmap),       SCMP_SYS(rseq),
    SCMP_SYS(uname),
};

static bool allow_all(scmp_filter_ctx filter, const int *list, size_t count)
{
    bool good = true;
    // What an architecture has not cannot be called there.
    for (size_t i = 0; i < count && good; i++) {
        const int code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, list[i], 0, NULL);
        good = code == 0 || code == -EDOM || code == -EEXIST;
    }
    return good;
}

// Memory that is not executed.
static bool allow_memory(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

// Limits of its own.
static bool allow_limits(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_EQ, 0)) == 0;
}

// Opening for reading.
static bool allow_opening(scmp_filter_ctx filter)
{
    const uint32_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                            SCMP_A2_32(SCMP_CMP_MASKED_EQ, writing, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                            SCMP_A1_32(SCMP_CMP_MASKED_EQ, writing, 0)) == 0;
}

static bool filter_calls(bool plugins)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool good = filter && allow_all(filter, calls, sizeof calls / sizeof *calls) && allow_memory(filter) &&
                allow_limits(filter);
#ifdef FOVEA_SANITIZED
    good = good && allow_opening(filter); // /proc/self/maps
#endif
    if (plugins)
        good = good && allow_opening(filter) &&
               allow_all(filter, plugin_calls, sizeof plugin_calls / sizeof *plugin_calls);
    good = good && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return good;
}

bool hdf5_confine(bool plugins)
{
    close_range(STDERR_FILENO + 1, ~0u, 0); // what some library of the program has left open
    signal(SIGXFSZ, SIG_IGN);               // a file that may not grow is an error of writing
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#ifndef FOVEA_SANITIZED // sanitizers reserve more address space than that
    setrlimit(RLIMIT_AS, &(struct rlimit){max_bytes, max_bytes});
#endif
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){max_bytes, max_bytes});
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter_calls(plugins);
}
