-- Questions about a page read its events alone. Without an index they read all events of their days, some of them three times. A path
-- may be longer than an index can hold, so the index knows how it begins. The operator class is for LIKE in any collation.
CREATE INDEX events_by_page ON events (left(path, 200) text_pattern_ops);
