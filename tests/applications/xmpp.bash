# SPDX-License-Identifier: LGPL-2.1-or-later
# A client of XMPP servers, which logs in by SASL's PLAIN without TLS.
# shellcheck shell=bash

# by_xmpp DOMAIN USER SECRET
by_xmpp() {
	local element status=1
	exec {server}<>/dev/tcp/127.0.0.1/5222 || return
	printf '<stream:stream xmlns="jabber:client" xmlns:stream="%s" to="%s" version="1.0">' \
		http://etherx.jabber.org/streams "$1" >&"$server"
	printf '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">%s</auth>' \
		"$(printf '\0%s\0%s' "$2" "$3" | base64 -w 0)" >&"$server"
	while read -r -t 60 -d '>' -u "$server" element; do
		printf '%s>\n' "$element"
		case $element in
		'<success'*) status=0 && break ;;
		'<failure'* | '</stream:stream') break ;;
		esac
	done
	exec {server}>&-
	return "$status"
}
