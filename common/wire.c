#include "common/wire.h"

#include <string.h>

#include "common/l10n.h"

static const char *const verdict_texts[PAT_VERDICTS] = {
	[PAT_WRONG] = N_("wrong"),
	[PAT_ACCEPTED] = N_("accepted"),
	[PAT_REVOKED] = N_("revoked"),
	[PAT_EXPIRED] = N_("expired"),
	[PAT_OTHER_USER] = N_("other-user"),
	[PAT_NOT_ALLOWED] = N_("not-allowed"),
	[PAT_BUSY] = N_("busy"),
	[PAT_FAILED] = N_("failed"),
	[PAT_NOT_YET] = N_("not-yet"),
	[PAT_OUT_OF_HOURS] = N_("out-of-hours"),
	[PAT_WRONG_SERVICE] = N_("wrong-service"),
	[PAT_WRONG_SOURCE] = N_("wrong-source"),
	[PAT_EXHAUSTED] = N_("exhausted"),
	[PAT_ROTATED] = N_("rotated"),
	[PAT_DISABLED] = N_("disabled"),
	[PAT_AGAINST_POLICY] = N_("against-policy"),
	[PAT_ACCOUNT_CLOSED] = N_("account-closed"),
};

void pat_field_cut(char *field, size_t size, const char *text)
{
	size_t len = strnlen(text, size - 1);

	memcpy(field, text, len);
	memset(field + len, 0, size - len);
}

bool pat_field_set(char *field, size_t size, const char *text)
{
	if (strnlen(text, size) == size) {
		memset(field, 0, size);
		return false;
	}
	pat_field_cut(field, size, text);
	return true;
}

static bool field_check(const char *field, size_t size)
{
	size_t len = strnlen(field, size);

	if (len == size)
		return false;
	for (size_t i = len; i < size; i++)
		if (field[i] != '\0')
			return false;
	return true;
}

bool pat_request_check(const struct pat_request *request, size_t len)
{
	return len == sizeof(*request) && request->magic == PAT_REQUEST_MAGIC &&
	       field_check(request->id, sizeof(request->id)) && pat_id_valid(request->id) &&
	       field_check(request->user, sizeof(request->user)) && request->user[0] != '\0' &&
	       field_check(request->service, sizeof(request->service)) &&
	       request->service[0] != '\0' && field_check(request->rhost, sizeof(request->rhost)) &&
	       field_check(request->tty, sizeof(request->tty)) &&
	       (request->account & ~(uint32_t)PAT_ACCOUNT_ALL) == 0;
}

bool pat_reply_check(const struct pat_reply *reply, size_t len)
{
	return len == sizeof(*reply) && reply->magic == PAT_REPLY_MAGIC &&
	       reply->verdict < PAT_VERDICTS &&
	       (reply->replaced_until == 0 || reply->verdict == PAT_ACCEPTED) &&
	       (reply->expires_at == 0 || reply->verdict == PAT_ACCEPTED ||
		       reply->verdict == PAT_EXPIRED);
}

const char *pat_verdict_text(uint32_t verdict)
{
	return verdict < PAT_VERDICTS ? verdict_texts[verdict] : "unknown";
}
