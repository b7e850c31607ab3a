-- Signing in: second factors, keys of browsers, other providers, client certificates, and what is under way between two requests.

INSERT INTO counter (name, last) VALUES ('passkey', 0), ('certificate', 0);

-- Codes by time (RFC 6238). `confirmed` is NULL until a code was shown; `step` is the last step whose code was taken.
CREATE TABLE second_factor (
  person BIGINT PRIMARY KEY REFERENCES person (id), secret BYTEA NOT NULL, created BIGINT NOT NULL, confirmed BIGINT,
  step BIGINT NOT NULL
);
CREATE TABLE recovery_code (
  person BIGINT NOT NULL REFERENCES person (id), digest TEXT NOT NULL, used BIGINT, PRIMARY KEY (person, digest)
);

-- WebAuthn credentials: `credential` is the identifier in base64url; `fixed` never changes, `moving` changes with each use.
CREATE TABLE passkey (
  id BIGINT PRIMARY KEY, person BIGINT NOT NULL REFERENCES person (id), label TEXT NOT NULL,
  credential TEXT NOT NULL UNIQUE, handle TEXT NOT NULL, fixed BYTEA NOT NULL, moving BYTEA NOT NULL,
  created BIGINT NOT NULL, used BIGINT
);
CREATE INDEX passkey_person ON passkey (person, id);

-- Something begun whose answer has to come back soon, once: half a sign-in, a challenge, a visit to a provider.
CREATE TABLE ceremony (
  digest TEXT PRIMARY KEY, kind TEXT NOT NULL, person BIGINT NOT NULL, state BYTEA NOT NULL, expires BIGINT NOT NULL
);

-- Who somebody is to an OpenID provider.
CREATE TABLE provider_identity (
  issuer TEXT NOT NULL, subject TEXT NOT NULL, person BIGINT NOT NULL REFERENCES person (id), created BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX provider_identity_person ON provider_identity (person);

-- Client certificates, by the SHA-256 of their DER form in hexadecimal.
CREATE TABLE certificate (
  id BIGINT PRIMARY KEY, person BIGINT NOT NULL REFERENCES person (id), label TEXT NOT NULL,
  fingerprint TEXT NOT NULL, scopes TEXT NOT NULL, created BIGINT NOT NULL, expires BIGINT, revoked BIGINT
);
CREATE INDEX certificate_fingerprint ON certificate (fingerprint);
