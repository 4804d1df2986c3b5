// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's end of the line by which the page talks to it, its second serial line.
 * The page sends lines of a letter and words, and gets "ok" for each:
 *
 *	e HEX		random bytes of the browser's, 32 or more, for the kernel's generator
 *	t SECONDS	what time it is
 *	w ROWS COLUMNS	the size of the terminal
 *	g DIRECTORY	all is set: print DIRECTORY and exit; "failed" before there were random bytes
 *
 * After g a child goes on to answer, for the time and the size change again. Everyone who
 * resumes one saved machine resumes one generator, and only the time at which an interrupt comes
 * would tell their passwords apart. So there is no prompt without e.
 */
#include <linux/random.h>

static int page;

static int hex(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

static int do_entropy(const char *arg)
{
	struct {
		int bits, bytes;
		unsigned char data[64];
	} pool = { 0 };
	int fd = open("/dev/urandom", O_RDWR), err;

	while (pool.bytes < 64 && arg[0] > ' ' && arg[1] > ' ') {
		pool.data[pool.bytes++] = hex(arg[0]) << 4 | hex(arg[1]);
		arg += 2;
	}
	pool.bits = 8 * pool.bytes;
	/* The second makes the generator take them now, and not in a minute. */
	err = pool.bytes < 32 || fd < 0 || ioctl(fd, RNDADDENTROPY, &pool) || ioctl(fd, RNDRESEEDCRNG, 0);
	close(fd);
	return err;
}

static int do_time(const char *arg)
{
	struct {
		long long seconds, nanoseconds;
	} now = { 0 };

	while (*arg >= '0' && *arg <= '9')
		now.seconds = now.seconds * 10 + (*arg++ - '0');
	return my_syscall2(__NR_clock_settime64, 0 /* CLOCK_REALTIME */, &now);
}

static int do_window(const char *arg)
{
	unsigned short size[4] = { 0 };
	int fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY), err;

	size[0] = atoi(arg);
	while (*arg > ' ')
		arg++;
	size[1] = atoi(arg + (*arg == ' '));
	err = fd < 0 || ioctl(fd, 0x5414 /* TIOCSWINSZ */, size);
	close(fd);
	return err;
}

static void say(const char *text)
{
	write(page, text, strlen(text));
}

int main(void)
{
	char line[256];
	size_t n = 0;
	int seeded = 0;

	page = open("/dev/ttyS1", O_RDWR | O_NOCTTY);
	if (page < 0)
		return 1;
	say("ready\n");
	while (read(page, line + n, 1) == 1) {
		int err = 0;

		if (line[n] != '\n') {
			n += n < sizeof(line) - 1;
			continue;
		}
		line[n] = 0;
		n = 0;
		if (line[0] == 'e') {
			err = do_entropy(line + 2);
			seeded |= !err;
		} else if (line[0] == 't') {
			err = do_time(line + 2);
		} else if (line[0] == 'w') {
			err = do_window(line + 2);
		} else {
			err = line[0] != 'g' || !seeded;
		}
		say(err ? "failed\n" : "ok\n");
		if (line[0] != 'g' || err)
			continue;
		if (fork()) {
			write(1, line + 2, strlen(line + 2));
			return 0;
		}
		close(0);
		close(1);
		close(2);
	}
	return 1;
}
