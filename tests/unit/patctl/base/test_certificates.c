/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ends of certificates, which openssl(1) has made. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patctl/base/certificates.h"

/* notAfter=Mar  4 16:17:24 2029 GMT, as UTCTime; version 3 */
static const char near[] = "-----BEGIN CERTIFICATE-----\n"
			   "MIIBfDCCASOgAwIBAgIURIcAYS2T0QFBUsMEwtDvfnPTQYgwCgYIKoZIzj0EAwIw\n"
			   "FTETMBEGA1UEAwwKcGF0ZCBmbGVldDAeFw0yNjExMzAxNjE3MjRaFw0yOTAzMDQx\n"
			   "NjE3MjRaMA8xDTALBgNVBAMMBHdlYjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
			   "AAR1S60qV2uWcTbFsyTsUiYmupPVka7WLGF9aFf56PMdAJe4iDSghOCDbShgzzuf\n"
			   "wh31FFmkVpiN2+2yXm/HqVa4o1cwVTATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNV\n"
			   "HQ4EFgQUZnSllkX3pjDIr4NN3dCGM0hV6kMwHwYDVR0jBBgwFoAUwx9rQuc2fXrI\n"
			   "oi8LCpRfOgn4rcYwCgYIKoZIzj0EAwIDRwAwRAIgRba4LB5/Ay5sng2HJPzpBXTk\n"
			   "obKlTgVGeYMAxOhTNNACIGKBbWZmrpr4VVpLC6sQSeF+HznoOUYlrL+Re2kVmYX2\n"
			   "-----END CERTIFICATE-----\n";

/* notAfter=Jun  6 16:17:25 2136 GMT, as GeneralizedTime; version 1 */
static const char far[] = "-----BEGIN CERTIFICATE-----\n"
			  "MIIBIDCBxwIURIcAYS2T0QFBUsMEwtDvfnPTQYkwCgYIKoZIzj0EAwIwFTETMBEG\n"
			  "A1UEAwwKcGF0ZCBmbGVldDAgFw0yNjExMzAxNjE3MjVaGA8yMTM2MDYwNjE2MTcy\n"
			  "NVowDzENMAsGA1UEAwwEd2ViMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHVL\n"
			  "rSpXa5ZxNsWzJOxSJia6k9WRrtYsYX1oV/no8x0Al7iINKCE4INtKGDPO5/CHfUU\n"
			  "WaRWmI3b7bJeb8epVrgwCgYIKoZIzj0EAwIDSAAwRQIhAPuNiRcb0Tv35JdI1MPz\n"
			  "wxjDWSpHiU6cb3JWDIM02wS2AiApl3FCpxI8Yrkb/feTakykkNLGTMQvHjaOntt7\n"
			  "s7NaHQ==\n"
			  "-----END CERTIFICATE-----\n";

#define NEAR UINT64_C(1867335444)
#define FAR UINT64_C(5252055445)

static const char other[] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

/* A file of the texts, one after the other. */
static int read_texts(const char *one, const char *two, const char *three, struct certificates *ret)
{
	char text[4096];
	const int len = snprintf(text, sizeof(text), "%s%s%s", one, two, three);
	FILE *file;
	int r;

	assert_between(len, 0, sizeof(text) - 1);
	/* fmemopen() knows no empty file. */
	file = len > 0 ? fmemopen(text, (size_t)len, "r") : fopen("/dev/null", "re");
	assert_non_null(file);
	r = certificates_read(file, ret);
	assert_int_equal(fclose(file), 0);
	return r;
}

static void end_is_that_of_the_first_and_of_the_latest(void **state)
{
	static const struct {
		const char *one, *two, *three;
		uint64_t first, latest;
	} rows[] = {
		{ near, "", "", NEAR, NEAR },
		{ far, "", "", FAR, FAR },
		{ near, far, "", NEAR, FAR },
		{ far, near, "", FAR, FAR },
		{ "subject=CN = web1\n", near, far, NEAR, FAR },
		{ other, far, other, FAR, FAR },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct certificates got = { 0 };

		assert_int_equal(read_texts(rows[i].one, rows[i].two, rows[i].three, &got), 0);
		assert_int_equal(got.first, rows[i].first);
		assert_int_equal(got.latest, rows[i].latest);
	}
}

