-- Names of the catalogue belong to projects, whose block they have; what is removed stays as removed. The rules of 0001 hold.

ALTER TABLE scan_unit ADD COLUMN project TEXT NOT NULL DEFAULT '';
ALTER TABLE scan_unit ADD COLUMN placed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scan_unit ADD COLUMN removed BIGINT;
UPDATE scan_unit SET project = unit;
CREATE INDEX scan_unit_project ON scan_unit (desk, project);
