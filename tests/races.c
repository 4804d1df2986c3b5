// SPDX-License-Identifier: GPL-2.0-only
/*
 * races MODULE ROUNDS: uses /dev/password from all sides at once, as root.
 *
 * Processes of its own read passwords, as root and as nobody; hold files open; set
 * the length by ioctl and by sysctl, to 8 and to 80; and load and unload MODULE, a
 * part 6, each ROUNDS times (loading: a 20th of them). Fails (exit status 1, and what
 * was wrong on stderr) when a password or a length is not whole, or when a system call
 * fails otherwise than it may while the module comes and goes. Prints how often each
 * succeeded; the module is unloaded at the end.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../part5/password.h"

#define DEVICE	"/dev/password"
#define SYSCTL	"/proc/sys/dev/password/length"
#define NOBODY	65534

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char *module;
static long rounds;

/* While the module comes and goes: no node, no cdev behind it, no sysctl. */
static int gone(int error)
{
	return error == ENOENT || error == ENXIO || error == ENODEV;
}

/* The default is there for a moment after each load. */
static int whole(long length)
{
	return length == 8 || length == 80 || length == PASSWORD_LENGTH_DEFAULT;
}

static int open_device(int flags)
{
	int fd = open(DEVICE, flags | O_CLOEXEC);

	/* devtmpfs makes the node root's alone before it removes it. */
	if (fd < 0 && !gone(errno) && !(errno == EACCES && geteuid()))
		err(1, "open");
	return fd;
}

static long read_one(void)
{
	char buf[100];
	int fd = open_device(O_RDONLY);
	ssize_t size, again;

	if (fd < 0)
		return 0;
	size = read(fd, buf, sizeof(buf) - 1);
	if (size < 1)
		err(1, "read");
	buf[size] = 0;
	if (buf[size - 1] != '\n' || !whole(size - 1) ||
	    strspn(buf, alphabet) != (size_t)size - 1)
		errx(1, "no whole password: %s", buf);
	again = pread(fd, buf, sizeof(buf), 0);
	if (again != size)
		errx(1, "%zd bytes, and then %zd", size, again);
	close(fd);
	return 1;
}

static long hold_some(void)
{
	int fd[8];
	long n = 0;

	for (int i = 0; i < 8; i++) {
		fd[i] = open_device(O_RDONLY);
		n += fd[i] >= 0;
	}
	for (int i = 0; i < 8; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return n;
}

static long set_by_ioctl(void)
{
	int fd = open_device(O_RDWR);
	int length = 8, told;

	if (fd < 0)
		return 0;
	if (ioctl(fd, PASSWORD_SET_LENGTH, &length) ||
	    ioctl(fd, PASSWORD_GET_LENGTH, &told))
		err(1, "ioctl");
	length = 81;
	if (!ioctl(fd, PASSWORD_SET_LENGTH, &length) || errno != EINVAL)
		errx(1, "81 was not refused");
	length = 80;
	if (ioctl(fd, PASSWORD_SET_LENGTH, &length))
		err(1, "ioctl");
	if (!whole(told))
		errx(1, "the length is %d", told);
	close(fd);
	return 1;
}

static long set_by_sysctl(void)
{
	char buf[16] = "";
	int fd = open(SYSCTL, O_RDWR | O_CLOEXEC);

	if (fd < 0 && gone(errno))
		return 0;
	if (fd < 0 || (pwrite(fd, "80\n", 3, 0) < 0 && !gone(errno)) ||
	    (pwrite(fd, "8\n", 2, 0) < 0 && !gone(errno)) ||
	    (pread(fd, buf, sizeof(buf) - 1, 0) < 0 && !gone(errno)))
		err(1, SYSCTL);
	if (*buf && !whole(atoi(buf)))
		errx(1, "the length is %s", buf);
	close(fd);
	return 1;
}

static long load_and_unload(void)
{
	int fd = open(module, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		err(1, "loading %s", module);
	close(fd);
	usleep(5000);
	while (syscall(SYS_delete_module, "password", O_NONBLOCK)) {
		if (errno != EAGAIN)
			err(1, "unloading");
		usleep(100);
	}
	return 1;
}

static const struct {
	const char *name;
	long (*once)(void);
	int uid, divisor;
} roles[] = {
	{ "passwords", read_one, 0, 1 },
	{ "passwords to nobody", read_one, NOBODY, 1 },
	{ "files held", hold_some, NOBODY, 4 },
	{ "lengths by ioctl", set_by_ioctl, 0, 1 },
	{ "lengths by sysctl", set_by_sysctl, 0, 1 },
	{ "loads", load_and_unload, 0, 20 },
};

#define ROLES	(sizeof(roles) / sizeof(roles[0]))

int main(int argc, char **argv)
{
	long *count;
	int status, failed = 0;

	if (argc != 3)
		errx(2, "usage: races MODULE ROUNDS");
	module = argv[1];
	rounds = atol(argv[2]);
	count = mmap(NULL, sizeof(*count) * ROLES, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count == MAP_FAILED)
		err(1, "mmap");
	for (size_t i = 0; i < ROLES; i++) {
		if (fork())
			continue;
		if (roles[i].uid && (setgid(roles[i].uid) || setuid(roles[i].uid)))
			err(1, "setuid");
		for (long n = 0; n < rounds / roles[i].divisor; n++)
			count[i] += roles[i].once();
		exit(0);
	}
	while (wait(&status) > 0)
		failed |= status;
	for (size_t i = 0; i < ROLES; i++)
		printf("%s%ld %s", i ? ", " : "", count[i], roles[i].name);
	printf("\n");
	return !!failed;
}
