package com.altcontext.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the row of a session stores about its events. */
class SessionRowTest extends EventStoreFixture {
    @Test
    void the_row_of_a_session_does_not_depend_on_how_its_events_are_ordered_and_split_into_requests() {
        List<TestEvent> acts = List.of(
                visit(0).type("cta_click").country("CA"),
                visit(1).path("/b"),
                visit(1).path("/a"),
                visit(2).path("/b"),
                visit(2).path("/c").engaged(100),
                visit(3).type("form_start"),
                visit(4).path("/d"),
                visit(5).type("form_start"),
                visit(6).type("form_submit"),
                visit(7).type("form_submit"),
                visit(8).path("/e"),
                visit(8).path("/f"),
                visit(9).type("cta_click").converting());
        String row = "SELECT (to_jsonb(s) - 'id')::text FROM sessions AS s";
        write(acts.toArray(TestEvent[]::new));
        List<String> together = database.texts(row);
        assertThat(together).singleElement().asString().contains("\"/a\"", "\"/f\"");

        Random random = new Random(9);
        for (int round = 0; round < 40; round++) {
            empty();
            List<TestEvent> left = new ArrayList<>(acts);
            Collections.shuffle(left, random);
            while (!left.isEmpty()) {
                List<TestEvent> request = left.subList(0, 1 + random.nextInt(Math.min(3, left.size())));
                write(request.toArray(TestEvent[]::new));
                request.clear();
            }
            assertThat(database.texts(row)).isEqualTo(together);
        }
    }

    /** An overlap is therefore a defect, which altops rollup check reports. */
    @Test
    void two_sessions_of_a_person_never_overlap_even_if_events_come_late() {
        Random random = new Random(11);
        for (int visitor = 0; visitor < 100; visitor++) {
            List<TestEvent> acts = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                Instant at = NOW.plus(Duration.ofMinutes(random.nextInt(240)));
                TestEvent act = TestEvent.at("visitor-" + (1_000 + visitor), at)
                        .timestamp(at)
                        .path("/" + i)
                        .type(List.of("page_view", "page_view", "engagement", "form_submit")
                                .get(random.nextInt(4)));
                acts.add(random.nextInt(4) > 0 ? act : act.utmSource("letter-" + random.nextInt(2)));
            }
            while (!acts.isEmpty()) {
                List<TestEvent> request = acts.subList(0, 1 + random.nextInt(Math.min(3, acts.size())));
                write(request.toArray(TestEvent[]::new));
                request.clear();
            }
        }

        assertThat(database.count("SELECT count(*) FROM sessions")).isGreaterThan(300);
        assertThat(database.texts("""
                        SELECT concat_ws(' ', a.started_at, a.last_event_at, b.started_at, b.last_event_at)
                        FROM sessions AS a JOIN sessions AS b ON b.bucket = a.bucket AND b.visitor_id = a.visitor_id AND b.id <> a.id
                        WHERE a.started_at <= b.started_at AND b.started_at < a.last_event_at
                          AND (a.started_at < b.started_at OR b.started_at < b.last_event_at)
                        """)).isEmpty();
    }

    @Test
    void the_entrance_of_a_session_without_a_page_view_becomes_the_earlier_of_two_in_one_request() {
        write(visit(0).type("cta_click"));
        write(visit(2).path("/second"), visit(1).path("/first"));

        assertThat(database.texts("SELECT concat_ws(' ', entry_path, exit_path) FROM sessions"))
                .containsExactly("/first /second");
    }
}
