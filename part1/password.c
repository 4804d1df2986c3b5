// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest module: it says when it comes and when it goes.
 *
 *	# insmod password.ko
 *	# rmmod password
 *	# dmesg | grep password:
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

static int __init password_init(void)
{
	pr_info("loaded\n");
	return 0;
}

static void __exit password_exit(void)
{
	pr_info("unloaded\n");
}

module_init(password_init);
module_exit(password_exit);

MODULE_DESCRIPTION("Building a Linux kernel module, part 1: load and unload");
MODULE_VERSION("1");
MODULE_LICENSE("GPL");
