# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs the application $APPLICATION, and measures what it does with PAM.
# shellcheck shell=bash

load /test/system
load /test/recipe
load application
load clients

# What the tests of one application leave for the next one.
STATE=/run/application
MEASURED=/shared/rows/$APPLICATION

# --- for configure() ------------------------------------------------------------------------------

# pam_service NAME: a file for the service, which the package has none of
pam_service() {
	printf '@include common-%s\n' auth account session >"/etc/pam.d/$1"
	echo "/etc/pam.d/$1" >>"$STATE/files"
}

# verifier USER SERVICE: the application runs as USER, who is no root, and asks for SERVICE; the
# service accepts tokens only
verifier() {
	pam_service "$2"
	cat >"/etc/pam.d/$2" <<-'END'
		auth [success=done auth_err=die authinfo_unavail=die default=ignore] pam_pat.so
		auth requisite pam_deny.so
		account required pam_permit.so
		session required pam_permit.so
	END
	mkdir -p /etc/patd/patd.conf.d
	printf '[verifier %s]\nservices = %s\n' "$1" "$2" >"/etc/patd/patd.conf.d/$2.conf"
	echo "/etc/patd/patd.conf.d/$2.conf" >>"$STATE/files"
	systemctl reload-or-restart patd
}

# no_name_services: patd believes that every service reports addresses
no_name_services() {
	mkdir -p /etc/patd/patd.conf.d
	printf '[tokens]\nname_services = none\n' >/etc/patd/patd.conf.d/addresses.conf
	echo /etc/patd/patd.conf.d/addresses.conf >>"$STATE/files"
	systemctl reload-or-restart patd
}

# listens PORT: whether something does, by TCP
listens() {
	grep -Eq "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [0-9A-F:]+ 0A " /proc/net/tcp /proc/net/tcp6
}

# --- installation ---------------------------------------------------------------------------------

active_units() {
	systemctl list-units --plain --no-legend --type=service,socket,timer --state=active |
		cut -d' ' -f1 | sort
}

# record_calls: each service tells the journal what it is asked, but those that logins of the tests
# and of systemd use.  A type that a file leaves to the service "other" stays there.
record_calls() {
	local file type
	for file in /etc/pam.d/*; do
		case ${file##*/} in
		common-* | systemd-user | runuser*) continue ;;
		esac
		for type in session account auth; do
			if grep -Eq "^-?$type\\s|^@include\\s+common-$type" "$file"; then
				sed -i "1i $type optional pam_record.so" "$file"
			fi
		done
	done
}

install_application() {
	mkdir -p "$STATE"
	active_units >"$STATE/units"
	touch "$STATE/files"
	if [ ${#PACKAGES[@]} -gt 0 ]; then
		# Another machine may use the same archives at this time.
		apt_get install -qq -o Dpkg::Use-Pty=0 -o Debug::NoLocking=true \
			--no-install-recommends --no-download "${PACKAGES[@]}"
	fi
	if declare -F prepare >/dev/null; then prepare; fi
	touch "$STATE/installed"
}

# remove_application: the next one finds the machine as this one did, but for files and packages
remove_application() {
	local unit
	if declare -F unconfigure >/dev/null; then unconfigure || :; fi
	active_units | comm -13 "$STATE/units" - | while read -r unit; do
		case $unit in
		patd* | user* | session* | systemd-*) ;;
		*) systemctl stop "$unit" || systemctl kill --signal=KILL "$unit" ;;
		esac
	done
	xargs -r rm -f <"$STATE/files"
	sed -i '/pam_record\.so/d' /etc/pam.d/*
	systemctl reload-or-restart patd
	patctl revoke --all --user=alice --yes
	patctl delete --all --user=alice --yes
	rm -r "$STATE"
}

# --- measurements ---------------------------------------------------------------------------------

# measure KEY VALUE
measure() {
	printf '%-12s %s\n' "$1" "$2" >>"$MEASURED"
}

# installed_versions: of the packages whose versions the table shows
installed_versions() {
	dpkg-query -Wf '${db:Status-Abbrev}${Package} ${Version}\n' "${VERSIONS[@]:-${PACKAGES[0]}}" |
		sed -n 's/^ii *//p' | paste -sd, | sed 's/,/, /g'
}

# login SECRET: alice logs in; sets RESULT to accepted or refused, OUTPUT to what she sees, and CALLS
# to what PAM was called with
login() {
	mark_journal
	RESULT=accepted
	OUTPUT=$(set -o pipefail; login_with alice "$1" </dev/null 2>&1 3>&-) || RESULT=refused
	journalctl --sync
	# journalctl with -t would leave out the first call of all after the cursor (systemd 252).
	CALLS=$(journalctl --quiet --after-cursor="$MARK" -o cat | sed -n 's/^pam-record|//p')
	printf '%s: %s\n%s\n' "$RESULT" "$OUTPUT" "$CALLS"
	if [ "$RESULT" = refused ]; then
		journalctl --quiet --after-cursor="$MARK" -o short-precise
	fi
}

# told: whether the person has seen that the token was revoked
told() {
	if grep -qi revoked <<<"$OUTPUT"; then echo yes; else echo no; fi
}

# of_calls FIELD [PHASE]: the values of the field in the calls, each once, in the order in which they
# came first; the number of a terminal or of ProFTPD does not count
of_calls() {
	awk -F'|' -v field="$1" -v phase="${2:-}" '
		phase != "" && $1 != phase || $1 == "close" || $1 == "delcred" { next }
		field == "ids" { value = $5 "/" $6 }
		field != "ids" { value = $field }
		{ sub(/pts\/[0-9]+$/, "pts/N", value); sub(/ftpd[0-9]+$/, "ftpdN", value) }
		!seen[value]++ { printf "%s%s", n++ ? " " : "", value }' <<<"$CALLS"
}

# named UID/EUID: by their names
named() {
	local ids=$1 uid names=()
	for uid in ${ids//\// }; do
		names+=("$(id -un "$uid")")
	done
	(IFS=/ && echo "${names[*]}")
}

# result_with OPTION...: logs in with a new token that has these restrictions; sets TOKEN and RESULT
result_with() {
	TOKENS=$((TOKENS + 1))
	TOKEN=$(token "$APPLICATION-$BATS_TEST_NUMBER-$TOKENS" alice "$@")
	login "$TOKEN"
}

# for_reason WORD: whether the last login of TOKEN was accepted, or patd refused it for that reason
for_reason() {
	[ "$RESULT" = accepted ] ||
		patctl log --json "$(id_of "$TOKEN")" | tail -n 1 | grep "\"result\": *\"$1\""
}

# opens_by_recipe: whether the client of the application gets in with the token of its recipe, and not
# with the password
opens_by_recipe() {
	declare -F in_recipe >/dev/null || return 0
	in_recipe && login "$NEWEST" && [ "$RESULT" = accepted ] &&
		login "$PASSWORD" && [ "$RESULT" = refused ]
}

# count_characters: from now on, PAM only counts those of the secret
count_characters() {
	sed -i 's/^auth optional pam_record\.so$/auth requisite pam_record.so length/' /etc/pam.d/*
}

# longest_secret LENGTH...: the first of these lengths, longest first, that reaches PAM whole
longest_secret() {
	local length
	for length; do
		login "$(head -c "$length" /dev/zero | tr '\0' x)" >&2
		if [[ " $(of_calls 8 auth) " = *" $length "* ]]; then
			echo "$length"
			return
		fi
	done
}

# uses_of TOKEN
uses_of() {
	patctl show --json "$(id_of "$1")" | sed -n 's/.*"uses": *\([0-9]*\).*/\1/p'
}
