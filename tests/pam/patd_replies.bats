#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Return code, message and log line for each reply of a fake patd.

load pam

DAY=86400
HOUR=3600

# refused VERDICT PRIORITY MESSAGE: checks return code, message and log line
refused() {
	expect_result PAM_AUTH_ERR answered "$UNKNOWN_TOKEN" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/peer" "$WORLD/peer.sock" "$1" "$TOOLS/drive" -e "$WORLD/pam.d" peer "$OWNER"
	expect_line "error: $3"
	expect_without info:
	expect_without PAT_TOKEN_ID
	run cat "$WORLD/log"
	[ "${#lines[@]}" = 1 ]
	[[ $output == "<$2>"*"pam_pat(peer:auth): refused ($1): token=Example123 user=$OWNER "* ]]
}

@test "each refusal of a valid secret has its message and log line" {
	refused revoked 85 "This token has been revoked."
	refused expired 85 "This token has expired."
	refused other-user 84 "This token belongs to another user."
	refused not-yet 85 "This token is not valid yet."
	refused out-of-hours 85 "This token does not work at this time."
	refused wrong-service 85 "This token is not for this service."
	refused wrong-source 85 "This token does not work from here."
	refused exhausted 85 "This token has reached its maximum number of uses."
	refused disabled 85 "Tokens are disabled for this user."
	refused against-policy 85 "The policy of this machine does not allow this token."
	refused account-closed 85 "This account is closed."
	refused wrong-clock 84 \
		"This token has login hours, and the clock of this machine is in doubt."
	refused ended 85 "What this token was bound to has ended."
	refused wrong-host 85 "This token is not for this machine."
	refused stale 84 "Whether this token was revoked is not known here at present."
	refused unknown-issuer 84 "This machine does not trust the issuer of this token."
}

@test "a rotated secret is logged as an alert" {
	refused rotated 81 "This token has been replaced by a new one."
}

@test "a refusal with PAM_SILENT has no message" {
	for verdict in revoked not-yet out-of-hours wrong-service wrong-source exhausted rotated \
		disabled against-policy account-closed wrong-clock wrong-host stale unknown-issuer; do
		expect_result PAM_AUTH_ERR peer "$verdict" -s
		expect_without error:
	done
}

@test "an accepted token has a warning from seven days before its expiry" {
	expect_result PAM_SUCCESS peer -e $((7 * DAY + HOUR)) accepted
	expect_without error:
	expect_without info:
	expect_result PAM_SUCCESS peer -e $((7 * DAY - 1)) accepted
	[[ $output == *"error: This token expires in 6 days, on 20"*" UTC."* ]]
	# Many programs print that to standard output, where it is taken for output of the command.
	expect_without info:
}

@test "the warning of expiry has the date and the time left" {
	run peer -e $((3 * DAY + HOUR)) accepted
	[[ $output =~ "error: This token expires in 3 days, on "(20[0-9-]+)" "[0-9:]+" UTC." ]]
	# Midnight may have passed in between.
	[[ " $(date -u -d '+3 days' +%F) $(date -u -d '+4 days' +%F) " == *" ${BASH_REMATCH[1]} "* ]]
	run peer -e $((2 * HOUR + HOUR / 2)) accepted
	[[ $output == *"error: This token expires in 2 hours, on 20"* ]]
}

@test "an accepted token that never expires has no message" {
	expect_result PAM_SUCCESS peer accepted
	expect_without error:
	expect_without info:
}

@test "an old secret in its grace period has a warning instead of that of expiry" {
	expect_result PAM_SUCCESS peer -e $((3 * DAY)) -r $DAY accepted
	[[ $output =~ "error: This token has been replaced. It works until 20"[0-9-]+" "[0-9:]+" UTC, or until the new one is used." ]]
	expect_without expires
}

@test "an accepted token with PAM_SILENT has no message" {
	for options in "-e $DAY" "-r $DAY"; do
		# shellcheck disable=SC2086 # two words
		expect_result PAM_SUCCESS peer $options accepted -s
		expect_without error:
		expect_without info:
	done
}

@test "blanks and CR around a token are left out, and an error message says so" {
	local text
	for text in " $UNKNOWN_TOKEN" "$UNKNOWN_TOKEN"$'\r' $'\t'"$UNKNOWN_TOKEN"$' \r'; do
		expect_result PAM_SUCCESS answered "$text" -- "$TOOLS/peer" "$WORLD/peer.sock" accepted \
			"$TOOLS/drive" -e "$WORLD/pam.d" peer "$OWNER"
		expect_line "error: Blanks before or after the token were ignored."
		expect_line "item: PAT_TOKEN_ID=Example123"
		expect_without info:
		expect_result PAM_SUCCESS answered "$text" -- "$TOOLS/peer" "$WORLD/peer.sock" accepted \
			"$TOOLS/drive" -s "$WORLD/pam.d" peer "$OWNER"
		expect_without error:
	done
}

@test "with quiet there is no message and the log has its line" {
	stack quiet <<<"auth required @module@ quiet socket=$WORLD/peer.sock"
	SERVICE=quiet expect_result PAM_SUCCESS peer -e $DAY accepted
	expect_without error:
	SERVICE=quiet expect_result PAM_SUCCESS peer -r $DAY accepted
	expect_without error:
	run answered "$UNKNOWN_TOKEN" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/peer" "$WORLD/peer.sock" revoked "$TOOLS/drive" "$WORLD/pam.d" quiet "$OWNER"
	expect_line "authenticate: PAM_AUTH_ERR"
	expect_without error:
	grep -q 'refused (revoked)' "$WORLD/log"
}

@test "notice= chooses how early an expiry is announced" {
	stack early <<<"auth required @module@ notice=30d socket=$WORLD/peer.sock"
	stack spaced <<<"auth required @module@ [notice=4 weeks] socket=$WORLD/peer.sock"
	stack never <<<"auth required @module@ notice=none socket=$WORLD/peer.sock"
	SERVICE=early run peer -e $((20 * DAY + HOUR)) accepted
	[[ $output == *"error: This token expires in 20 days, on 20"* ]]
	SERVICE=spaced run peer -e $((27 * DAY + HOUR)) accepted
	[[ $output == *"error: This token expires in 27 days, on 20"* ]]
	SERVICE=early run peer -e $((30 * DAY + HOUR)) accepted
	expect_without expires
	SERVICE=never expect_result PAM_SUCCESS peer -e $HOUR accepted
	expect_without expires
	SERVICE=never run peer -e $HOUR -r $HOUR accepted
	[[ $output == *"error: This token has been replaced."* ]]
}

@test "an accepted token sets PAT_TOKEN_ID" {
	run peer accepted -e
	expect_line "item: PAT_TOKEN_ID=Example123"
}

@test "a refusal, an outage and a password remove an earlier PAT_TOKEN_ID" {
	for verdict in wrong revoked rotated busy hanging-up; do
		run peer "$verdict" -e -p PAT_TOKEN_ID=Stale12345
		expect_without PAT_TOKEN_ID
	done
	expect_result PAM_CRED_INSUFFICIENT answered "a password" -- \
		"$TOOLS/drive" -e -p PAT_TOKEN_ID=Stale12345 "$WORLD/pam.d" pat "$OWNER"
	expect_without PAT_TOKEN_ID
	run peer accepted -e -p PAT_TOKEN_ID=Stale12345
	expect_line "item: PAT_TOKEN_ID=Example123"
	expect_without Stale12345
}

@test "other environment variables are kept" {
	run peer wrong -e -p PAT_TOKEN_IDS=kept
	expect_line "item: PAT_TOKEN_IDS=kept"
}
