
INSERT INTO outward (key) VALUES (CAST(gen_random_uuid() AS TEXT) || CAST(gen_random_uuid() AS TEXT));
UPDATE job SET uuid = CAST(gen_random_uuid() AS TEXT);
UPDATE token SET uuid = CAST(gen_random_uuid() AS TEXT);
CREATE UNIQUE INDEX job_uuid ON job (uuid);
CREATE UNIQUE INDEX token_uuid ON token (uuid);
