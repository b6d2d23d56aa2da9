# SPDX-License-Identifier: LGPL-2.1-or-later
# Exim, by SMTP; it asks PAM where its configuration says "pam".
packages exim4-daemon-heavy curl

configure() {
	verifier Debian-exim exim
	cat >/etc/exim4/exim4.conf <<-'END'
		daemon_smtp_ports = 2525
		local_interfaces = 127.0.0.1
		tls_advertise_hosts =
		begin authenticators
		plain:
		  driver = plaintext
		  public_name = PLAIN
		  server_prompts = :
		  server_condition = ${if pam{$auth2:${sg{$auth3}{:}{::}}}}
		  server_set_id = $auth2
	END
	systemctl restart exim4.service
	wait_until listens 2525
}

login_with() {
	timeout 60 curl --silent --show-error --user "$1:$2" --login-options AUTH=PLAIN \
		--request NOOP smtp://127.0.0.1:2525
}

row <<'END'
application  Exim, ${if pam}
service      exim
rhost        unset
tty          unset
ids          Debian-exim/Debian-exim
phases       auth account
password     refused
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       It does not say where a login comes from, so that no --from opens here.
END
