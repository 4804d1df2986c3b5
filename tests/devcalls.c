// SPDX-License-Identifier: GPL-2.0-only
/*
 * devcalls OPERATION...: system calls on /dev/password, one after another in one
 * process, and what each gave: a number, a string in quotes, or an errno.
 *
 *   open=r|w|rw     the newest open file is the one that the others work on
 *   close           and the file opened before it is the one again
 *   read=N  pread=N@OFFSET  seek=OFFSET  end=OFFSET  where  write=TEXT
 *   badread=N       read into a bad pointer
 *   edge=N          read 100 bytes into a buffer of which only N are mapped
 *   get  set=N      the ioctls; badget and badset pass a bad pointer
 *   cmd=NUMBER      any ioctl
 *   numbers         the ioctls' numbers in decimal, get and set
 *   load=FILE[:PARAMETERS]  unload  unload=NAME
 *                   finit_module(2) and delete_module(2)
 *   passwords=N     open, read, print and close N times
 *   beside=NODE     from now on another process opens and closes NODE all the time
 *   opened          how often it could; this ends it
 *   each=N          N processes at once do the rest, each by itself
 *   repeat=N        do the rest N times, which must give the same each time; what
 *                   a round leaves open is closed
 *   leak            look in all of the kernel's memory for the pieces of two
 *                   passwords, of an open file and of a closed one (root only)
 *   time=N          nanoseconds of N passwords, and of the same calls on
 *                   /dev/zero with one getrandom(2) each
 *
 * At most 64 files are open at once; a line has at most 64 KiB.
 * Exit status: 0, or 2 when used wrongly, or 1 when a repetition differs or an
 * operation takes longer than 10 s (leak: 60 s).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <elf.h>
#include <endian.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if __has_include("../part5/password.h") /* a checkout of an early step has none */
#include "../part5/password.h"
#endif

#define DEVICE	"/dev/password"
#define BAD	((void *)1)
#define TOO_LONG	10	/* seconds, for one operation */

#define MAX_FILES	64
#define MAX_PIECES	16	/* of 8 bytes: more than the longest password has */

static int files[MAX_FILES];
static int nr_files;
static FILE *out;

static void too_long(int signal)
{
	static const char text[] = "no answer in the time it has\n";

	(void)signal;
	_exit(write(STDOUT_FILENO, text, sizeof(text) - 1) < 0 ? 2 : 1);
}

static int current_file(void)
{
	return nr_files ? files[nr_files - 1] : -1;
}

static void print_bytes(const char *bytes, ssize_t len)
{
	fputc('"', out);
	for (ssize_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			fputs("\\n", out);
		else if (isprint((unsigned char)bytes[i]))
			fputc(bytes[i], out);
		else
			fprintf(out, "\\x%02x", (unsigned char)bytes[i]);
	}
	fputc('"', out);
}

static void print_result(long result)
{
	if (result < 0)
		fputs(strerrorname_np(errno), out);
	else
		fprintf(out, "%ld", result);
}

static void print_read(const char *bytes, ssize_t len)
{
	if (len < 0)
		print_result(len);
	else
		print_bytes(bytes, len);
}

static void do_open(const char *mode)
{
	int flags = !strcmp(mode, "r") ? O_RDONLY : !strcmp(mode, "w") ? O_WRONLY : O_RDWR;
	int fd;

	if (nr_files == MAX_FILES)
		errx(2, "more than %d files open: close some", MAX_FILES);
	fd = open(DEVICE, flags);
	print_result(fd < 0 ? fd : 0);
	if (fd >= 0)
		files[nr_files++] = fd;
}

static void do_read(const char *arg)
{
	static char buf[1 << 16];
	const char *at = strchr(arg, '@');
	size_t count = strtoul(arg, NULL, 0);

	if (count > sizeof(buf))
		errx(2, "read=%zu is too much", count);
	print_read(buf, at ? pread(current_file(), buf, count, strtol(at + 1, NULL, 0)) :
			     read(current_file(), buf, count));
}

