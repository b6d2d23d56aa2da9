/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What time and the policy make of a token. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patd/model/token.h"
#include "patd/policy/policy.h"

/* When it expires, 0: never: its own time, or the policy's if that is nearer. */
uint64_t validity_end(const struct token *token, const struct policy *policy);

bool validity_expired(const struct token *token, const struct policy *policy, uint64_t now);
/* Revoked permanently, or suspended and not yet over. */
bool validity_revoked(const struct token *token, uint64_t now);
/* When it was used last, or from when on it might have been. */
uint64_t validity_unused_since(const struct token *token);
/* Revoked as compromised: never to be restored. */
bool validity_compromised(const struct token *token);
/* A fleet token of another machine. */
bool validity_replica(const struct token *token, const struct policy *policy);
/*
 * So long unused that the policy takes it for revoked; never one of another machine: where else it
 * was used is known there alone.
 */
bool validity_unused(const struct token *token, const struct policy *policy, uint64_t now);
bool validity_exhausted(const struct token *token);

/*
 * Whether it has ended by itself, so that no other policy makes it valid again: it is revoked
 * permanently, or exhausted, or has expired by its own time.
 */
bool validity_ended(const struct token *token, uint64_t now);

/* The earliest time after now at which its state changes by itself; 0: none. */
uint64_t validity_next(const struct token *token, const struct policy *policy, uint64_t now);
