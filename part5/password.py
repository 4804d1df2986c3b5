#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Show or set the length of the passwords that /dev/password gives."""

import argparse
import array
import errno
import fcntl
import os
import stat
import sys

DEVICE = "/dev/password"


def ioctl_numbers(machine):
    """Return (get, set), encoded as <linux/ioctl.h> does it on a machine.

    Most take generic 14 size bits below the direction, see
    include/uapi/asm-generic/ioctl.h; the others have an asm/ioctl.h of their own.
    """
    read, write, size_bits = 2, 1, 14
    if machine.startswith(("alpha", "mips", "ppc", "sparc")):
        read, write, size_bits = 2, 4, 13
    elif machine.startswith("parisc"):
        read, write = 1, 2

    def number(direction, nr):
        size = array.array("i").itemsize
        return direction << (16 + size_bits) | size << 16 | ord("p") << 8 | nr

    return number(read, 0), number(write, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("length", nargs="?", help="characters in a password, 8 to 80")
    argument = parser.parse_args().length

    get_length, set_length = ioctl_numbers(os.uname().machine)
    try:
        if argument is None:
            value = array.array("i", [0])
            with open(DEVICE, "rb", buffering=0) as device:
                fcntl.ioctl(device, get_length, value)
            print(value[0])
        else:
            value = array.array("i", [int(argument)])
            with open(DEVICE, "r+b", buffering=0) as device:
                fcntl.ioctl(device, set_length, value)
    except ValueError:
        sys.exit(f"{argument} is not a number")
    except OverflowError:
        sys.exit(f"{argument} is out of range: 8 to 80")
    except OSError as error:
        if os.path.exists(DEVICE) and not stat.S_ISCHR(os.stat(DEVICE).st_mode):
            sys.exit(f"{DEVICE} is no device: something else has its name; remove it and load the module again")
        sys.exit({
            errno.ENOENT: f"{DEVICE} does not exist: load the module first",
            errno.EACCES: f"{DEVICE}: permission denied: only its owner may set the length"
                          if argument else f"{DEVICE}: permission denied",
            errno.EINVAL: f"{argument} is out of range: 8 to 80",
            errno.ENOTTY: f"{DEVICE} has no length to set: load part 5 or 6",
        }.get(error.errno, f"{DEVICE}: {error.strerror}"))


if __name__ == "__main__":
    main()
