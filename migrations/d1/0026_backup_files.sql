-- Files of responses in a back-up; null in one that was made before they were carried.
ALTER TABLE backups ADD COLUMN files INTEGER;
