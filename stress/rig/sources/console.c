// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console: lines with a checksum, as proto.h has them.
 *
 * The serial line is shared with the kernel and loses characters, so each line says of itself
 * whether it is whole.  Lines are kept in memory and written between rounds: writing makes
 * interrupts, and those make guests exit.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "monitor.h"

#define KEPT_MAX	(1 << 20)
#define FULL		(KEPT_MAX / 16)
#define DUE_US		10000000UL		/* who listens gives up after some silence */
#define LINE_MAX	(LOG_MAX * 9 + 256)	/* longer than any line */
#define HEAD		13			/* characters of "VGS 01234567 " */
#define KERNEL_LINES	100
#define WARNING		4			/* KERN_WARNING */

static char kept[KEPT_MAX];
static size_t used;
static u64 flushed;			/* when */

u64 microseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000UL + t.tv_nsec / 1000;
}

static u32 crc32_of(const char *text, size_t length)
{
	static u32 table[256];
	u32 crc = ~0U;

	if (!table[1])
		for (u32 i = 0; i < 256; i++) {
			table[i] = i;
			for (int bit = 0; bit < 8; bit++)
				table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320U : 0);
		}
	while (length--)
		crc = crc >> 8 ^ table[(crc ^ (unsigned char)*text++) & 0xff];
	return ~crc;
}

static char *put_word(char *to, u32 word)
{
	int digits = 1;

	while (digits < 8 && word >> digits * 4)
		digits++;
	*to++ = ' ';
	while (digits--)
		*to++ = "0123456789abcdef"[word >> digits * 4 & 15];
	return to;
}

static void keep(const u32 *words, u32 nr, const char *format, va_list arguments)
{
	char head[HEAD + 1], *line, *to;

	if (used + LINE_MAX > KEPT_MAX)
		console_flush(0);
	line = kept + used;
	to = line + HEAD;
	to += vsnprintf(to, 240, format, arguments);
	if (to > line + HEAD + 239)
		to = line + HEAD + 239;
	while (nr--)
		to = put_word(to, *words++);
	snprintf(head, sizeof(head), "VGS %08x ", crc32_of(line + HEAD, to - line - HEAD));
	memcpy(line, head, HEAD);
	*to++ = '\n';
	used = to - kept;
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	keep(NULL, 0, format, arguments);
	va_end(arguments);
}

void say_words(const u32 *words, u32 nr, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	keep(words, nr, format, arguments);
	va_end(arguments);
}

int console_is_due(void)
{
	return used > FULL || microseconds() - flushed > DUE_US;
}

void console_flush(int drain)
{
	size_t written = 0;
	ssize_t n;

	while (written < used) {
		n = write(STDOUT_FILENO, kept + written, used - written);
		if (n < 0 && errno != EINTR)
			break;
		written += n < 0 ? 0 : n;
	}
	used = 0;
	flushed = microseconds();
	if (drain)
		tcdrain(STDOUT_FILENO);
}

/*
 * What the kernel has said since it booted or was last asked, at warning level or worse: the first
 * lines of it.  All is read, so that the rest is not taken for what it says later.
 */
void say_kernel_log(void)
{
	static int fd = -1;
	int lines = 0;
	char record[2048], *text;
	unsigned long priority;
	ssize_t n;

	if (fd < 0)
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	while (fd >= 0) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE)
			continue;	/* the oldest were overwritten meanwhile */
		if (n <= 0)
			break;
		record[n] = 0;
		priority = strtoul(record, NULL, 10);
		text = strchr(record, ';');
		/* that of what others than the kernel say is larger, too */
		if (priority > WARNING || !text)
			continue;
		text[strcspn(text, "\n")] = 0;
		if (lines++ < KERNEL_LINES)
			say("kmsg %lu %.200s", priority, text + 1);
	}
}

void power_off(void)
{
	console_flush(1);
	reboot(RB_POWER_OFF);
	_exit(1);	/* the kernel panics */
}

void fatal(const char *format, ...)
{
	char text[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	say_kernel_log();	/* it may say why */
	say("fatal %s", text);
	power_off();
}
