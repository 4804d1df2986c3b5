/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctls of /dev/password, for the module and for user programs.
 *
 * The length is a number of characters, the newline not counted. Both commands
 * take a pointer to an int and return 0, or -1 with errno:
 *   EFAULT  the pointer is bad
 *   EBADF   set: the file is not open for writing
 *   EINVAL  set: the length is out of range
 * A new length holds from the next open(2) on.
 *
 * 'p' has other users too, see the kernel's
 * Documentation/userspace-api/ioctl/ioctl-number.rst.
 */
#ifndef _PASSWORD_H
#define _PASSWORD_H

#include <linux/ioctl.h>

#define PASSWORD_LENGTH_MIN	8
#define PASSWORD_LENGTH_DEFAULT	12
#define PASSWORD_LENGTH_MAX	80

#define PASSWORD_GET_LENGTH	_IOR('p', 0, int)
#define PASSWORD_SET_LENGTH	_IOW('p', 1, int)

#endif /* _PASSWORD_H */
