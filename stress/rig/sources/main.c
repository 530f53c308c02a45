// SPDX-License-Identifier: GPL-2.0-only
/*
 * /init of the emulated machine: plays what is in /plays.bin on the kernel that it runs on, says on
 * the console what guests saw (see proto.h), and switches the machine off.  It judges nothing.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>
#include "monitor.h"

static const char *not_slow;

static void mount_all(void)
{
	static const char *const what[][2] = {
		{ "/dev", "devtmpfs" }, { "/proc", "proc" }, { "/sys", "sysfs" },
	};
	struct termios settings;
	int console;

	for (size_t i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
		mkdir(what[i][0], 0755);
		mount("none", what[i][0], what[i][1], 0, NULL);
	}
	console = open("/dev/console", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(console, fd);
	if (!tcgetattr(STDOUT_FILENO, &settings)) {
		cfmakeraw(&settings);
		tcsetattr(STDOUT_FILENO, TCSANOW, &settings);
	}
}

static void say_end(struct vm *vm, u64 began)
{
	u64 runs = 0, exits = 0;

	for (u32 i = 0; i < vm->play->nr_vcpus; i++) {
		runs += vm->vcpu[i].runs;
		exits += vcpu_exits(&vm->vcpu[i]);
	}
	say("end %u %u %lu %lu %lu", vm->play->id, vm->round, microseconds() - began, runs, exits);
}

static void play_once(const struct play *play)
{
	int alone = play->nr_vcpus + play->nr_devices > 1 || play->rounds > 1 || plays_are_alone();
	struct vm *vm;
	int stopped;
	u64 began;

	say("play %u", play->id);
	if (play->flags & FLAG_SLOW && not_slow) {
		say("broken %u 0 %s", play->id, not_slow);
		return;
	}
	if (alone) {
		vm_await_destroyed();
		console_flush(1);
	}
	began = microseconds();
	vm = vm_create(play);
	round_reset(vm);
	workers_play(vm);
	slow_mask(0);
	stopped = vm->stop;
	if (stopped)
		round_report(vm, 0);
	if (vm->trouble[0])
		say("broken %u %u %s", play->id, vm->round, vm->trouble);
	else if (vm->hung)
		say("hung %u %u", play->id, vm->round);
	say_end(vm, began);
	vm_destroy(vm);
	if (alone || stopped || console_is_due())
		console_flush(alone);
}

void play_all(void)
{
	struct play play;

	while (plays_next(&play))
		play_once(&play);
	say_kernel_log();
	say("bye %lu", microseconds() / 1000);
	power_off();
}

int main(void)
{
	struct utsname system;

	mount_all();
	uname(&system);
	say("hello %s %d %lu", system.release, cpus_online(), microseconds() / 1000);
	console_flush(0);
	vm_open();
	not_slow = slow_open();
	say("slow %d %s", !not_slow, not_slow ? not_slow : "");
	say_kernel_log();	/* so that what comes later is known to be of the plays */
	console_flush(0);
	plays_open("/plays.bin");
	workers_start();
	workers_watch();
}
