// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth MODULE OPERATION...: what each system call does when the 1st, the 2nd, ...
 * the last of its fault points fails, by fail-nth (fault-injection.rst): every
 * allocation and every copy from or to user space. MODULE is a password.ko.
 *
 *   load    finit_module(2)              unload  delete_module(2)
 *   open    open(2) of /dev/password     read    read(2), then all of it again
 *   get  set          the ioctls; badget and badset also pass a bad pointer
 *   sysread  syswrite read(2) and write(2) of /proc/sys/dev/password/length
 *   race    finit_module(2), while another process opens a node of its own with the
 *           device's number, all the time: that it could means that init cannot fail
 *           any more
 *   cycle=N N times all of this without a fault, for kmemleak
 *
 * Each must either do all of its work or fail with ENOMEM or EFAULT and leave all as
 * it was; and must work when it is done again without a fault. Prints a line for each
 * operation: how many faults there were, and how often each errno came of them.
 * Exit status: 0, or 1 when something was not as it must be, or 2 when used wrongly.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#if __has_include("../part5/password.h") /* a checkout of an early step has none */
#include "../part5/password.h"
#else
#define PASSWORD_GET_LENGTH	0
#define PASSWORD_SET_LENGTH	0
#endif

#define DEVICE		"/dev/password"
#define LENGTH		"/proc/sys/dev/password/length"
#define BAD		((void *)1)
#define MAX_POINTS	5000

static int module_fd, fail_nth_fd, kmsg_fd;
static const char *op;
static int n;			/* the point that fails; 0 for none */
static unsigned int all_there;	/* what present() gives when the module is loaded */
static char node[64];		/* has the number that /dev/password had */

__attribute__((format(printf, 1, 2), noreturn))
static void wrong(const char *format, ...)
{
	va_list args;

	printf("%s, fault %d: ", op, n);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	_exit(1);
}

static bool in_proc_devices(void)
{
	static char buf[1 << 14];
	int fd = open("/proc/devices", O_RDONLY);
	ssize_t len = read(fd, buf, sizeof(buf) - 1);

	close(fd);
	buf[len > 0 ? len : 0] = 0;
	return strstr(buf, " password\n");
}

/* A bit for each thing that the module makes; the node finds a cdev by its number. */
static unsigned int present(void)
{
	static const char *const paths[] = {
		"/sys/module/password", DEVICE, "/sys/class/password",
		"/sys/class/password/password/dev", "/proc/sys/dev/password", LENGTH,
	};
	unsigned int bits = in_proc_devices();
	int fd;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		bits |= !access(paths[i], F_OK) << (i + 1);
	if (*node) {
		fd = open(node, O_RDONLY);
		bits |= (fd >= 0 || errno != ENXIO) << 7;
		if (fd >= 0)
			close(fd);
	}
	return bits;
}

static void must_be(unsigned int expected, const char *when)
{
	unsigned int bits = present();

	if (bits != expected)
		wrong("%s there is %#x, not %#x", when, bits, expected);
}

static int load(void)
{
	return syscall(SYS_finit_module, module_fd, "", 0);
}

static int unload(void)
{
	return syscall(SYS_delete_module, "password", O_NONBLOCK);
}

/* From the return of the first until the second, point n fails. */
static void arm(void)
{
	char buf[16];
	int len = sprintf(buf, "%d", n);

	dprintf(kmsg_fd, "<7>failnth: %s, fault %d", op, n);
	if (write(fail_nth_fd, buf, len) != len)
		err(2, "fail-nth");
}

/* Whether the fault came. If not, one of these calls may get it. */
static bool disarm(void)
{
	char buf[16] = "";
	ssize_t len = pread(fail_nth_fd, buf, sizeof(buf) - 1, 0);

	if (write(fail_nth_fd, "0", 1) != 1 && write(fail_nth_fd, "0", 1) != 1)
		err(2, "fail-nth");
	return len > 0 && !atoi(buf);
}

static int fd, length;
static char bytes[100], again[100];

static void prepare(void)
{
	if (!strcmp(op, "load") || !strcmp(op, "race"))
		return;
	if (!(present() & 2) && load())
		wrong("load: %m");
	if (!strcmp(op, "unload") || !strcmp(op, "open"))
		return;
	fd = open(!strncmp(op, "sys", 3) ? LENGTH : DEVICE, O_RDWR);
	if (fd < 0)
		wrong("open: %m");
	length = 20;
	memset(bytes, 0, sizeof(bytes));
}

static long call(void)
{
	switch (*op) {
	case 'l': case 'r':
		return strcmp(op, "read") ? load() : read(fd, bytes, sizeof(bytes));
	case 'u':
		return unload();
	case 'o':
		return fd = open(DEVICE, O_RDONLY);
	case 'g':
		return ioctl(fd, PASSWORD_GET_LENGTH, &length);
	case 'b':
		return ioctl(fd, strcmp(op, "badget") ? PASSWORD_SET_LENGTH : PASSWORD_GET_LENGTH, BAD);
	default:
		if (!strcmp(op, "set"))
			return ioctl(fd, PASSWORD_SET_LENGTH, &length);
		if (!strcmp(op, "sysread"))
			return read(fd, bytes, sizeof(bytes));
		return pwrite(fd, "20\n", 3, 0);
	}
}

