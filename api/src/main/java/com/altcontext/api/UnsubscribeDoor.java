package com.altcontext.api;

import com.altcontext.lead.Email;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.property.Property;
import com.altcontext.value.Issues;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/leads/unsubscribe}: by address, and by the link of a mail. Neither tells whether somebody is a lead; the
 * link's page changes nothing until its button is pressed, since scanners of mail follow every link.
 */
final class UnsubscribeDoor {
    private final Arrivals arrivals;
    private final Unsubscribe unsubscribe;
    private final UnsubscribeToken token;
    private final Workers workers;
    private final Tally tally;
    private final InstantSource clock;

    UnsubscribeDoor(
            Arrivals arrivals,
            Unsubscribe unsubscribe,
            UnsubscribeToken token,
            Workers workers,
            Tally tally,
            InstantSource clock) {
        this.arrivals = arrivals;
        this.unsubscribe = unsubscribe;
        this.token = token;
        this.workers = workers;
        this.tally = tally;
        this.clock = clock;
    }

    void post(Exchange exchange, byte[] body) {
        Issues issues = new Issues();
        JsonNode json = JsonBody.read(body, issues);
        if (json == null) {
            refuse(exchange, arrivals.propertyOf(exchange.client), issues);
            return;
        }
        Fields fields = Fields.of(json, issues);
        Property property = arrivals.property(fields, "propertyId", exchange.client, issues);
        boolean isNamed = fields.has("propertyId");
        Email email = LeadReader.email(fields, issues);
        String reason = fields.optionalText("reason", 1, 512);
        if (email == null || !issues.isEmpty()) {
            refuse(exchange, property, issues);
            return;
        }
        Unsubscribe.UnsubscribeRequest request = request(exchange, Unsubscribe.UnsubscribeSource.UNSUBSCRIBE, reason);
        workers.run(
                exchange,
                () -> unsubscribe.byAddress(email, isNamed ? property.id() : null, request),
                result -> exchange.ok("{\"ok\":true}"));
    }

    /** The page of a link. */
    void ask(Exchange exchange) {
        show(exchange, scope(exchange).isPresent() ? UnsubscribePage.ASK : UnsubscribePage.UNKNOWN);
    }

    /** The button of that page, or a mail program's own (RFC 8058): what the body says does not matter. */
    void follow(Exchange exchange) {
        Optional<UnsubscribeToken.Scope> scope = scope(exchange);
        if (scope.isEmpty()) {
            show(exchange, UnsubscribePage.UNKNOWN);
            return;
        }
        Unsubscribe.UnsubscribeRequest request = request(exchange, Unsubscribe.UnsubscribeSource.ONE_CLICK, null);
        workers.run(
                exchange,
                () -> unsubscribe.byLink(scope.get(), request),
                result -> show(exchange, UnsubscribePage.DONE));
    }

    private Unsubscribe.UnsubscribeRequest request(
            Exchange exchange, Unsubscribe.UnsubscribeSource source, @Nullable String reason) {
        return new Unsubscribe.UnsubscribeRequest(
                source, reason, arrivals.addressHash(exchange.client), clock.instant());
    }

    private Optional<UnsubscribeToken.Scope> scope(Exchange exchange) {
        String path = Objects.requireNonNullElse(exchange.request().path(), "");
        return token.verify(path.substring(path.lastIndexOf('/') + 1));
    }

    private static void show(Exchange exchange, UnsubscribePage page) {
        exchange.request().response().putHeader(HttpHeaders.VARY, "Origin, Accept-Language");
        exchange.page(
                page.status,
                page.in(exchange.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE)),
                UnsubscribePage.STYLE_HASH);
    }

    private void refuse(Exchange exchange, Property property, Issues issues) {
        tally.refused(property.id(), exchange.endpoint, Problem.INVALID_REQUEST);
        exchange.failed(Problem.INVALID_REQUEST, issues.list());
    }
}