static void do_edge(size_t mapped)
{
	long page = sysconf(_SC_PAGESIZE);
	char *map, *buf;

	if (mapped > (size_t)page)
		errx(2, "edge=%zu is more than a page", mapped);
	map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		err(1, "mmap");
	buf = map + page - mapped;
	munmap(map + page, page);
	print_read(buf, read(current_file(), buf, 100));
	munmap(map, page);
}

/* The operations that are ioctls; false when op is none of them. */
static bool do_ioctl(const char *op, const char *arg)
{
#ifdef PASSWORD_GET_LENGTH
	int length = strtol(arg, NULL, 0);

	if (!strcmp(op, "get")) {
		int result = ioctl(current_file(), PASSWORD_GET_LENGTH, &length);

		print_result(result < 0 ? result : length);
	} else if (!strcmp(op, "set")) {
		print_result(ioctl(current_file(), PASSWORD_SET_LENGTH, &length));
	} else if (!strcmp(op, "badget")) {
		print_result(ioctl(current_file(), PASSWORD_GET_LENGTH, BAD));
	} else if (!strcmp(op, "badset")) {
		print_result(ioctl(current_file(), PASSWORD_SET_LENGTH, BAD));
	} else if (!strcmp(op, "numbers")) {
		fprintf(out, "%lu %lu", (unsigned long)PASSWORD_GET_LENGTH,
			(unsigned long)PASSWORD_SET_LENGTH);
	} else {
		return false;
	}
	return true;
#else
	(void)op;
	(void)arg;
	return false;
#endif
}

static void do_load(char *path)
{
	char *parameters = strchr(path, ':');
	int fd;

	if (parameters)
		*parameters++ = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	print_result(fd < 0 ? fd : syscall(SYS_finit_module, fd, parameters ?: "", 0));
	if (fd >= 0)
		close(fd);
}

static void do_passwords(long n)
{
	char buf[100]; /* more than the longest password */

	while (n--) {
		ssize_t len;
		int fd;

		alarm(TOO_LONG);
		fd = open(DEVICE, O_RDONLY);
		len = fd < 0 ? -1 : read(fd, buf, sizeof(buf));
		if (len < 0)
			err(1, DEVICE);
		fwrite(buf, 1, len, out);
		close(fd);
	}
}

/*
 * Passwords in pieces of 8 bytes, of the last at least 5. Here they exist only as
 * their complements, so that nothing of this process is found (but in find_pieces()'s chunk
 * what it has found elsewhere).
 */
static struct {
	uint64_t complement, mask;
	bool found;
} pieces[2 * MAX_PIECES];
static int nr_pieces;

/* Opens the device, and adds the pieces of its password. */
static int open_and_add(void)
{
	static volatile unsigned char text[8 * MAX_PIECES];
	int fd = open(DEVICE, O_RDONLY);
	ssize_t size = fd < 0 ? -1 : read(fd, (void *)text, sizeof(text));

	if (size < 8)
		err(1, DEVICE);
	for (ssize_t at = 0; size - at >= 5; at += 8, nr_pieces++) {
		ssize_t n = size - at < 8 ? size - at : 8;

		for (ssize_t i = 0; i < n; i++) {
			((unsigned char *)&pieces[nr_pieces].complement)[i] = ~text[at + i];
			((unsigned char *)&pieces[nr_pieces].mask)[i] = 0xff;
		}
	}
	for (ssize_t i = 0; i < size; i++)
		text[i] = 0;
	return fd;
}

/*
 * Looks for the pieces in the kernel's map of all memory. The alignment of a long finds
 * those of a struct password, and of a buffer on a stack.
 */
