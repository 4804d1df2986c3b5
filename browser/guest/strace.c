// SPDX-License-Identifier: GPL-2.0-only
/*
 * strace -e ioctl COMMAND [ARGUMENT]...: of strace(1), which with its C library would be half
 * as large as the whole machine of the page, what the demo shows.
 */
#include <linux/ioctl.h>
#include <linux/ptrace.h>

/* struct user_regs_struct of asm/user_32.h */
static struct {
	long ebx, ecx, edx, esi, edi, ebp, eax, ds, es, fs, gs, orig_eax, eip, cs, eflags, esp, ss;
} regs;

static long trace(int request, int pid, void *data)
{
	return my_syscall4(__NR_ptrace, request, pid, 0, data);
}

static void show(void)
{
	static const char *const directions[] = { "_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE" };
	unsigned long cmd = regs.ecx;

	fprintf(stderr, "ioctl(%d, _IOC(%s, 0x%x, 0x%x, 0x%x), 0x%lx) = ", (int)regs.ebx, directions[_IOC_DIR(cmd)],
		(int)_IOC_TYPE(cmd), (int)_IOC_NR(cmd), (int)_IOC_SIZE(cmd), regs.edx);
	if (regs.eax < 0)
		fprintf(stderr, "-1 (errno %d)\n", (int)-regs.eax);
	else
		fprintf(stderr, "%d\n", (int)regs.eax);
}

int main(int argc, char **argv, char **envp)
{
	int pid, status, inside = 0, signal = 0;

	if (argc < 4 || strcmp(argv[1], "-e") || strcmp(argv[2], "ioctl")) {
		fprintf(stderr, "usage: strace -e ioctl COMMAND [ARGUMENT]...; this one knows no other call\n");
		return 1;
	}
	pid = fork();
	if (!pid) {
		char path[256] = "/bin/";

		trace(PTRACE_TRACEME, 0, NULL);
		if (strchr(argv[3], '/'))
			execve(argv[3], argv + 3, envp);
		else if (strlen(argv[3]) < 250)
			execve(strncat(path, argv[3], 250), argv + 3, envp);
		fprintf(stderr, "strace: %s: error %d\n", argv[3], errno);
		exit(1);
	}
	for (;;) {
		if (waitpid(pid, &status, 0) < 0)
			return 1;
		if ((status & 0x7f) == 0) {
			fprintf(stderr, "+++ exited with %d +++\n", status >> 8 & 0xff);
			return status >> 8 & 0xff;
		}
		if ((status & 0xff) != 0x7f) {
			fprintf(stderr, "+++ killed by signal %d +++\n", status & 0x7f);
			return 1;
		}
		signal = status >> 8 & 0xff;
		if (signal == SIGTRAP) { /* a system call begins or ends; or exec is done */
			signal = 0;
			trace(PTRACE_GETREGS, pid, &regs);
			inside = !inside;
			if (regs.orig_eax == __NR_execve)
				inside = 0;
			else if (!inside && regs.orig_eax == __NR_ioctl)
				show();
		}
		trace(PTRACE_SYSCALL, pid, (void *)(long)signal);
	}
}
