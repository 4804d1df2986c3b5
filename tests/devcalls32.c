// SPDX-License-Identifier: GPL-2.0-only
/*
 * A 32-bit program: opens /dev/password, sets the length to 33, asks for it.
 * Exit status: the length it was told, or 1 when a system call failed.
 * Its system calls are int $0x80, so it needs no 32-bit C library.
 */
#include <asm/unistd_32.h>
#include <linux/fcntl.h>

#include "../part5/password.h"

static long call(long nr, long a, long b, const void *c)
{
	long result;

	asm volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return result;
}

void _start(void)
{
	int length = 33, told = 1;
	long fd = call(__NR_open, (long)"/dev/password", O_RDWR, 0);

	if (fd < 0 || call(__NR_ioctl, fd, PASSWORD_SET_LENGTH, &length) ||
	    call(__NR_ioctl, fd, PASSWORD_GET_LENGTH, &told))
		told = 1;
	call(__NR_exit, told, 0, 0);
	__builtin_unreachable();
}
