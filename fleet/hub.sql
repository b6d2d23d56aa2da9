-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The hub of a fleet: what issuers signed, and what hosts report.  See doc/fleet.md.
--
-- Run by a superuser, or by the owner of the database who may create roles, in a database that is for
-- nothing else.  It can be run again: it creates what is missing and changes nothing else.
--
-- Who may do what follows from the login role of a connection, session_user, which is the name of
-- the host.  Columns that may be updated are granted one by one: a role that may update a whole table
-- could also lock it, and so issuers, hosts and ids stay what they are.
BEGIN;
SET LOCAL client_min_messages = warning;

DO $$
DECLARE
	f regprocedure;
BEGIN
	IF current_setting('server_encoding') <> 'UTF8' THEN
		RAISE EXCEPTION 'the encoding of this database is not UTF8';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'patd_member') THEN
		CREATE ROLE patd_member NOLOGIN;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'patd_issuer') THEN
		CREATE ROLE patd_issuer NOLOGIN;
	END IF;
	GRANT patd_member TO patd_issuer;
	-- Temporary tables would fill the disk.
	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO patd_member', current_database());
	IF to_regnamespace('public') IS NOT NULL THEN
		REVOKE ALL ON SCHEMA public FROM PUBLIC;
	END IF;
	-- Large objects and messages in the WAL would fill the disk, and advisory locks the table of
	-- locks, which is one for the whole server; code of one's own writes to the log of the server
	-- without end.  Triggers run without that right, but who runs such files as this needs it.
	-- Only who owns these things can do that.
	IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
		FOR f IN SELECT oid::regprocedure FROM pg_proc
			WHERE pronamespace = 'pg_catalog'::regnamespace
			AND proname ~ '^(lo_.*|loread|lowrite|pg_(try_)?advisory_.*|pg_logical_emit_message)$'
		LOOP
			EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		END LOOP;
		REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
		EXECUTE format('GRANT USAGE ON LANGUAGE plpgsql TO %I',
			(SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()));
	END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS patd_fleet;
GRANT USAGE ON SCHEMA patd_fleet TO patd_member;

-- PostgreSQL takes the locks of CREATE RULE and CREATE TRIGGER, which keep all others from a table,
-- before it looks at rights: whoever reads may wait for them for as long as he likes, and all others
-- behind him.  Only a superuser can have this run before such a command begins; and the function is
-- a superuser's, as another owner could have a superuser run something else.
DO $do$
BEGIN
	IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
		RETURN;
	END IF;
	CREATE OR REPLACE FUNCTION patd_fleet.keep_schema() RETURNS event_trigger
	LANGUAGE plpgsql SET search_path = pg_catalog AS $$
	BEGIN
		-- Without the role there are no hosts; who drops it drops what is left of the hub after it.
		IF to_regrole('patd_member') IS NULL
			OR (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
			RETURN;
		END IF;
		IF pg_has_role(session_user, 'patd_member', 'USAGE') THEN
			RAISE EXCEPTION 'a host changes nothing of the schema'
				USING ERRCODE = 'insufficient_privilege';
		END IF;
	END
	$$;
	ALTER FUNCTION patd_fleet.keep_schema() OWNER TO CURRENT_USER;
	IF NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'patd_fleet_keep_schema') THEN
		CREATE EVENT TRIGGER patd_fleet_keep_schema ON ddl_command_start
			EXECUTE FUNCTION patd_fleet.keep_schema();
	END IF;
END
$do$;

-- Which of these files has been run.
CREATE TABLE IF NOT EXISTS patd_fleet.hub_version (version integer PRIMARY KEY);
INSERT INTO patd_fleet.hub_version VALUES (1) ON CONFLICT DO NOTHING;
GRANT SELECT ON patd_fleet.hub_version TO patd_member;

-- The latest version of each row of each issuer.  number and id are what the signed bytes say, and
-- key is the name of the issuer's key that signed them: for queries.  A number may be there twice, of
-- an issuer whose database was put back to an earlier state.
CREATE TABLE IF NOT EXISTS patd_fleet.row (
	issuer text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL CHECK (id ~ '^[0-9A-Za-z]{1,15}$'),
	number bigint NOT NULL CHECK (number >= 1),
	key text COLLATE "C" NOT NULL CHECK (length(key) <= 23),
	bytes bytea NOT NULL CHECK (length(bytes) <= 32768),
	PRIMARY KEY (issuer, id)
);
CREATE INDEX IF NOT EXISTS row_by_number ON patd_fleet.row (issuer, number, id);
CREATE INDEX IF NOT EXISTS row_by_key ON patd_fleet.row (issuer, key);
CREATE INDEX IF NOT EXISTS row_by_id ON patd_fleet.row (id);

-- The latest heartbeat of each issuer; number is that of its latest row.
CREATE TABLE IF NOT EXISTS patd_fleet.beat (
	issuer text COLLATE "C" PRIMARY KEY,
	at bigint NOT NULL,
	number bigint NOT NULL CHECK (number >= 0),
	bytes bytea NOT NULL CHECK (length(bytes) <= 1024)
);

