// SPDX-License-Identifier: GPL-2.0-only
/*
 * A character device that everyone may read.
 *
 *	$ cat /dev/password
 *	Hello, world!
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
#include <linux/version.h>

static const char password_text[] = "Hello, world!\n";

static dev_t password_devt;
static struct cdev password_cdev;

static int password_open(struct inode *inode, struct file *file)
{
	pr_debug("open\n");
	return 0;
}

static loff_t password_llseek(struct file *file, loff_t offset, int whence)
{
	return fixed_size_llseek(file, offset, whence,
				 sizeof(password_text) - 1);
}

static ssize_t password_read(struct file *file, char __user *buf,
			     size_t count, loff_t *pos)
{
	pr_debug("read of %zu bytes at %lld\n", count, *pos);
	return simple_read_from_buffer(buf, count, pos, password_text,
				       sizeof(password_text) - 1);
}

/* Fail: stdio takes 0 as "try again" and would loop forever. */
static ssize_t password_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *pos)
{
	pr_debug("write of %zu bytes refused\n", count);
	return -EINVAL;
}

static int password_release(struct inode *inode, struct file *file)
{
	pr_debug("release\n");
	return 0;
}

/* This owner and the cdev's keep the module loaded while a file is open. */
static const struct file_operations password_fops = {
	.owner		= THIS_MODULE,
	.llseek		= password_llseek,
	.open		= password_open,
	.read		= password_read,
	.write		= password_write,
	.release	= password_release,
};

/* Everyone may read. NULL keeps the name; mode is NULL when the node goes. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
static char *password_devnode(const struct device *dev, umode_t *mode)
#else /* before 6.2 the device was not const */
static char *password_devnode(struct device *dev, umode_t *mode)
#endif
{
	if (mode)
		*mode = 0644;
	return NULL;
}

static struct class password_class = {
	.name		= "password",
	.devnode	= password_devnode,
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

MODULE_DESCRIPTION("Building a Linux kernel module, part 3: file operations");
MODULE_VERSION("3");
MODULE_LICENSE("GPL");
