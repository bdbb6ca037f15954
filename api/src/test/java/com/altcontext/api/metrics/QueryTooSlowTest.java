package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.testing.TestEvent;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Queries that the database cannot answer in time, with a short QUERY_TIMEOUT_MS. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.CHOSEN))
class QueryTooSlowTest {
    @Inject
    Sql sql;

    @Test
    void the_database_cancels_slow_queries_and_events_are_stored_meanwhile() {
        List<Call.Answer> answers = sql.inTransaction(tx -> {
            // Every query of the raw rows reads this table first. Storing an event does not.
            tx.update("LOCK TABLE purge_log IN ACCESS EXCLUSIVE MODE");
            List<CompletableFuture<Call.Answer>> asked = Stream.of("path", "device")
                    .map(dimension -> Call.get(
                                    "/v1/metrics/breakdown?window=today&propertyId=default&dimension=" + dimension)
                            .header("x-admin-key", TestService.ADMIN_KEY)
                            .sendLater())
                    .toList();
            assertThat(Call.event(TestEvent.bodyWith("propertyId", "default"))
                            .send()
                            .header("x-outcome"))
                    .isEqualTo("stored");
            return asked.stream().map(CompletableFuture::join).toList();
        });

        assertThat(answers).hasSize(2).allSatisfy(answer -> {
            Call.assertError(answer, 503, "query_too_slow");
            assertThat(answer.field("remedy")).contains("fewer days");
        });
    }
}
