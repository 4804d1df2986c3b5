// SPDX-License-Identifier: GPL-2.0-only
/*
 * A character device that comes and goes with the module.
 *
 *	# insmod password.ko
 *	# ls -l /dev/password
 *	crw------- 1 root root 245, 0 ... /dev/password
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/types.h>

static dev_t password_devt;
static struct cdev password_cdev;

/* This owner and the cdev's keep the module loaded while a file is open. */
static const struct file_operations password_fops = {
	.owner		= THIS_MODULE,
};

static struct class password_class = {
	.name		= "password",
};

/*
 * cdev_add() comes last: it makes the device live, for anyone who has a node
 * with its number, and a module whose init then fails is freed under that
 * open file.
 */
static int __init password_init(void)
{
	struct device *dev;
	int err;

	err = alloc_chrdev_region(&password_devt, 0, 1, "password");
	if (err)
		return err;

	err = class_register(&password_class);
	if (err)
		goto unregister_region;

	dev = device_create(&password_class, NULL, password_devt, NULL,
			    "password");
	if (IS_ERR(dev)) {
		err = PTR_ERR(dev);
		goto unregister_class;
	}

	cdev_init(&password_cdev, &password_fops);
	password_cdev.owner = THIS_MODULE;
	err = cdev_add(&password_cdev, password_devt, 1);
	if (err)
		goto destroy_device;

	pr_info("loaded\n");
	return 0;

destroy_device:
	device_destroy(&password_class, password_devt);
unregister_class:
	class_unregister(&password_class);
unregister_region:
	unregister_chrdev_region(password_devt, 1);
	return err;
}

static void __exit password_exit(void)
{
	cdev_del(&password_cdev);
	device_destroy(&password_class, password_devt);
	class_unregister(&password_class);
	unregister_chrdev_region(password_devt, 1);
	pr_info("unloaded\n");
}

module_init(password_init);
module_exit(password_exit);

MODULE_DESCRIPTION("Building a Linux kernel module, part 2: a character device");
MODULE_VERSION("2");
MODULE_LICENSE("GPL");
