package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How often the writer tries to store a batch. */
class BatchWriterTest {
    /** Counts the tries by a sequence, which keeps its value when a transaction is rolled back. */
    private static final String FAIL = """
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE try bigint := nextval('tries');
            BEGIN
                IF try = 5 THEN
                    RAISE check_violation;
                ELSIF try <= 20 THEN
                    RAISE serialization_failure;
                END IF;
                RETURN NEW;
            END $$
            """;

    @Test
    @Tag("single-node")
    void conflicts_are_not_retried_for_ever_even_if_one_try_failed_because_of_its_data() {
        Database database = Database.migrated();
        database.run(
                "CREATE SEQUENCE tries",
                FAIL,
                "CREATE TRIGGER fails BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fail()");
        Event event = TestEvent.at("visitor-0001", Instant.now()).event();
        Bucket bucket =
                database.sql().inTransaction(Buckets::read).of(event.visitor().id());
        BatchWriter writer = new BatchWriter(
                database.sql(),
                GroupCommitFixture.noNodes(database.sql()),
                new EventStore(new SessionRule(Duration.ofMinutes(30))));

        assertThatThrownBy(() -> writer.write(bucket, List.of(event))).isInstanceOf(SqlFailure.class);
        assertThat(database.count("SELECT last_value FROM tries")).isEqualTo(6);
    }
}
