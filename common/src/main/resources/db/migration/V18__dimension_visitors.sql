-- How many different visitors a value had on a day cannot be added up over days, so rollups no longer hold it. Counting it took
-- most of a rollup's time. The rank, which says which 500 values are kept, is by sessions from now on.
ALTER TABLE daily_dimension_rollups DROP COLUMN visitors;
