-- What may be done with content (PAP), until when it is under embargo, and webhooks. The rules of 0001 hold.

-- 0 no label, 1 PAP:CLEAR to 4 PAP:RED.
ALTER TABLE object ADD COLUMN pap BIGINT NOT NULL DEFAULT 0;
ALTER TABLE report ADD COLUMN pap BIGINT NOT NULL DEFAULT 0;
-- What a publication was marked with, -1 for those before this was kept; until when it is under embargo, 0 for no embargo.
ALTER TABLE publication ADD COLUMN marking BIGINT NOT NULL DEFAULT -1;
ALTER TABLE publication ADD COLUMN embargo BIGINT NOT NULL DEFAULT 0;

INSERT INTO counter (name, last) VALUES ('webhook', 0), ('delivery', 0);

CREATE TABLE webhook (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, organisation BIGINT NOT NULL REFERENCES organisation (id),
  -- Who made it: what is sent is what they may read when it is sent.
  person BIGINT NOT NULL REFERENCES person (id),
  -- 0: everything that they read.
  collection BIGINT NOT NULL,
  label TEXT NOT NULL, url TEXT NOT NULL,
  -- Names separated by commas.
  events TEXT NOT NULL,
  -- What messages are signed with, which cannot be done by a hash; and the one before, while that is still used too.
  secret TEXT NOT NULL, former TEXT NOT NULL, former_until BIGINT NOT NULL,
  -- Attempts that failed since the last that did not; since when it is off, and why (0 and empty: it is on).
  failures BIGINT NOT NULL, off BIGINT NOT NULL, why TEXT NOT NULL,
  created BIGINT NOT NULL
);
CREATE INDEX webhook_organisation ON webhook (organisation, id);

-- What was sent. What there was nothing to send about is not here: it would tell that something is there.
CREATE TABLE delivery (
  id BIGINT PRIMARY KEY, webhook BIGINT NOT NULL REFERENCES webhook (id), message TEXT NOT NULL, event TEXT NOT NULL,
  attempts BIGINT NOT NULL, arrived BOOLEAN NOT NULL,
  -- HTTP's status of the last attempt, 0 without an answer; what went wrong.
  status BIGINT NOT NULL, note TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,
  UNIQUE (webhook, message)
);
CREATE INDEX delivery_webhook ON delivery (webhook, id);
