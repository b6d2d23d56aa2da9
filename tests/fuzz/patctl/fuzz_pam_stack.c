/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAM's files, whatever is in them: doctor reads them as root.  Files part at a NUL. */
#include "patctl/doctor/pam/pam_run.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/patctl/root_image.h"

static struct image image;

static void take_away(void)
{
	image_remove(&image);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	image_make(&image);
	return atexit(take_away);
}

static int answer(const struct stack_line *line, void *userdata)
{
	uint8_t *state = userdata;

	(void)line;
	*state = (uint8_t)(*state * 5 + 1);
	return *state % PAM_CODES;
}

static void try_run(const struct service *service, bool debian, uint8_t state)
{
	const struct stack *stack = &service->stacks[STACK_AUTH];
	cleanup_run struct run login = { 0 }, credentials = { 0 };

	run_authenticate(stack, answer, &state, &login);
	assert_between(login.result, 0, PAM_CODES - 1);
	run_setcred(stack, &login, debian, answer, &state, &credentials);
	assert_between(credentials.result, 0, PAM_CODES - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t first = size > 0 ? strnlen((const char *)data, size) : 0;
	char *one = fuzz_text(data, first),
	     *other = first < size ? fuzz_text(data + first + 1, size - first - 1)
				   : fuzz_text(NULL, 0);

	image_write(&image, "/etc/pam.d/one", one);
	image_write(&image, "/etc/pam.d/other", other);
	for (int debian = 0; debian < 2; debian++) {
		cleanup_service struct service service = { 0 };

		if (service_read(&image.root, debian, "one", &service) == 0 && !service.broken)
			try_run(&service, debian, (uint8_t)size);
	}
	free(other);
	free(one);
	return 0;
}
