-- What lists of a provider need of an edition, so that none of them reads what editions say; whether an edition takes the advisory back;
-- what was taken out before it was released. Which facts were brought when, and by whom. The rules of 0001 hold.

-- As the document says them: when it was first and last released; the version of CSAF that it is served in, '-' for one that no shelf can
-- hold. Empty: from before this migration, filled when it is first listed.
ALTER TABLE advisory_edition ADD COLUMN date_first TEXT NOT NULL DEFAULT '';
ALTER TABLE advisory_edition ADD COLUMN date_last TEXT NOT NULL DEFAULT '';
ALTER TABLE advisory_edition ADD COLUMN served TEXT NOT NULL DEFAULT '';
-- 1: it withdraws the advisory.
ALTER TABLE advisory_edition ADD COLUMN withdraws BIGINT NOT NULL DEFAULT 0;
-- The record of what was removed from it (docs/privacy.md), JSON; empty: nothing was found.
ALTER TABLE advisory_edition ADD COLUMN scrubbed TEXT NOT NULL DEFAULT '';

INSERT INTO counter (name, last) VALUES ('fact_arrival', 0);

-- Files of facts as they were brought; only grows. What was brought before this migration is in the audit log.
CREATE TABLE fact_arrival (
  id BIGINT PRIMARY KEY, kind TEXT NOT NULL, dated BIGINT NOT NULL, digest TEXT NOT NULL, size BIGINT NOT NULL, entries BIGINT NOT NULL,
  kept BIGINT NOT NULL, actor TEXT NOT NULL
);
