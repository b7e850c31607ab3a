-- How often a case was described, and reports were put into it and taken out: with the number of its events, its revision. The rules of
-- 0001 hold.

ALTER TABLE case_file ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
