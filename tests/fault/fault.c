// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes one kernel function fail, so that a test can see what its caller does:
 *
 *	# insmod fault.ko function=class_register,__class_register value=-28
 *
 * As long as it is loaded the function, the first that this kernel has of those
 * named, is not run and returns the value; with delay=20 after 20 ms.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>

static char *function[4];
static int nr_functions;
module_param_array(function, charp, &nr_functions, 0444);
MODULE_PARM_DESC(function, "the function that fails, by its names");

static long value;
module_param(value, long, 0444);
MODULE_PARM_DESC(value, "what it returns");

static unsigned int delay;
module_param(delay, uint, 0444);
MODULE_PARM_DESC(delay, "for how many milliseconds it sleeps before it does");

/* Runs in place of the function, so it may sleep where that may. */
static noinline notrace long fault_return(void)
{
	if (delay)
		msleep(delay);
	return value;
}

static int fault_pre(struct kprobe *probe, struct pt_regs *regs)
{
	instruction_pointer_set(regs, (unsigned long)fault_return);
	return 1;
}
NOKPROBE_SYMBOL(fault_pre);

/* A probe without one may not change where execution goes on (kprobes.rst). */
static void fault_post(struct kprobe *probe, struct pt_regs *regs,
		       unsigned long flags)
{
}

static struct kprobe fault_probe = {
	.pre_handler	= fault_pre,
	.post_handler	= fault_post,
};

static int __init fault_init(void)
{
	int err = -EINVAL;
	int i;

	for (i = 0; i < nr_functions; i++) {
		fault_probe.symbol_name = function[i];
		fault_probe.addr = NULL;
		err = register_kprobe(&fault_probe);
		if (!err)
			break;
	}
	return err;
}

static void __exit fault_exit(void)
{
	unregister_kprobe(&fault_probe);
}

module_init(fault_init);
module_exit(fault_exit);

MODULE_DESCRIPTION("Make one kernel function fail");
MODULE_LICENSE("GPL");