static void find_pieces(void)
{
	/* Of what a piece begins with bit 7 is clear, and bit 6 or 5 is set. */
	const uint64_t bit6 = 0x4040404040404040, first4 = be64toh(0xffffffff00000000);
	static uint64_t chunk[1 << 17];
	int fd = open("/proc/kcore", O_RDONLY);
	ElfW(Ehdr) ehdr;

	if (fd < 0 || pread(fd, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr))
		err(1, "/proc/kcore");
	for (int i = 0; i < ehdr.e_phnum; i++) {
		ElfW(Phdr) phdr;

		if (pread(fd, &phdr, sizeof(phdr), ehdr.e_phoff + i * sizeof(phdr)) != sizeof(phdr))
			err(1, "/proc/kcore");
		if (phdr.p_type != PT_LOAD || phdr.p_paddr == (ElfW(Addr))-1)
			continue;
		for (uint64_t at = 0; at < phdr.p_filesz; at += sizeof(chunk)) {
			uint64_t left = phdr.p_filesz - at;
			ssize_t len = pread(fd, chunk, left < sizeof(chunk) ? left : sizeof(chunk),
					    phdr.p_offset + at);

			for (ssize_t b = 0; b + 8 <= len; b += sizeof(long)) {
				uint64_t both, word;

				memcpy(&word, (char *)chunk + b, 8);
				if (((word | word << 1) & ~word >> 1 & bit6 & first4) != (bit6 & first4))
					continue;
				for (int p = 0; p < nr_pieces; p++) {
					both = (word ^ pieces[p].complement) & pieces[p].mask;
					/* Else the piece itself is computed, and saved in the kernel. */
					asm("" : "+r" (both));
					pieces[p].found |= both == pieces[p].mask;
				}
			}
		}
	}
	close(fd);
}

