// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands in for Python in the page, where the real one is too large: it does what
 * password.py does, by the same two ioctls of the part's password.h, and no other script.
 * Its messages are those of password.py: see ../test.mjs.
 */
#include "password.h"

#define DEVICE "/dev/password"

static int fail(const char *a, const char *b)
{
	fprintf(stderr, "%s%s\n", a, b);
	return 1;
}

static int said(const char *argument, int err)
{
	switch (err) {
	case ENOENT:
		return fail(DEVICE, " does not exist: load the module first");
	case EACCES:
		return fail(DEVICE, argument ? ": permission denied: only its owner may set the length" :
						       ": permission denied");
	case EINVAL:
		return fail(argument, " is out of range: 8 to 80");
	case ENOTTY:
		return fail(DEVICE, " has no length to set: load part 5 or 6");
	}
	fprintf(stderr, DEVICE ": error %d\n", err);
	return 1;
}

int main(int argc, char **argv)
{
	const char *script = argc > 1 ? argv[1] : "", *argument = argc > 2 ? argv[2] : NULL;
	size_t len = strlen(script);
	int fd, value = 0;

	if (len < 11 || strcmp(script + len - 11, "password.py"))
		return fail("There is no Python in this machine, only a C program that does what password.py does.", "");
	if (argc > 3 || (argument && argument[0] == '-' && (argument[1] < '0' || argument[1] > '9'))) {
		int help = argc == 3 && (!strcmp(argument, "-h") || !strcmp(argument, "--help"));

		fprintf(help ? stdout : stderr, "usage: password.py [-h] [length]\n");
		return help ? 0 : 2;
	}
	if (argument) {
		const char *digit = argument + (argument[0] == '-');

		do {
			if (*digit < '0' || *digit > '9')
				return fail(argument, " is not a number");
			if (value < 1000000)
				value = value * 10 + (*digit - '0');
		} while (*++digit);
		if (argument[0] == '-')
			value = -value;
	}
	fd = open(DEVICE, argument ? O_RDWR : O_RDONLY);
	if (fd < 0)
		return said(argument, errno);
	if (ioctl(fd, argument ? PASSWORD_SET_LENGTH : PASSWORD_GET_LENGTH, &value))
		return said(argument, errno);
	if (!argument)
		printf("%d\n", value);
	return 0;
}
