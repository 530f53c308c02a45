// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays, read from the file that proto.h describes.
 *
 * Whoever wrote the file has checked the plays; here only that no number leads outside the file or
 * an array, since a monitor that dies takes the whole boot with it.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "monitor.h"

static const u32 *next, *file_end;
static u32 left, flags;

void plays_open(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &status) || status.st_size < 12)
		fatal("%s cannot be read", path);
	next = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (next == MAP_FAILED)
		fatal("%s cannot be mapped", path);
	file_end = next + status.st_size / 4;
	if (next[0] != PLAYS_MAGIC)
		fatal("%s is of another version than this monitor", path);
	left = next[1];
	flags = next[2];
	next += 3;
}

int plays_are_alone(void)
{
	return flags & ALL_ALONE;
}

/* Take a number of groups of words, which is said before them. */
static struct words take(const u32 **at, const u32 *end, u32 size, u32 max)
{
	struct words words = { *at + 1, 0 };

	if (*at >= end || **at > max || (u64)**at * size > (u64)(end - words.at))
		fatal("a play has more words than there are");
	words.nr = **at;
	*at += 1 + words.nr * size;
	return words;
}

int plays_next(struct play *play)
{
	const u32 *at = next, *end;
	u32 i;

	if (!left)
		return 0;
	left--;
	if (file_end - at < 8 || at[0] < 8 || at[0] > file_end - at)
		fatal("a play is cut short");
	end = at + at[0];
	play->id = at[1];
	play->nr_vcpus = at[2];
	play->nr_irqs = at[3];
	play->nr_devices = at[4];
	play->rounds = at[5];
	play->flags = at[6];
	play->seed = at[7];
	play->irqs = at + 8;
	at += 8;
	if (play->nr_vcpus < 1 || play->nr_vcpus > VCPUS_MAX || play->nr_devices > DEVICES_MAX ||
	    play->nr_irqs > NR_IRQS * VCPUS_MAX || play->nr_irqs * 3 > end - at || !play->rounds)
		fatal("play %u is too large", play->id);
	for (i = 0; i < play->nr_irqs; i++)
		if ((at[i * 3] & 0xffff) >= NR_IRQS || at[i * 3 + 2] >= play->nr_vcpus)
			fatal("play %u has an interrupt that cannot be", play->id);
	at += play->nr_irqs * 3;
	for (i = 0; i < play->nr_vcpus; i++)
		play->program[i] = take(&at, end, 1, PROGRAM_MAX - 1);
	for (i = 0; i < play->nr_devices; i++)
		play->pulses[i] = take(&at, end, 3, PULSES_MAX);
	next = end;
	return 1;
}
