-- Goals: what a property counts as reached, and how many sessions reached it on each day. The count of a day stays when its raw
-- rows are purged.

CREATE TABLE goals (
    property_id  text NOT NULL REFERENCES properties (id) ON DELETE CASCADE,
    name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 64),
    path_pattern text,
    event_type   text,
    prop_key     text,
    prop_value   text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (property_id, name),
    CHECK (num_nonnulls(path_pattern, event_type) = 1),
    CHECK ((prop_key IS NULL) = (prop_value IS NULL)),
    CHECK (prop_key IS NULL OR event_type IS NOT NULL)
);
COMMENT ON TABLE goals IS 'A session reaches a goal with a page view of a path, or with an event of a type.';
COMMENT ON COLUMN goals.path_pattern IS 'A path in which * stands for any characters.';
COMMENT ON COLUMN goals.prop_key IS 'With prop_value: what the event must carry in props, as text.';

CREATE TABLE daily_goal_rollups (
    property_id text NOT NULL,
    goal        text NOT NULL,
    day         date NOT NULL,
    sessions    bigint NOT NULL,
    PRIMARY KEY (property_id, goal, day)
);
COMMENT ON TABLE daily_goal_rollups IS 'Sessions that began on a day and reached a goal. A goal has a row for each day that was counted, zeros included.';
CREATE INDEX daily_goal_rollups_by_day ON daily_goal_rollups (day);