-- How often a token was used on a host, and when last.  seq counts what the host has written here;
-- taken is the one that the issuer of the token has taken.
CREATE TABLE IF NOT EXISTS patd_fleet.use (
	host text COLLATE "C" NOT NULL,
	issuer text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	at bigint NOT NULL,
	service text NOT NULL CHECK (length(service) <= 63),
	source text NOT NULL CHECK (length(source) <= 255),
	uses bigint NOT NULL CHECK (uses >= 0),
	seq bigint NOT NULL DEFAULT 1,
	taken bigint NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND seq),
	PRIMARY KEY (host, issuer, id)
);
CREATE INDEX IF NOT EXISTS use_to_take ON patd_fleet.use (issuer, host, id) WHERE taken < seq;

-- How many uses of a limited token hosts have claimed.
CREATE TABLE IF NOT EXISTS patd_fleet.claim (
	issuer text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	uses bigint NOT NULL CHECK (uses >= 1),
	PRIMARY KEY (issuer, id)
);

-- Requests of hosts to revoke tokens, and which issuers have done what they can.  A host has one for
-- each token, which takes another number when it asks again.
CREATE TABLE IF NOT EXISTS patd_fleet.revocation (
	number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
	host text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	reason text NOT NULL CHECK (octet_length(reason) <= 255),
	asked_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (host, id)
);
-- No foreign key: it would have an issuer wait for a host that has locked its request.
CREATE TABLE IF NOT EXISTS patd_fleet.revocation_taken (
	issuer text COLLATE "C" NOT NULL,
	host text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	number bigint NOT NULL,
	PRIMARY KEY (issuer, host, id)
);

-- The hosts, and up to which row of which issuer each is.  complete: it lacks none, and has a
-- heartbeat.  An issuer '' stands for a host that trusts none.
CREATE TABLE IF NOT EXISTS patd_fleet.host (
	host text COLLATE "C" NOT NULL,
	issuer text COLLATE "C" NOT NULL CHECK (issuer ~ '^([A-Za-z0-9][A-Za-z0-9._-]{0,62})?$'),
	number bigint NOT NULL CHECK (number >= 0),
	complete boolean NOT NULL,
	seen_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (host, issuer)
);

-- A host writes what it has seen, and the issuer of the token what it has taken of that.
CREATE OR REPLACE FUNCTION patd_fleet.keep_use() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
	written boolean := (NEW.at, NEW.service, NEW.source, NEW.uses)
		IS DISTINCT FROM (OLD.at, OLD.service, OLD.source, OLD.uses);
BEGIN
	IF (written AND OLD.host <> session_user)
		OR (NEW.taken <> OLD.taken AND OLD.issuer <> session_user) THEN
		RAISE EXCEPTION 'this is of the host %, and of the issuer %', OLD.host, OLD.issuer
			USING ERRCODE = 'insufficient_privilege';
	END IF;
	NEW.seq := OLD.seq + written::integer;
	RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER keep_use BEFORE UPDATE ON patd_fleet.use
	FOR EACH ROW EXECUTE FUNCTION patd_fleet.keep_use();

-- One use after the other.
CREATE OR REPLACE FUNCTION patd_fleet.keep_claim() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	IF NEW.uses <> (CASE TG_OP WHEN 'INSERT' THEN 1 ELSE OLD.uses + 1 END) THEN
		RAISE EXCEPTION 'the next use of % is another', NEW.id
			USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER keep_claim BEFORE INSERT OR UPDATE ON patd_fleet.claim
	FOR EACH ROW EXECUTE FUNCTION patd_fleet.keep_claim();

-- When a host was seen is for the hub to say.  A host trusts 256 issuers at most; rows of those that it
-- trusts no more stay, so there is room for as many again.
CREATE OR REPLACE FUNCTION patd_fleet.keep_host() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	NEW.seen_at := now();
	IF TG_OP = 'INSERT' AND (SELECT count(*) >= 512 FROM patd_fleet.host AS h
		WHERE h.host = NEW.host AND h.issuer <> NEW.issuer) THEN
		RAISE EXCEPTION 'the host % has too many issuers', NEW.host
			USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER keep_host BEFORE INSERT OR UPDATE ON patd_fleet.host
	FOR EACH ROW EXECUTE FUNCTION patd_fleet.keep_host();

ALTER TABLE patd_fleet.row ENABLE ROW LEVEL SECURITY;
ALTER TABLE patd_fleet.beat ENABLE ROW LEVEL SECURITY;
ALTER TABLE patd_fleet.use ENABLE ROW LEVEL SECURITY;
ALTER TABLE patd_fleet.claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE patd_fleet.revocation ENABLE ROW LEVEL SECURITY;
ALTER TABLE patd_fleet.revocation_taken ENABLE ROW LEVEL SECURITY;
ALTER TABLE patd_fleet.host ENABLE ROW LEVEL SECURITY;

