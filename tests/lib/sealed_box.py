# SPDX-License-Identifier: LGPL-2.1-or-later
"""A key pair that secrets can be sealed to: crypto_box_seal of libsodium."""
import ctypes
import ctypes.util

_sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
assert _sodium.sodium_init() >= 0


class Box:
    def __init__(self):
        self._public = ctypes.create_string_buffer(_sodium.crypto_box_publickeybytes())
        self._secret = ctypes.create_string_buffer(_sodium.crypto_box_secretkeybytes())
        _sodium.crypto_box_keypair(self._public, self._secret)
        self.recipient = self._public.raw

    def open(self, sealed):
        """The content, or None if it was not sealed to this key."""
        overhead = _sodium.crypto_box_sealbytes()
        if len(sealed) < overhead:
            return None
        text = ctypes.create_string_buffer(len(sealed) - overhead)
        size = ctypes.c_ulonglong(len(sealed))
        if _sodium.crypto_box_seal_open(text, sealed, size, self._public, self._secret) != 0:
            return None
        return text.raw
