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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A form that a test submits. Every field has a plain default, and a test sets only what it is about. Each method
 * returns a changed copy.
 */
public final class TestForm implements Cloneable {
    /** Captures are passed on to the configured webhook and to those in the database, and nobody gets mails. */
    public static final LeadMessages TO_WEBHOOKS = new LeadMessages(true, true, false, List.of());

    private static final KeyedHash HASH = new KeyedHash("a pepper of the tests");

    private String email;
    private String property = "default";
    private String anonId = "visitor-0001";
    private Instant at;
    private String form = "newsletter";
    private String path = "/";
    private @Nullable String channel;
    private ConsentStatus consent = ConsentStatus.PENDING;
    private String purpose = Consent.DEFAULT_PURPOSE;
    private @Nullable String payload;
    private String address = "192.0.2.1";
    private @Nullable String agent = "Firefox";
    private DeviceType device = DeviceType.DESKTOP;
    private boolean confirms;

    private TestForm(String email, Instant at) {
        this.email = email;
        this.at = at;
    }

    /** A form with the given address that is received from visitor-0001 at the given time. */
    public static TestForm by(String email, Instant at) {
        return new TestForm(email, at);
    }

    public TestForm email(String other) {
        return with(f -> f.email = other);
    }

    public String email() {
        return email;
    }

    public TestForm property(String slug) {
        return with(f -> f.property = slug);
    }

    public TestForm visitor(String other) {
        return with(f -> f.anonId = other);
    }

    public TestForm at(Instant time) {
        return with(f -> f.at = time);
    }

    public TestForm form(String name) {
        return with(f -> f.form = name);
    }

    /** The page that the form is on. */
    public TestForm path(String other) {
        return with(f -> f.path = other);
    }

    public TestForm channel(@Nullable String name) {
        return with(f -> f.channel = name);
    }

    public TestForm consent(ConsentStatus status) {
        return with(f -> f.consent = status);
    }

    public TestForm purpose(String other) {
        return with(f -> f.purpose = other);
    }

    public TestForm payload(String json) {
        return with(f -> f.payload = json);
    }

    public TestForm from(String otherAddress, @Nullable String otherAgent) {
        return with(f -> {
            f.address = otherAddress;
            f.agent = otherAgent;
        });
    }

    public TestForm byBot() {
        return with(f -> f.device = DeviceType.BOT);
    }

    /** The same form on a site that asks for a confirmation by mail. */
    public TestForm toConfirm() {
        return with(f -> f.confirms = true);
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

    private TestForm with(Consumer<TestForm> change) {
        try {
            TestForm copy = (TestForm) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