GRANT SELECT ON patd_fleet.row, patd_fleet.beat, patd_fleet.use, patd_fleet.claim,
	patd_fleet.revocation, patd_fleet.revocation_taken, patd_fleet.host TO patd_member;
GRANT INSERT (issuer, id, number, key, bytes), UPDATE (number, key, bytes)
	ON patd_fleet.row TO patd_issuer;
GRANT INSERT (issuer, at, number, bytes), UPDATE (at, number, bytes)
	ON patd_fleet.beat TO patd_issuer;
GRANT INSERT (host, issuer, id, at, service, source, uses), UPDATE (at, service, source, uses)
	ON patd_fleet.use TO patd_member;
GRANT UPDATE (taken) ON patd_fleet.use TO patd_issuer;
GRANT INSERT (issuer, id, uses), UPDATE (uses) ON patd_fleet.claim TO patd_member;
GRANT INSERT (host, id, reason), UPDATE (number, reason)
	ON patd_fleet.revocation TO patd_member;
GRANT INSERT (issuer, host, id, number), UPDATE (number)
	ON patd_fleet.revocation_taken TO patd_issuer;
GRANT INSERT (host, issuer, number, complete), UPDATE (number, complete)
	ON patd_fleet.host TO patd_member;

-- PostgreSQL has no CREATE OR REPLACE POLICY.
DO $$
DECLARE
	old record;
BEGIN
	FOR old IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'patd_fleet' LOOP
		EXECUTE format('DROP POLICY %I ON patd_fleet.%I', old.policyname, old.tablename);
	END LOOP;
END
$$;

CREATE POLICY all_read ON patd_fleet.row FOR SELECT TO patd_member USING (true);
CREATE POLICY own_insert ON patd_fleet.row FOR INSERT TO patd_issuer
	WITH CHECK (issuer = session_user);
CREATE POLICY own_update ON patd_fleet.row FOR UPDATE TO patd_issuer
	USING (issuer = session_user) WITH CHECK (issuer = session_user);

CREATE POLICY all_read ON patd_fleet.beat FOR SELECT TO patd_member USING (true);
CREATE POLICY own_insert ON patd_fleet.beat FOR INSERT TO patd_issuer
	WITH CHECK (issuer = session_user);
CREATE POLICY own_update ON patd_fleet.beat FOR UPDATE TO patd_issuer
	USING (issuer = session_user) WITH CHECK (issuer = session_user);

-- A use is for its host, and for the issuer of the token.
CREATE POLICY own_read ON patd_fleet.use FOR SELECT TO patd_member
	USING (host = session_user OR issuer = session_user);
CREATE POLICY own_insert ON patd_fleet.use FOR INSERT TO patd_member
	WITH CHECK (host = session_user AND EXISTS (SELECT FROM patd_fleet.row AS r
		WHERE r.issuer = use.issuer AND r.id = use.id));
CREATE POLICY own_update ON patd_fleet.use FOR UPDATE TO patd_member
	USING (host = session_user) WITH CHECK (host = session_user);
CREATE POLICY issuer_update ON patd_fleet.use FOR UPDATE TO patd_issuer
	USING (issuer = session_user) WITH CHECK (issuer = session_user);

CREATE POLICY all_read ON patd_fleet.claim FOR SELECT TO patd_member USING (true);
CREATE POLICY all_insert ON patd_fleet.claim FOR INSERT TO patd_member
	WITH CHECK (EXISTS (SELECT FROM patd_fleet.row AS r
		WHERE r.issuer = claim.issuer AND r.id = claim.id));
CREATE POLICY all_update ON patd_fleet.claim FOR UPDATE TO patd_member
	USING (true) WITH CHECK (true);

CREATE POLICY all_read ON patd_fleet.revocation FOR SELECT TO patd_member USING (true);
CREATE POLICY own_insert ON patd_fleet.revocation FOR INSERT TO patd_member
	WITH CHECK (host = session_user
		AND EXISTS (SELECT FROM patd_fleet.row AS r WHERE r.id = revocation.id));
CREATE POLICY own_update ON patd_fleet.revocation FOR UPDATE TO patd_member
	USING (host = session_user) WITH CHECK (host = session_user);

CREATE POLICY all_read ON patd_fleet.revocation_taken FOR SELECT TO patd_member USING (true);
CREATE POLICY own_insert ON patd_fleet.revocation_taken FOR INSERT TO patd_issuer
	WITH CHECK (issuer = session_user);
CREATE POLICY own_update ON patd_fleet.revocation_taken FOR UPDATE TO patd_issuer
	USING (issuer = session_user) WITH CHECK (issuer = session_user);

CREATE POLICY all_read ON patd_fleet.host FOR SELECT TO patd_member USING (true);
CREATE POLICY own_insert ON patd_fleet.host FOR INSERT TO patd_member
	WITH CHECK (host = session_user);
CREATE POLICY own_update ON patd_fleet.host FOR UPDATE TO patd_member
	USING (host = session_user) WITH CHECK (host = session_user);

COMMIT;
