-- Other nodes that cases are handed on to and come back from. The rules of 0001 hold.

INSERT INTO counter (name, last) VALUES ('relay_peer', 0);
INSERT INTO counter (name, last) VALUES ('relay_link', 0);

-- The own key, made once: its public part, and its secret sealed under the node's key file.
CREATE TABLE relay_key (
  id BIGINT PRIMARY KEY, node TEXT NOT NULL, sealed TEXT NOT NULL, created BIGINT NOT NULL
);

CREATE TABLE relay_peer (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
  -- Its public key.
  node TEXT NOT NULL UNIQUE,
  -- The organisation that stands for it here, the account of that which speaks for it, and the own organisation that trusts it.
  organisation BIGINT NOT NULL UNIQUE REFERENCES organisation (id), person BIGINT NOT NULL REFERENCES person (id),
  runs BIGINT NOT NULL REFERENCES organisation (id),
  -- Where it is reached; SHA-256 of the certificate it shows, or empty; who issued that of its server, PEM, or empty.
  title TEXT NOT NULL, url TEXT NOT NULL, certificate TEXT NOT NULL, authority TEXT NOT NULL,
  paused BOOLEAN NOT NULL, created BIGINT NOT NULL,
  -- When it is to be reached next, how often that failed in a row, why; when it was last reached, and heard of.
  due BIGINT NOT NULL, failures BIGINT NOT NULL, note TEXT NOT NULL, reached BIGINT, heard BIGINT,
  round BIGINT NOT NULL, job BIGINT NOT NULL
);

-- A case that two nodes have between them.
CREATE TABLE relay_link (
  id BIGINT PRIMARY KEY, peer BIGINT NOT NULL REFERENCES relay_peer (id),
  -- The node that handed it over, and what that calls it.
  origin_node TEXT NOT NULL, origin_case TEXT NOT NULL,
  -- The own case, and the report that it came as.
  case_id BIGINT REFERENCES case_file (id), report BIGINT REFERENCES vulnerability_report (id),
  -- What the other handles it by; where its reports come from, JSON as sent; products that both name, one blank between two.
  handling TEXT NOT NULL, provenance TEXT NOT NULL, products TEXT NOT NULL,
  -- Whether statements of vendors are passed on; whether the other said what the own coordinator has to decide about.
  passes BOOLEAN NOT NULL, flagged BOOLEAN NOT NULL,
  -- Up to which event of the own log the other was told: of terms, and of the rest; how many there were when that was looked at.
  told_terms BIGINT NOT NULL, told BIGINT NOT NULL, looked BIGINT NOT NULL,
  -- Numbers and digests of the last message written and of the last that came without a gap; the last that was taken up.
  out_sequence BIGINT NOT NULL, out_digest TEXT NOT NULL, in_sequence BIGINT NOT NULL, in_digest TEXT NOT NULL,
  taken BIGINT NOT NULL, opened BIGINT NOT NULL,
  UNIQUE (peer, origin_node, origin_case)
);
CREATE INDEX relay_link_case ON relay_link (case_id);
CREATE INDEX relay_link_report ON relay_link (report);

-- Messages as they were written: these bytes are sent until they arrive.
CREATE TABLE relay_out (
  link BIGINT NOT NULL REFERENCES relay_link (id), sequence BIGINT NOT NULL, message TEXT NOT NULL, body BYTEA NOT NULL,
  signature TEXT NOT NULL, written BIGINT NOT NULL, sent BIGINT,
  PRIMARY KEY (link, sequence)
);

-- Messages as they came. Taken up or not, and what came of it: a code, and words.
CREATE TABLE relay_in (
  peer BIGINT NOT NULL REFERENCES relay_peer (id), message TEXT NOT NULL, link BIGINT NOT NULL REFERENCES relay_link (id),
  sequence BIGINT NOT NULL, previous TEXT NOT NULL, digest TEXT NOT NULL, body BYTEA NOT NULL, signature TEXT NOT NULL,
  received BIGINT NOT NULL, taken BIGINT, outcome TEXT NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY (peer, message)
);
CREATE UNIQUE INDEX relay_in_sequence ON relay_in (link, sequence);
