package com.altcontext.testing;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.lead.Capture;
import com.altcontext.lead.Consent;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadForm;
import com.altcontext.lead.LeadMessages;
import com.altcontext.value.KeyedHash;
import com.altcontext.value.Language;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.Origin;
import com.altcontext.visit.Visitor;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A form that a test submits. Every field has a plain default, and a test sets only what it is about. */
public record TestForm(
        String email,
        String property,
        String anonId,
        Instant at,
        String form,
        String path,
        @Nullable String channel,
        ConsentStatus consent,
        String purpose,
        @Nullable String payload,
        String address,
        @Nullable String agent,
        DeviceType device,
        boolean confirms) {
    /** Captures are passed on to the configured webhook and to those in the database, and nobody gets mails. */
    public static final LeadMessages TO_WEBHOOKS = new LeadMessages(true, true, false, List.of());

    private static final KeyedHash HASH = new KeyedHash("a pepper of the tests");

    /** A form with the given address that is received from visitor-0001 at the given time. */
    public static TestForm by(String email, Instant at) {
        return new TestForm(
                email,
                "default",
                "visitor-0001",
                at,
                "newsletter",
                "/",
                null,
                ConsentStatus.PENDING,
                Consent.DEFAULT_PURPOSE,
                null,
                "192.0.2.1",
                "Firefox",
                DeviceType.DESKTOP,
                false);
    }

    public TestForm email(String other) {
        return new TestForm(
                other, property, anonId, at, form, path, channel, consent, purpose, payload, address, agent, device,
                confirms);
    }

    public TestForm property(String slug) {
        return new TestForm(
                email, slug, anonId, at, form, path, channel, consent, purpose, payload, address, agent, device,
                confirms);
    }

    public TestForm visitor(String other) {
        return new TestForm(
                email, property, other, at, form, path, channel, consent, purpose, payload, address, agent, device,
                confirms);
    }

    public TestForm at(Instant time) {
        return new TestForm(
                email, property, anonId, time, form, path, channel, consent, purpose, payload, address, agent, device,
                confirms);
    }

    public TestForm form(String name) {
        return new TestForm(
                email, property, anonId, at, name, path, channel, consent, purpose, payload, address, agent, device,
                confirms);
    }

    /** The page that the form is on. */
    public TestForm path(String other) {
        return new TestForm(
                email, property, anonId, at, form, other, channel, consent, purpose, payload, address, agent, device,
                confirms);
    }

    public TestForm channel(@Nullable String name) {
        return new TestForm(
                email, property, anonId, at, form, path, name, consent, purpose, payload, address, agent, device,
                confirms);
    }

    public TestForm consent(ConsentStatus status) {
        return new TestForm(
                email, property, anonId, at, form, path, channel, status, purpose, payload, address, agent, device,
                confirms);
    }

    public TestForm purpose(String other) {
        return new TestForm(
                email, property, anonId, at, form, path, channel, consent, other, payload, address, agent, device,
                confirms);
    }

    public TestForm payload(String json) {
        return new TestForm(
                email, property, anonId, at, form, path, channel, consent, purpose, json, address, agent, device,
                confirms);
    }

    public TestForm from(String otherAddress, @Nullable String otherAgent) {
        return new TestForm(
                email,
                property,
                anonId,
                at,
                form,
                path,
                channel,
                consent,
                purpose,
                payload,
                otherAddress,
                otherAgent,
                device,
                confirms);
    }

    public TestForm byBot() {
        return new TestForm(
                email,
                property,
                anonId,
                at,
                form,
                path,
                channel,
                consent,
                purpose,
                payload,
                address,
                agent,
                DeviceType.BOT,
                confirms);
    }

    /** The same form on a site that asks for a confirmation by mail. */
    public TestForm toConfirm() {
        return new TestForm(
                email, property, anonId, at, form, path, channel, consent, purpose, payload, address, agent, device,
                true);
    }

    public Visitor visitor() {
        return Visitor.of(
                property, new AnonId(anonId), HASH.of("ip " + address), agent == null ? null : HASH.of("ua " + agent));
    }

    public Capture capture() {
        Utm utm = new Utm("spring", "email", null, null, null);
        LeadForm filled = new LeadForm(
                new Email(email),
                new AnonId(anonId),
                form,
                path,
                null,
                channel,
                consent,
                "2026-01",
                purpose,
                payload,
                utm,
                null);
        Origin origin = new Origin(utm, TrafficSource.EMAIL, null, device, null, null);
        return new Capture(filled, visitor(), origin, at, confirms, Language.FRENCH, false);
    }

    /** Removes every lead and all rows that refer to it. Consent can be deleted only with a logged erasure. */
    public static void removeAll(Database database) {
        database.run(
                "INSERT INTO erasure_log (erased_at, erased_by, email_hash, counts)"
                        + " VALUES (now(), 'test', sha256(''), '{}')",
                "DELETE FROM expired_consents",
                "DELETE FROM consent_events",
                "DELETE FROM webhooks",
                "DELETE FROM recipients",
                "DELETE FROM outbox",
                "DELETE FROM form_submissions",
                "DELETE FROM lead_identities",
                "DELETE FROM leads",
                "TRUNCATE visitors, sessions, events");
    }
}
