package com.altcontext.testing;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.Traffic;
import com.altcontext.event.WebVitals;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.Origin;
import com.altcontext.visit.Visitor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event for a test of any module. Every field has a plain default, and a test sets only what it is about. Each
 * method returns a changed copy. {@link #event()} is what the service makes of it, {@link #json()} the body of
 * {@code POST /v1/events}.
 */
public final class TestEvent implements Cloneable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String anonId;
    private String property = "default";
    private String type = "page_view";
    private String path = "/";
    private Instant receivedAt;
    private @Nullable Instant timestamp;
    private @Nullable Instant sentAt;
    private @Nullable UUID eventId;
    private boolean unique;
    private @Nullable String props;
    private String address = "192.0.2.1";
    private Utm utm = Utm.NONE;
    private TrafficSource source = TrafficSource.DIRECT;
    private @Nullable String referrer;
    private @Nullable String referrerHost;
    private @Nullable String hostname;
    private DeviceType device = DeviceType.DESKTOP;
    private @Nullable String country;
    private @Nullable Boolean entrance;
    private @Nullable Boolean conversion;
    private @Nullable Integer engagedMs;
    private @Nullable Double scroll;
    private WebVitals vitals = WebVitals.NONE;

    private TestEvent(String anonId, Instant receivedAt) {
        this.anonId = anonId;
        this.receivedAt = receivedAt;
    }

    /** A page view of a visitor that is received at the given time, without a timestamp and without a client id. */
    public static TestEvent at(String anonId, Instant receivedAt) {
        return new TestEvent(anonId, receivedAt);
    }

    /**
     * A page view of {@code visitor-who} that happened at the given time, however long ago. Each {@link #event()} has a
     * different id.
     */
    public static TestEvent view(String who, Instant at, String path) {
        return at("visitor-" + who.toLowerCase(Locale.ROOT), at)
                .timestamp(at)
                .path(path)
                .with(e -> e.unique = true);
    }

    public TestEvent property(String slug) {
        return with(e -> e.property = slug);
    }

    public TestEvent type(String other) {
        return with(e -> e.type = other);
    }

    public TestEvent path(String other) {
        return with(e -> e.path = other);
    }

    /** The time of the event, by the sender's clock. */
    public TestEvent timestamp(Instant time) {
        return with(e -> e.timestamp = time);
    }

    /** The time of sending, by the sender's clock. */
    public TestEvent sentAt(Instant time) {
        return with(e -> e.sentAt = time);
    }

    public TestEvent receivedAt(Instant time) {
        return with(e -> e.receivedAt = time);
    }

    public Instant receivedAt() {
        return receivedAt;
    }

    public TestEvent eventId(UUID id) {
        return with(e -> e.eventId = id);
    }

    /** @param json an object */
    public TestEvent props(@Nullable String json) {
        return with(e -> e.props = json);
    }

    /** The sender's IP address. */
    public TestEvent address(String other) {
        return with(e -> e.address = other);
    }

    public TestEvent utm(Utm other) {
        return with(e -> e.utm = other);
    }

    public TestEvent utmSource(String name) {
        return utm(new Utm(name, null, null, null, null));
    }

    /** Where the visitor came from, as the service derives it from campaign and referrer. */
    public TestEvent source(TrafficSource other, Utm campaign, @Nullable String host) {
        return utm(campaign).with(e -> {
            e.source = other;
            e.referrerHost = host;
        });
    }

    /** The URL of the page before, without what the service derives from it. */
    public TestEvent referrer(String url) {
        return with(e -> e.referrer = url);
    }

    /** The host of the page. */
    public TestEvent hostname(String host) {
        return with(e -> e.hostname = host);
    }

    public TestEvent device(DeviceType other) {
        return with(e -> e.device = other);
    }

    public TestEvent country(@Nullable String code) {
        return with(e -> e.country = code);
    }

    /** The sender claims an entrance, which the service ignores. */
    public TestEvent claimingEntrance() {
        return with(e -> e.entrance = true);
    }

    public TestEvent converting() {
        return with(e -> e.conversion = true);
    }

    public TestEvent engaged(@Nullable Integer ms) {
        return with(e -> e.engagedMs = ms);
    }

    public TestEvent scroll(@Nullable Double percent) {
        return with(e -> e.scroll = percent);
    }

    public TestEvent vitals(WebVitals measured) {
        return with(e -> e.vitals = measured);
    }

    public TestEvent lcp(double ms) {
        return vitals(new WebVitals(null, ms, null, null, null));
    }

    public Event event() {
        UUID id = eventId == null && unique ? UUID.randomUUID() : eventId;
        Traffic traffic = new Traffic(null, null, entrance, null, conversion, engagedMs, scroll, vitals);
        AnonId visitor = new AnonId(anonId);
        Beacon beacon = new Beacon(visitor, type, path, timestamp, referrer, utm, traffic, id, props, sentAt, hostname);
        byte[] hash = Arrays.copyOf(address.getBytes(StandardCharsets.UTF_8), 32);
        return Event.of(
                beacon,
                Visitor.of(property, visitor, hash, null),
                new Origin(utm, source, referrerHost, device, country, hostname),
                receivedAt);
    }

    /** The body of a request: without address, origin and time of receipt. */
    public ObjectNode json() {
        ObjectNode body = JSON.createObjectNode();
        putIfPresent(body, "propertyId", property.equals("default") ? null : property);
        putIfPresent(body, "anonId", anonId);
        putIfPresent(body, "eventType", type);
        putIfPresent(body, "path", path);
        putIfPresent(body, "timestamp", timestamp == null ? null : timestamp.toString());
        putIfPresent(body, "sentAt", sentAt == null ? null : sentAt.toString());
        putIfPresent(body, "eventId", eventId == null ? null : eventId.toString());
        putIfPresent(body, "referrer", referrer);
        putIfPresent(body, "hostname", hostname);
        putIfPresent(body, "utm.source", utm.source());
        putIfPresent(body, "utm.medium", utm.medium());
        putIfPresent(body, "utm.campaign", utm.campaign());
        putIfPresent(body, "utm.term", utm.term());
        putIfPresent(body, "utm.content", utm.content());
        putIfPresent(body, "traffic.isEntrance", entrance);
        putIfPresent(body, "traffic.isConversion", conversion);
        putIfPresent(body, "traffic.engagedTimeMs", engagedMs);
        putIfPresent(body, "traffic.scrollDepthPercent", scroll);
        putIfPresent(body, "traffic.webVitals.fcpMs", vitals.fcpMs());
        putIfPresent(body, "traffic.webVitals.lcpMs", vitals.lcpMs());
        putIfPresent(body, "traffic.webVitals.inpMs", vitals.inpMs());
        putIfPresent(body, "traffic.webVitals.ttfbMs", vitals.ttfbMs());
        putIfPresent(body, "traffic.webVitals.clsScore", vitals.clsScore());
        putIfPresent(body, "props", props == null ? null : parse(props));
        return body;
    }

    /** The body of a page view of a visitor that no other test uses, with the required fields only. */
    public static ObjectNode body() {
        return body("anon-" + UUID.randomUUID());
    }

    public static ObjectNode body(String anonId) {
        return at(anonId, Instant.EPOCH).path("/pricing").json();
    }

    /**
     * The body of a page view with one more value, which may be invalid, at a dotted path: {@code utm.source},
     * {@code traffic.webVitals.lcpMs}.
     */
    public static ObjectNode bodyWith(String field, Object value) {
        ObjectNode body = body();
        put(body, field, value);
        return body;
    }

    /** Sets the value at a dotted path of a body. */
    public static void put(ObjectNode body, String field, Object value) {
        ObjectNode owner = body;
        String name = field;
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.')) {
            owner = owner.withObject('/' + name.substring(0, dot));
            name = name.substring(dot + 1);
        }
        owner.set(name, value instanceof JsonNode node ? node : JSON.valueToTree(value));
    }

    private static void putIfPresent(ObjectNode body, String field, @Nullable Object value) {
        if (value != null) {
            put(body, field, value);
        }
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("props must be JSON: " + json, notJson);
        }
    }

    @Override
    public String toString() {
        return json() + " received " + receivedAt;
    }

    private TestEvent with(Consumer<TestEvent> change) {
        try {
            TestEvent copy = (TestEvent) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
