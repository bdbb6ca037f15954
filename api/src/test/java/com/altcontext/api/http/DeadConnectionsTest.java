package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.testing.TestEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;

/** All idle connections to the database end at once, as after a suspension of the machine or a restart of a proxy. */
@QuarkusTest
@WithTestResource(TestService.class)
class DeadConnectionsTest {
    @Inject
    Sql sql;

    @RepeatedTest(2)
    void the_first_requests_on_new_connections_succeed() {
        String email = Forms.email();
        Call.capture(Forms.scripted(email)).send();
        assertThat(statuses(calls(email), calls(email), calls(email))).containsOnly(200, 202);

        new StoredRows(sql)
                .execute("DO $$ BEGIN PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'; END $$");

        for (Call call : calls(email)) {
            assertThat(call.send().status()).isIn(200, 202);
        }
    }

    /** One request of each kind that uses the database. */
    private static List<Call> calls(String email) {
        return List.of(
                Call.event(TestEvent.body()),
                Call.capture(Forms.scripted(email)),
                Call.of("POST", "/v1/leads/unsubscribe").json(Forms.minimal(email)),
                Call.of("POST", "/v1/leads/export")
                        .header("x-admin-key", TestService.ADMIN_KEY)
                        .json(Forms.minimal(email)),
                // Each run uses another window, so that the answer is not cached.
                figures("breakdown?dimension=path&window=" + (1 + Math.floorMod(email.hashCode(), 366))),
                figures("summary?window=" + (1 + Math.floorMod(email.hashCode(), 366))));
    }

    private static Call figures(String question) {
        return Call.get("/v1/metrics/" + question).header("x-admin-key", TestService.ADMIN_KEY);
    }

    @SafeVarargs
    private static List<Integer> statuses(List<Call>... rounds) {
        List<CompletableFuture<Call.Answer>> answers = new ArrayList<>();
        for (List<Call> round : rounds) {
            round.forEach(call -> answers.add(call.sendLater()));
        }
        return answers.stream().map(answer -> answer.join().status()).toList();
    }
}
