/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that each begin with an empty system of their own. */
#pragma once

#include "tests/unit/patctl/root_image.h"

static struct image image;

static inline int image_set_up(void **state)
{
	(void)state;
	image_make(&image);
	return 0;
}

static inline int image_tear_down(void **state)
{
	(void)state;
	image_remove(&image);
	return 0;
}

#define IMAGE_TEST(test) cmocka_unit_test_setup_teardown(test, image_set_up, image_tear_down)
