# SPDX-License-Identifier: LGPL-2.1-or-later
# Shell In A Box, which asks by itself.
packages shellinabox curl

configure() {
	pam_service shellinabox
	systemd-run --quiet --unit=test-shellinabox shellinaboxd --disable-ssl --localhost-only \
		--port=4201 --service=/:AUTH:HOME:SHELL
	wait_until listens 4201
}

# A browser asks for output, and gets it when there is some; an ended session has the status 400.
login_with() {
	local url=http://127.0.0.1:4201/ session answer output='' end=$((SECONDS + 60))
	local keys=("$1" "$2")
	answer=$(curl --silent --fail --data "width=80&height=24&rootURL=$url" "$url") || return
	session=$(sed -n 's/.*"session":"\([^"]*\)".*/\1/p' <<<"$answer")
	while [ "$SECONDS" -lt "$end" ]; do
		output+=$(sed -n 's/.*"data":"\(.*\)".*/\1/p' <<<"$answer")
		case $output in
		*"$1@"*) echo "$output"; return ;;
		*ogin:\  | *assword:\ )
			[ ${#keys[@]} -gt 0 ] || break
			curl --silent --output /dev/null --data "width=80&height=24&session=$session" \
				--data "keys=$(printf '%s\r' "${keys[0]}" | od -An -v -tx1 | tr -d ' \n')" "$url"
			keys=("${keys[@]:1}") output=
			;;
		esac
		answer=$(curl --silent --fail --max-time 20 \
			--data "width=80&height=24&session=$session" "$url") || break
	done
	echo "$output"
	return 1
}

row <<'END'
application  Shell In A Box, AUTH
service      shellinabox
rhost        unset
tty          unset
ids          root/root
phases       auth account session
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       It ships no PAM file, and uses that of the service other unless it has one. It does
             not say where a login comes from, so that no --from opens here. With LOGIN in place
             of AUTH it starts login, which says it.
END
