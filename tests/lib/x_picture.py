# SPDX-License-Identifier: LGPL-2.1-or-later
"""A part of an X display as bytes, by one request, so that looking costs next to nothing."""
import ctypes
import ctypes.util

Z_PIXMAP, ALL_PLANES = 2, ctypes.c_ulong(-1)


class Image(ctypes.Structure):
    """The beginning of XImage in <X11/Xlib.h>."""

    _fields_ = [("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int),
                ("format", ctypes.c_int), ("data", ctypes.c_void_p), ("byte_order", ctypes.c_int),
                ("bitmap_unit", ctypes.c_int), ("bitmap_bit_order", ctypes.c_int),
                ("bitmap_pad", ctypes.c_int), ("depth", ctypes.c_int),
                ("bytes_per_line", ctypes.c_int)]  # fmt: skip


class Display:
    def __init__(self, name):
        self.x = ctypes.CDLL(ctypes.util.find_library("X11"))
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XDefaultRootWindow.restype = ctypes.c_ulong
        self.x.XGetImage.restype = ctypes.POINTER(Image)
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(name.encode()))
        assert self.display, f"no display {name}"
        self.root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))

    def picture(self, left, top, width, height):
        image = self.x.XGetImage(
            self.display, self.root, left, top, width, height, ALL_PLANES, Z_PIXMAP
        )
        assert image, "no picture"
        content = image.contents
        data = ctypes.string_at(content.data, content.bytes_per_line * content.height)
        self.x.XDestroyImage(image)
        return data

    def close(self):
        self.x.XCloseDisplay(self.display)
