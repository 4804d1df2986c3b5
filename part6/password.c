// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/password: every open makes a fresh random password.
 *
 *	$ cat /dev/password
 *	x7Gd_nQ4vB-k
 *	# ./password.py 20
 *	# sysctl dev.password.length=16
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cdev.h>
#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#include "password.h"

/* RFC 4648, section 5: 64 characters, so that 6 bits pick one without bias. */
static const char password_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct password {
	size_t size;
	u8 text[PASSWORD_LENGTH_MAX + 1];
};

/* One int: READ_ONCE() and WRITE_ONCE() keep it whole, no lock is needed. */
static int password_length = PASSWORD_LENGTH_DEFAULT;

/* The sysctl's range: its handler takes the limits by address. */
static int password_length_min = PASSWORD_LENGTH_MIN;
static int password_length_max = PASSWORD_LENGTH_MAX;

static dev_t password_devt;
static struct cdev password_cdev;
static struct ctl_table_header *password_sysctl;

/* Waits until the kernel's generator is seeded; a signal ends the wait. */
static int password_generate(struct password *pw, size_t length)
{
	size_t i;
	int err;

	err = get_random_bytes_wait(pw->text, length);
	if (err)
		return err;

	for (i = 0; i < length; i++)
		pw->text[i] = password_alphabet[pw->text[i] % 64];
	pw->text[length] = '\n';
	pw->size = length + 1;
	return 0;
}

/* Nobody but open writes to a password, so its readers need no lock. */
static int password_open(struct inode *inode, struct file *file)
{
	struct password *pw;
	int err;

	pr_debug("open\n");
	pw = kmalloc(sizeof(*pw), GFP_KERNEL_ACCOUNT);
	if (!pw)
		return -ENOMEM;

	err = password_generate(pw, READ_ONCE(password_length));
	if (err) {
		kfree_sensitive(pw);
		return err;
	}

	file->private_data = pw;
	return 0;
}

static loff_t password_llseek(struct file *file, loff_t offset, int whence)
{
	struct password *pw = file->private_data;

	return fixed_size_llseek(file, offset, whence, pw->size);
}

static ssize_t password_read(struct file *file, char __user *buf,
			     size_t count, loff_t *pos)
{
	struct password *pw = file->private_data;

	pr_debug("read of %zu bytes at %lld\n", count, *pos);
	return simple_read_from_buffer(buf, count, pos, pw->text, pw->size);
}

/* Fail: stdio takes 0 as "try again" and would loop forever. */
static ssize_t password_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *pos)
{
	pr_debug("write of %zu bytes refused\n", count);
	return -EINVAL;
}

static long password_get_length(int __user *argp)
{
	return put_user(READ_ONCE(password_length), argp);
}

/* EBADF as for write(2): the mode of /dev/password says who may set it. */
static long password_set_length(struct file *file, int __user *argp)
{
	int length;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (get_user(length, argp))
		return -EFAULT;
	if (length < PASSWORD_LENGTH_MIN || length > PASSWORD_LENGTH_MAX)
		return -EINVAL;

	WRITE_ONCE(password_length, length);
	pr_debug("length set to %d\n", length);
	return 0;
}

static long password_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	int __user *argp = (int __user *)arg;

	pr_debug("ioctl %#x\n", cmd);
	switch (cmd) {
	case PASSWORD_GET_LENGTH:
		return password_get_length(argp);
	case PASSWORD_SET_LENGTH:
		return password_set_length(file, argp);
	default:
		return -ENOTTY;
	}
}

static int password_release(struct inode *inode, struct file *file)
{
	pr_debug("release\n");
	kfree_sensitive(file->private_data);
	return 0;
}

/* This owner and the cdev's keep the module loaded while a file is open. */
static const struct file_operations password_fops = {
	.owner		= THIS_MODULE,
	.llseek		= password_llseek,
	.open		= password_open,
	.read		= password_read,
	.write		= password_write,
	.unlocked_ioctl	= password_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
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

static struct ctl_table password_table[] = {
	{
		.procname	= "length",
		.data		= &password_length,
		.maxlen		= sizeof(password_length),
		.mode		= 0644,
		.proc_handler	= proc_dointvec_minmax,
		.extra1		= &password_length_min,
		.extra2		= &password_length_max,
	},
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	{ }	/* it ended the table then; since 6.11 it is an error */
#endif
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

	password_sysctl = register_sysctl("dev/password", password_table);
	if (!password_sysctl) {
		err = -ENOMEM;
		goto unregister_class;
	}

	dev = device_create(&password_class, NULL, password_devt, NULL,
			    "password");
	if (IS_ERR(dev)) {
		err = PTR_ERR(dev);
		goto unregister_sysctl;
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
unregister_sysctl:
	unregister_sysctl_table(password_sysctl);
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
	unregister_sysctl_table(password_sysctl);
	class_unregister(&password_class);
	unregister_chrdev_region(password_devt, 1);
	pr_info("unloaded\n");
}

module_init(password_init);
module_exit(password_exit);

MODULE_DESCRIPTION("Building a Linux kernel module, part 6: a sysctl for the length");
MODULE_VERSION("6");
MODULE_LICENSE("GPL");