static void lines_may_end_as_in_another_system(void **state)
{
	char text[2 * sizeof(near)] = "", *to = text;
	struct certificates got = { 0 };

	(void)state;
	for (const char *at = near; *at != '\0'; at++) {
		if (*at == '\n')
			*to++ = '\r';
		*to++ = *at;
	}
	assert_int_equal(read_texts(text, "", "", &got), 0);
	assert_int_equal(got.first, NEAR);
}

static void what_is_no_certificate_is_refused(void **state)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----\n",
			  end[] = "-----END CERTIFICATE-----\n";
	static const char *const rows[][3] = {
		{ "", "", "" },
		{ "no certificate\n", "", "" },
		{ other, "", "" },
		{ begin, "", "" },
		{ begin, end, "" },
		{ begin, "AAAA\n", end },
		{ begin, "*\n", end },
		{ near, begin, end },
		{ near, begin, near },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct certificates got = { 1, 2 };

		assert_int_equal(read_texts(rows[i][0], rows[i][1], rows[i][2], &got), -EBADMSG);
		assert_int_equal(got.first, 1);
		assert_int_equal(got.latest, 2);
	}
}

/* bytes: a certificate in DER. */
static int read_der(const uint8_t *bytes, size_t len, struct certificates *ret)
{
	char base64[1024];

	assert_non_null(sodium_bin2base64(
		base64, sizeof(base64), bytes, len, sodium_base64_VARIANT_ORIGINAL));
	return read_texts("-----BEGIN CERTIFICATE-----", base64, "-----END CERTIFICATE-----", ret);
}

static size_t take_der(const char *pem, uint8_t *ret, size_t size)
{
	const char *begin = strchr(pem, '\n');
	size_t len;

	assert_int_equal(
		sodium_base642bin(ret, size, begin, (size_t)(strstr(begin, "-----") - begin), "\n",
			&len, NULL, sodium_base64_VARIANT_ORIGINAL),
		0);
	return len;
}

static void certificate_that_is_cut_short_is_refused(void **state)
{
	struct certificates got;
	uint8_t bytes[512];
	const size_t len = take_der(near, bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(read_der(bytes, len, &got), 0);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(read_der(bytes, cut, &got), -EBADMSG);
}

static void time_in_another_spelling_is_refused(void **state)
{
	static const char end[] = "290304161724Z";
	struct certificates got = { 0 };
	uint8_t bytes[512], *at;
	const size_t len = take_der(near, bytes, sizeof(bytes));

	(void)state;
	at = memmem(bytes, len, end, sizeof(end) - 1);
	assert_non_null(at);
	memcpy(at, "500101000000Z", sizeof(end) - 1);
	assert_int_equal(read_der(bytes, len, &got), 0);
	assert_int_equal(got.first, 0); /* 1950 */
	memcpy(at, "49123123595 Z", sizeof(end) - 1);
	assert_int_equal(read_der(bytes, len, &got), -EBADMSG);
	memcpy(at, "2903041617240", sizeof(end) - 1);
	assert_int_equal(read_der(bytes, len, &got), -EBADMSG);
	at[-2] = 0x18;
	assert_int_equal(read_der(bytes, len, &got), -EBADMSG);
	at[-2] = 0x04;
	assert_int_equal(read_der(bytes, len, &got), -EBADMSG);
}

static void file_that_is_too_long_is_refused(void **state)
{
	FILE *file = fopen("/dev/zero", "re");
	struct certificates got;

	(void)state;
	assert_non_null(file);
	assert_int_equal(certificates_read(file, &got), -EFBIG);
	assert_int_equal(fclose(file), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(end_is_that_of_the_first_and_of_the_latest),
		cmocka_unit_test(lines_may_end_as_in_another_system),
		cmocka_unit_test(what_is_no_certificate_is_refused),
		cmocka_unit_test(certificate_that_is_cut_short_is_refused),
		cmocka_unit_test(time_in_another_spelling_is_refused),
		cmocka_unit_test(file_that_is_too_long_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
