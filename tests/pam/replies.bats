#!/usr/bin/env bats
# What the module makes of each thing that patd may say, with a fake patd that says it.

load pam

setup_file() {
	pam_world
}

teardown_file() {
	patd_world_end
}

DAY=86400
HOUR=3600

# refused VERDICT PRIORITY LINE: the code, the line for the person, the one in the log
refused() {
	run typed "$STRANGER" -- "$TOOLS/devlog" "$WORLD/log" "$TOOLS/peer" "$WORLD/peer.sock" "$1" \
		"$TOOLS/drive" -e "$WORLD/pam.d" peer "$OWNER"
	says "authenticate: PAM_AUTH_ERR"
	says "error: $3"
	silent_about info:
	silent_about PAT_TOKEN_ID
	run cat "$WORLD/log"
	[ "${#lines[@]}" = 1 ]
	[[ $output == "<$2>"*"pam_pat(peer:auth): refused ($1): token=Example123 user=$OWNER "* ]]
}

@test "each refusal of a right secret: its line, and its line in the log" {
	refused revoked 85 "This token has been revoked."
	refused expired 85 "This token has expired."
	refused other-user 84 "This token is another user's."
	refused not-yet 85 "This token is not valid yet."
	refused out-of-hours 85 "This token does not work at this time."
	refused wrong-service 85 "This token is not for this service."
	refused wrong-source 85 "This token does not work from here."
	refused exhausted 85 "This token has been used as often as it may be."
	refused disabled 85 "Tokens are disabled for this user."
	refused against-policy 85 "This token is against the policy of this machine."
	refused account-closed 85 "This account is closed."
}

@test "a secret that was replaced is an alert" {
	refused rotated 81 "This token has been replaced by a new one."
}

@test "PAM_SILENT: no refusal is told" {
	for verdict in revoked not-yet out-of-hours wrong-service wrong-source exhausted rotated \
		disabled against-policy account-closed; do
		run peer "$verdict" -s
		says "authenticate: PAM_AUTH_ERR"
		silent_about error:
	done
}

@test "seven days before its end a good token begins to say so" {
	run peer -e $((7 * DAY + HOUR)) accepted
	says "authenticate: PAM_SUCCESS"
	silent_about info:
	run peer -e $((7 * DAY - 1)) accepted
	says "authenticate: PAM_SUCCESS"
	[[ $output == *"info: This token expires in 6 days, on 20"*" UTC."* ]]
	silent_about error:
}

@test "the end is told with its date" {
	run peer -e $((3 * DAY + HOUR)) accepted
	[[ $output =~ "info: This token expires in 3 days, on "(20[0-9-]+)" "[0-9:]+" UTC." ]]
	# Midnight may have come in between.
	[[ " $(date -u -d '+3 days' +%F) $(date -u -d '+4 days' +%F) " == *" ${BASH_REMATCH[1]} "* ]]
	run peer -e $((2 * HOUR + HOUR / 2)) accepted
	[[ $output == *"info: This token expires in 2 hours, on 20"* ]]
}

@test "a token without an end says nothing" {
	run peer accepted
	says "authenticate: PAM_SUCCESS"
	silent_about info:
}

@test "a replaced secret that still works says so, instead of its end" {
	run peer -e $((3 * DAY)) -r $DAY accepted
	says "authenticate: PAM_SUCCESS"
	[[ $output =~ "info: This token has been replaced. It works until 20"[0-9-]+" "[0-9:]+" UTC, or until the new one is used." ]]
	silent_about expires
}

@test "PAM_SILENT: a good token says nothing" {
	for options in "-e $DAY" "-r $DAY"; do
		# shellcheck disable=SC2086 # two words
		run peer $options accepted -s
		says "authenticate: PAM_SUCCESS"
		silent_about info:
	done
}

@test "the session learns which token it was" {
	run peer accepted -e
	says "item: PAT_TOKEN_ID=Example123"
}

@test "a refusal, an outage and a password leave nothing of a token before" {
	for verdict in wrong revoked rotated busy hanging-up; do
		run peer "$verdict" -e -p PAT_TOKEN_ID=Stale12345
		silent_about PAT_TOKEN_ID
	done
	run typed "a password" -- "$TOOLS/drive" -e -p PAT_TOKEN_ID=Stale12345 \
		"$WORLD/pam.d" pat "$OWNER"
	says "authenticate: PAM_CRED_INSUFFICIENT"
	silent_about PAT_TOKEN_ID
	run peer accepted -e -p PAT_TOKEN_ID=Stale12345
	says "item: PAT_TOKEN_ID=Example123"
	silent_about Stale12345
}

@test "other variables stay" {
	run peer wrong -e -p PAT_TOKEN_IDS=kept
	says "item: PAT_TOKEN_IDS=kept"
}
