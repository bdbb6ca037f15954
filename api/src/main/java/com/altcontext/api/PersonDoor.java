package com.altcontext.api;

import com.altcontext.lead.Email;
import com.altcontext.property.Property;
import com.altcontext.retention.Erased;
import com.altcontext.retention.Erasure;
import com.altcontext.retention.Export;
import com.altcontext.value.Issues;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/leads/delete} and {@code /v1/leads/export}, for the operator: forgets a person, or shows what is held
 * about one. The address comes in the body, since an address in a URL ends up in logs.
 */
final class PersonDoor {
    /** Who asked, for the logs of erasures and of exports. */
    private static final String BY = "api";

    /**
     * Connections on which nothing happens are closed, by proxies after 60 seconds and by this service after 75: whoever asks
     * is told before that.
     */
    static final Duration TIMEOUT = Duration.ofSeconds(45);

    private final Erasure erasure;
    private final Export export;
    private final Arrivals arrivals;
    private final Workers workers;
    private final Tally tally;
    private final InstantSource clock;

    PersonDoor(Erasure erasure, Export export, Arrivals arrivals, Workers workers, Tally tally, InstantSource clock) {
        this.erasure = erasure.within(TIMEOUT);
        this.export = export.within(TIMEOUT);
        this.arrivals = arrivals;
        this.workers = workers;
        this.tally = tally;
        this.clock = clock;
    }

    void delete(Exchange exchange, byte[] body) {
        Email email = email(exchange, body);
        if (email == null) {
            return;
        }
        Instant now = clock.instant();
        workers.run(exchange, () -> erasure.forget(email, BY, now), erased -> answer(exchange, erased));
    }

    void export(Exchange exchange, byte[] body) {
        Email email = email(exchange, body);
        if (email == null) {
            return;
        }
        Export.ExportRequest request =
                new Export.ExportRequest(email, BY, arrivals.addressHash(exchange.client), clock.instant());
        AnswerStream document = new AnswerStream(exchange, Map.of(HttpHeaders.CONTENT_TYPE, "application/json"));
        workers.run(exchange, () -> export.write(request, document), known -> {
            if (known) {
                document.end();
            } else {
                exchange.failed(Problem.NOT_FOUND, List.of());
            }
        });
    }

    private @Nullable Email email(Exchange exchange, byte[] body) {
        Issues issues = new Issues();
        JsonNode json = JsonBody.read(body, issues);
        Email email = json == null ? null : LeadReader.email(Fields.of(json, issues), issues);
        if (email == null || !issues.isEmpty()) {
            tally.refused(Property.DEFAULT, exchange.endpoint, Problem.INVALID_REQUEST);
            exchange.failed(Problem.INVALID_REQUEST, issues.list());
            return null;
        }
        return email;
    }

    private static void answer(Exchange exchange, Optional<Erased> erased) {
        if (erased.isEmpty()) {
            exchange.failed(Problem.NOT_FOUND, List.of());
            return;
        }
        Erased gone = erased.get();
        exchange.ok("{\"ok\":true,\"deleted\":true,\"leads\":" + gone.leads()
                + ",\"submissions\":" + gone.submissions()
                + ",\"consents\":" + gone.consents()
                + ",\"links\":" + gone.links()
                + ",\"messages\":" + gone.messages()
                + ",\"visitors\":" + gone.visitors()
                + ",\"sessions\":" + gone.sessions()
                + ",\"events\":" + gone.events()
                + ",\"changed\":" + gone.changed() + "}");
    }
}
