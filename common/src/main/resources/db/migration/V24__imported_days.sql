-- History that another system counted before the first raw day, as sums of days. Who its visitors were is not known, so figures that
-- need to know it are null over such days, and the raw rows of the property begin behind the last of them.
ALTER TABLE daily_metric_rollups ADD COLUMN imported integer NOT NULL DEFAULT 0 CHECK (imported IN (0, 1));
COMMENT ON COLUMN daily_metric_rollups.imported IS '1 if another system counted the day; no rollup computes it again.';
