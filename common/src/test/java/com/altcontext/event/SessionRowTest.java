package com.altcontext.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the row of a session says of its events. */
class SessionRowTest extends EventStoreFixture {
    @Test
    void the_row_of_a_session_is_the_same_in_whatever_order_and_requests_its_events_arrive() {
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

    @Test
    void a_session_without_a_page_view_begins_with_the_first_of_two_that_come_at_once() {
        write(visit(0).type("cta_click"));
        write(visit(2).path("/second"), visit(1).path("/first"));

        assertThat(database.texts("SELECT concat_ws(' ', entry_path, exit_path) FROM sessions"))
                .containsExactly("/first /second");
    }
}