/* Both passwords in one go: it takes long to read all memory of an emulated machine. */
static void do_leak(void)
{
	int first_closed, open_fd = open_and_add(), found = 0, leaked = 0;

	first_closed = nr_pieces;
	close(open_and_add());
	alarm(6 * TOO_LONG);
	find_pieces();
	close(open_fd);
	for (int p = 0; p < first_closed; p++)
		found += pieces[p].found;
	for (int p = first_closed; p < nr_pieces; p++)
		leaked += pieces[p].found;
	fprintf(out, "%d of %d pieces of an open file's, %d of %d of a closed file's",
		found, first_closed, leaked, nr_pieces - first_closed);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static uint64_t time_once(const char *path, int random)
{
	char buf[13], bytes[12];
	uint64_t start = now();
	int fd;

	for (int i = 0; i < 100; i++) {
		fd = open(path, O_RDONLY);
		if (fd < 0 || read(fd, buf, sizeof(buf)) != sizeof(buf) || close(fd))
			err(1, "%s", path);
		if (random && getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
			err(1, "getrandom");
	}
	return now() - start;
}

/* In turns, so that both see the same noise. */
static void do_time(long n)
{
	uint64_t device = 0, zero = 0;

	for (long i = 0; i < n; i += 100) {
		alarm(TOO_LONG);
		device += time_once(DEVICE, 0);
		zero += time_once("/dev/zero", 1);
	}
	fprintf(out, "%llu %llu", (unsigned long long)device, (unsigned long long)zero);
}

static struct {
	pid_t pid;
	long *opened;	/* shared with the process */
} beside;

static void do_beside(const char *node)
{
	beside.opened = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (beside.opened == MAP_FAILED)
		err(1, "mmap");
	fflush(out);
	beside.pid = fork();
	if (beside.pid < 0)
		err(1, "fork");
	if (beside.pid) {
		print_result(0);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = open(node, O_RDONLY);

		if (fd >= 0) {
			++*beside.opened;
			close(fd);
		}
		usleep(100);
	}
}

static void do_opened(void)
{
	if (!beside.pid)
		errx(2, "opened: there is nobody beside");
	kill(beside.pid, SIGKILL);
	waitpid(beside.pid, NULL, 0);
	beside.pid = 0;
	fprintf(out, "%ld", *beside.opened);
}

static void run_all(char **ops);

static void do_each(long n, char **rest)
{
	int start[2];
	char c;

	if (pipe(start))
		err(1, "pipe");
	fflush(out);
	for (long i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			close(start[1]);
			if (read(start[0], &c, 1)) /* until all are there: see close() */
				err(1, "pipe");
			setlinebuf(out); /* so that no line of another is inside one of ours */
			run_all(rest);
			fflush(out);
			_exit(0);
		}
	}
	close(start[1]);
	alarm(0); /* each has its own */
	while (wait(NULL) > 0)
		;
}

static void do_repeat(long n, char **rest)
{
	FILE *stdout_now = out;
	char *first = NULL;

	for (long i = 1; i <= n; i++) {
		char *text = NULL;
		int open_before = nr_files;
		size_t size;

		out = open_memstream(&text, &size);
		if (!out)
			err(1, "open_memstream");
		run_all(rest);
		if (fclose(out))
			err(1, "open_memstream");
		while (nr_files > open_before)
			close(files[--nr_files]);
		if (i == 1) {
			first = text;
			continue;
		}
		if (strcmp(first, text)) {
			printf("round %ld differs:\n%.4000s", i, text);
			exit(1);
		}
		free(text);
	}
	out = stdout_now;
	if (first)
		fputs(first, out);
	free(first);
}

static void run_all(char **ops)
{
	for (; *ops; ops++) {
		char *op = strdup(*ops), *arg;

		if (!op)
			err(1, "strdup");
		arg = strchr(op, '=');
		if (arg)
			*arg++ = 0;
		else
			arg = "";
		if (!strcmp(op, "each"))
			return do_each(atol(arg), ops + 1);
		if (!strcmp(op, "repeat"))
			return do_repeat(atol(arg), ops + 1);
		if (!strcmp(op, "passwords")) {
			do_passwords(atol(arg));
			continue;
		}
		fprintf(out, "%s: ", *ops);
		if (out == stdout)
			fflush(out); /* so that one sees what does not answer */
		alarm(TOO_LONG);
		if (!strcmp(op, "open"))
			do_open(arg);
		else if (!strcmp(op, "close"))
			print_result(nr_files ? close(files[--nr_files]) : close(-1));
		else if (!strcmp(op, "read") || !strcmp(op, "pread"))
			do_read(arg);
		else if (!strcmp(op, "seek"))
			print_result(lseek(current_file(), strtol(arg, NULL, 0), SEEK_SET));
		else if (!strcmp(op, "end"))
			print_result(lseek(current_file(), strtol(arg, NULL, 0), SEEK_END));
		else if (!strcmp(op, "where"))
			print_result(lseek(current_file(), 0, SEEK_CUR));
		else if (!strcmp(op, "write"))
			print_result(write(current_file(), arg, strlen(arg)));
		else if (!strcmp(op, "badread"))
			print_result(read(current_file(), BAD, strtoul(arg, NULL, 0)));
		else if (!strcmp(op, "edge"))
			do_edge(strtoul(arg, NULL, 0));
		else if (!strcmp(op, "cmd"))
			print_result(ioctl(current_file(), strtoul(arg, NULL, 0), BAD));
		else if (!strcmp(op, "load"))
			do_load(arg);
		else if (!strcmp(op, "unload"))
			print_result(syscall(SYS_delete_module, *arg ? arg : "password", O_NONBLOCK));
		else if (!strcmp(op, "beside"))
			do_beside(arg);
		else if (!strcmp(op, "opened"))
			do_opened();
		else if (!strcmp(op, "leak"))
			do_leak();
		else if (!strcmp(op, "time"))
			do_time(atol(arg));
		else if (!do_ioctl(op, arg))
			errx(2, "unknown operation: %s", op);
		fputc('\n', out);
		free(op);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "usage: see the head of devcalls.c");
	out = stdout;
	signal(SIGALRM, too_long);
	run_all(argv + 1);
	return 0;
}
