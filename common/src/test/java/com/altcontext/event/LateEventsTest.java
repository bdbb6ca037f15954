package com.altcontext.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
import java.util.Collections;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Events that arrive together, after the sessions that they belong to. */
class LateEventsTest extends EventStoreFixture {
    private static final String SESSIONS =
            "SELECT concat_ws(' ', events, entry_path, exit_path) FROM sessions ORDER BY started_at";

    @Test
    void late_events_of_one_request_each_find_their_session() {
        IntStream.range(0, 13).forEach(i -> write(visit(i * 31)));

        write(IntStream.range(0, 13)
                .mapToObj(i -> visit(i * 31 + 1).path("/late"))
                .toArray(TestEvent[]::new));

        assertThat(database.texts(SESSIONS)).isEqualTo(Collections.nCopies(13, "2 / /late"));
    }

    @Test
    void two_late_events_far_apart_join_the_long_session_between_them() {
        write(visit(0), visit(25), visit(50), visit(70));

        write(visit(-10).path("/first"), visit(75).path("/last"));

        assertThat(database.texts(SESSIONS)).containsExactly("6 /first /last");
    }
}
