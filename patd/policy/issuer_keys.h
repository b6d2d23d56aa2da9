/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public keys of an issuer, as patd.conf has them: in base64, with commas between them. */
#pragma once

/*
 * Sets the keys of *ret_issuer, a struct issuer, and their ids.  NULL, or what is wrong with the
 * text, for a person; static, and *ret_issuer is untouched.
 */
const char *issuer_keys_parse(const char *text, void *ret_issuer);