/* What must be when the call gave that; and all is left ready for the next one. */
static void check(long result, int error)
{
	bool bad = *op == 'b';

	if (result < 0 && error != ENOMEM && error != EFAULT)
		wrong("%s", strerrorname_np(error));
	if (!strcmp(op, "load") || !strcmp(op, "race")) {
		must_be(result ? 0 : all_there, result ? "after it failed" : "after it worked");
		if (result && load())
			wrong("and without the fault: %m");
		must_be(all_there, "loaded without a fault");
		if (unload())
			wrong("unload: %m");
		must_be(0, "unloaded");
	} else if (!strcmp(op, "unload")) {
		must_be(result ? all_there : 0, result ? "after it failed" : "after it worked");
		if (result && unload())
			wrong("and without the fault: %m");
		must_be(0, "unloaded");
	} else if (!strcmp(op, "open")) {
		if (result >= 0)
			close(result);
		fd = open(DEVICE, O_RDONLY);
		if (fd < 0)
			wrong("and without the fault: %m");
		close(fd);
	} else {
		if (bad && result >= 0)
			wrong("a bad pointer was taken");
		if (!strncmp(op, "sys", 3) || !strcmp(op, "read")) {
			ssize_t len = pread(fd, again, sizeof(again), 0);

			if (len < 1 || (strcmp(op, "syswrite") && result >= 0 &&
					(result != len || memcmp(bytes, again, len))))
				wrong("%ld bytes, and without the fault %zd", result, len);
		}
		if (!bad && result < 0 && call() < 0)
			wrong("and without the fault: %m");
		close(fd);
	}
}

/*
 * The other process of "race". It runs whenever the init waits, as for devtmpfs, which
 * makes the node; there is one processor. Reports with a byte that it was in time, the
 * class being there, and that it opened the device.
 */
static pid_t opener(int report)
{
	int ready[2];
	char c;
	pid_t pid;

	if (pipe(ready))
		err(2, "pipe");
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (!pid) {
		bool in_time = false;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < 10; i++) /* bats waits for whoever holds its files */
			if (i != report && i != ready[1])
				close(i);
		close(ready[1]);
		for (;;) {
			if (open(node, O_RDONLY) >= 0) {
				if (write(report, "o", 1) != 1)
					_exit(2);
				pause(); /* with the file open */
			}
			if (!in_time && !access("/sys/class/password", F_OK)) {
				in_time = true;
				if (write(report, "t", 1) != 1)
					_exit(2);
			}
			sched_yield();
		}
	}
	close(ready[1]);
	if (read(ready[0], &c, 1)) /* until it runs: see close() */
		err(2, "pipe");
	close(ready[0]);
	return pid;
}

/* Gives whether the opener ran while the init did. */
static bool race(long *result, int *error, bool *hit)
{
	char said[2];
	int report[2];
	ssize_t len;
	pid_t pid;

	if (pipe2(report, O_NONBLOCK))
		err(2, "pipe");
	pid = opener(report[1]);
	arm();
	*result = load();
	*error = errno;
	len = read(report[0], said, sizeof(said));
	*hit = disarm();
	if (*result && len > 0 && memchr(said, 'o', len)) /* its end would call a function that is no more */
		wrong("the device was open when the init failed with %s", strerrorname_np(*error));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(report[0]);
	close(report[1]);
	return len > 0;
}

static void every_point(void)
{
	int nothing = 0, seen[2] = { 0, 0 }, in_time = 0, rounds = 9;

	for (n = 1;; n++) {
		long result;
		int error;
		bool hit;

		if (n == MAX_POINTS)
			wrong("and still more?");
		prepare();
		if (!strcmp(op, "race")) {
			in_time += race(&result, &error, &hit);
		} else {
			arm();
			result = call();
			error = errno;
			hit = disarm();
		}
		check(result, error);
		if (!hit) {
			/* On a fast machine the other process may come too late each time. */
			if (strcmp(op, "race") || in_time || !rounds--)
				break;
			n = 0;
			continue;
		}
		if (result >= 0)
			nothing++;
		else
			seen[error == EFAULT]++;
	}
	printf("%s: %d faults: %d ENOMEM, %d EFAULT, %d without effect",
	       op, nothing + seen[0] + seen[1], seen[0], seen[1], nothing);
	if (!strcmp(op, "race"))
		printf("; the other process was in time %d times", in_time);
	putchar('\n');
	fflush(stdout);
	if (!strcmp(op, "race") && !in_time)
		wrong("the other process was never in time");
}

static void cycle(int times)
{
	static const char *const ops[] = { "open", "read", "get", "set", "badget", "sysread", "syswrite" };

	while (times--) {
		if (load())
			wrong("load: %m");
		for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
			op = ops[i];
			if (!(all_there & 1 << (strncmp(op, "sys", 3) ? 2 : 6)))
				continue;
			prepare();
			call();
			close(fd);
		}
		if (unload())
			wrong("unload: %m");
	}
}

int main(int argc, char **argv)
{
	struct stat st;
	char path[64];

	if (argc < 3)
		errx(2, "usage: see the head of failnth.c");
	module_fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (module_fd < 0)
		err(2, "%s", argv[1]);
	sprintf(path, "/proc/self/task/%ld/fail-nth", syscall(SYS_gettid));
	fail_nth_fd = open(path, O_RDWR | O_CLOEXEC);
	if (fail_nth_fd < 0)
		err(2, "%s: a kernel without fault injection?", path);
	kmsg_fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	op = "first";
	unload();
	if (load())
		err(1, "load");
	all_there = present();
	if (!stat(DEVICE, &st)) {
		sprintf(node, "/tmp/failnth.%d", getpid());
		if (mknod(node, S_IFCHR | 0600, st.st_rdev))
			err(2, "%s", node);
		all_there = present();
	}
	if (unload())
		err(1, "unload");
	must_be(0, "unloaded");

	for (int i = 2; i < argc; i++) {
		op = argv[i];
		if (!strncmp(op, "cycle=", 6)) {
			cycle(atoi(op + 6));
			continue;
		}
		every_point();
		if (present())
			unload();
	}
	unlink(node);
	return 0;
}
