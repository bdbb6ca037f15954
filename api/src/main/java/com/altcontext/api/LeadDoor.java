package com.altcontext.api;

import com.altcontext.event.Beacon;
import com.altcontext.event.Outcome;
import com.altcontext.lead.Capture;
import com.altcontext.lead.Captured;
import com.altcontext.lead.Email;
import com.altcontext.property.Property;
import com.altcontext.value.ComputedId;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.visit.AnonId;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/leads/capture}: a form with an address, sent by a script as JSON or by the form itself. */
final class LeadDoor {
    private final Arrivals arrivals;
    private final Captures captures;
    private final DistinctEmails distinctEmails;
    private final Set<String> allowedOrigins;
    private final Tally tally;
    private final InstantSource clock;

    LeadDoor(
            Arrivals arrivals,
            Captures captures,
            DistinctEmails distinctEmails,
            Set<String> allowedOrigins,
            Tally tally,
            InstantSource clock) {
        this.arrivals = arrivals;
        this.captures = captures;
        this.distinctEmails = distinctEmails;
        this.allowedOrigins = allowedOrigins;
        this.tally = tally;
        this.clock = clock;
    }

    void post(Exchange exchange, byte[] body) {
        boolean isForm = MediaTypes.isForm(exchange.request().headers());
        Issues issues = new Issues();
        JsonNode json = isForm ? FormBody.read(body, issues) : JsonBody.read(body, issues);
        if (json == null) {
            refuse(exchange, arrivals.propertyOf(exchange.client), Problem.INVALID_REQUEST, issues.list());
            return;
        }
        boolean isClean = issues.isEmpty();
        Fields fields = Fields.of(json, issues);
        Property property = arrivals.property(fields, "propertyId", exchange.client, issues);
        if (isClean && fields.isFilled("honeypot")) {
            tally.dropped(property.id(), exchange.endpoint, Outcome.DropReason.HONEYPOT);
            drop(exchange, isForm, fields);
            return;
        }
        LeadReader.Form form = LeadReader.form(fields, issues);
        if (form == null) {
            refuse(exchange, property, Problem.INVALID_REQUEST, issues.list());
            return;
        }
        OptionalLong wait = distinctEmails.note(ClientNetwork.of(exchange.client.address()), form.email());
        if (wait.isPresent()) {
            tellLimit(exchange, wait.getAsLong());
            refuse(exchange, property, Problem.RATE_LIMITED, List.of());
            return;
        }
        Capture capture = capture(form, property, exchange.client);
        captures.take(exchange, capture, captured -> answer(exchange, isForm, form.path(), captured));
    }

    private Capture capture(LeadReader.Form form, Property property, Client client) {
        AnonId known = form.anonId();
        Beacon beacon = form.beacon(known == null ? anonymous(form.email(), client) : known);
        return new Capture(
                form.email(),
                arrivals.visitor(beacon, property, client),
                beacon,
                arrivals.origin(beacon, property, client),
                clock.instant(),
                form.formName(),
                form.sourceChannel(),
                form.consent(),
                form.consentPolicy(),
                form.payload());
    }

    /**
     * A page without a script makes no {@code anonId}. Ours is the same for the same person at the same browser, so that
     * a double click is one submission here too; nobody without the pepper can tell it from any other.
     */
    private AnonId anonymous(Email email, Client client) {
        HexFormat hex = HexFormat.of();
        String userAgent = client.userAgent();
        return new AnonId("form-"
                + ComputedId.of("form visitor")
                        .with(hex.formatHex(arrivals.addressHash(client)))
                        .with(userAgent)
                        .with(email.value())
                        .toUuid());
    }

    private void drop(Exchange exchange, boolean isForm, Fields fields) {
        if (isForm) {
            exchange.seeOther(location(exchange, fields.node("path").asText("/")));
        } else {
            exchange.accepted("dropped", Replies.DROPPED);
        }
    }

    private void answer(Exchange exchange, boolean isForm, String path, Captured captured) {
        tally.captured(captured);
        if (isForm) {
            exchange.seeOther(location(exchange, path));
            return;
        }
        exchange.ok("{\"ok\":true,\"leadId\":\"" + captured.leadId()
                + "\",\"visitorId\":\"" + captured.visitorId()
                + "\",\"sessionId\":\"" + captured.sessionId()
                + "\",\"heuristicLinksCreated\":" + captured.heuristicLinksCreated() + "}");
    }

    private String location(Exchange exchange, @Nullable String path) {
        return ReturnPath.location(path, exchange.pageOrigin(), allowedOrigins);
    }

    private void tellLimit(Exchange exchange, long seconds) {
        RateLimiter.tell(
                exchange.request().response().headers(),
                "lead_emails",
                distinctEmails.mostAnHour(),
                DistinctEmails.PERIOD,
                0,
                seconds);
    }

    private void refuse(Exchange exchange, Property property, Problem problem, List<Issue> issues) {
        tally.refused(property.id(), exchange.endpoint, problem);
        exchange.failed(problem, issues);
    }
}
