package com.altcontext.event;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.ReferrerHost;
import com.altcontext.attribution.Utm;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.altcontext.visit.AnonId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Validates the JSON fields of an event and makes a {@link Beacon} of them. */
public final class EventReader {
    public static final int MAX_KEYS = 256;
    /** The range of a JavaScript Date: 100 million days before and after 1970. Times beyond it are moved to its ends. */
    private static final Instant MAX_TIME = Instant.ofEpochMilli(8_640_000_000_000_000L);

    private static final Instant MIN_TIME = Instant.ofEpochMilli(-8_640_000_000_000_000L);

    private static final Pattern COUNTRY = Pattern.compile("[A-Za-z]{2}");
    private static final Pattern EPOCH_MILLIS = Pattern.compile("-?\\d{11,40}");

    /** ISO-8601 as browsers and servers write it: with an offset, or without one (then UTC), or a date alone. */
    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            // In lenient mode, this reads +05:30, +0530 and +05.
            .parseLenient()
            .appendOffset("+HH", "Z")
            .parseStrict()
            .optionalEnd()
            .optionalEnd()
            .toFormatter(Locale.ROOT)
            // Strict, so that 30 February is refused.
            .withResolverStyle(ResolverStyle.STRICT);

    private EventReader() {}

    /**
     * Reads {@code sentAt}: what the sender's clock showed when it sent a batch.
     *
     * @param json the body of the batch
     */
    public static @Nullable Instant sentAt(@Nullable Object json, Issues issues) {
        return json instanceof Map ? time(Fields.of(json, issues), "sentAt") : null;
    }

    /**
     * Reads an event; null if there are issues.
     *
     * @param batchSentAt {@code sentAt} of the batch; null if the batch has none or the event came alone
     */
    public static @Nullable Beacon read(@Nullable Object json, @Nullable Instant batchSentAt, Issues issues) {
        Fields fields = Fields.of(json, issues);
        if (!(json instanceof Map)) {
            return null;
        }
        String anonId = fields.text("anonId", 8, 128);
        String eventType = fields.text("eventType", 1, 64);
        String path = fields.text("path", 1, 2048);
        Instant timestamp = time(fields, "timestamp");
        Instant sentAt = time(fields, "sentAt");
        String hostname = fields.optionalText("hostname", 1, 253);
        String referrer = fields.optionalText("referrer", 1, 2048);
        Utm utm = utm(fields.object("utm"));
        Traffic traffic = traffic(fields.object("traffic"));
        UUID eventId = fields.uuid("eventId");
        String props = fields.document("props", MAX_KEYS);
        if (!issues.isEmpty()) {
            return null;
        }
        return new Beacon(
                new AnonId(anonId),
                eventType,
                path,
                timestamp,
                referrer,
                utm,
                traffic,
                eventId,
                props,
                sentAt == null ? batchSentAt : sentAt,
                hostname == null ? null : ReferrerHost.ofPage(hostname));
    }

    public static Utm utm(Fields fields) {
        return new Utm(
                fields.optionalText("source", 1, 255),
                fields.optionalText("medium", 1, 255),
                fields.optionalText("campaign", 1, 255),
                fields.optionalText("term", 1, 255),
                fields.optionalText("content", 1, 255));
    }

    private static Traffic traffic(Fields fields) {
        Double engaged = fields.number("engagedTimeMs", 0, 86_400_000);
        Fields vitals = fields.object("webVitals");
        return new Traffic(
                deviceType(fields),
                country(fields),
                fields.flag("isEntrance"),
                fields.flag("isExit"),
                fields.flag("isConversion"),
                engaged == null ? null : (int) Math.round(engaged),
                // Where a page can be scrolled beyond its end, browsers report more than 100 %.
                fields.numberUpTo("scrollDepthPercent", 0, 100),
                new WebVitals(
                        vitals.number("fcpMs", 0, 120_000),
                        vitals.number("lcpMs", 0, 120_000),
                        vitals.number("inpMs", 0, 120_000),
                        vitals.number("ttfbMs", 0, 120_000),
                        vitals.number("clsScore", 0, 10)));
    }

    /** The device type that {@code traffic} declares; null if it is absent or unknown. */
    public static @Nullable DeviceType deviceType(Fields fields) {
        String text = fields.optionalText("deviceType", 1, 16);
        DeviceType device = text == null ? null : DeviceType.named(text);
        if (text != null && device == null) {
            fields.issue("deviceType", "must be desktop, mobile, tablet, bot or unknown");
        }
        return device;
    }

    private static @Nullable String country(Fields fields) {
        String text = fields.optionalText("countryCode", 2, 2);
        if (text == null) {
            return null;
        }
        if (!COUNTRY.matcher(text).matches()) {
            fields.issue("countryCode", "must be two letters");
            return null;
        }
        return text.toUpperCase(Locale.ROOT);
    }

    private static @Nullable Instant time(Fields fields, String name) {
        if (!fields.has(name)) {
            return null;
        }
        Instant time = switch (fields.value(name)) {
            case Number millis -> epochMillis(millis.doubleValue());
            case String sent -> {
                String text = sent.strip();
                yield EPOCH_MILLIS.matcher(text).matches() ? epochMillis(Double.parseDouble(text)) : iso(text);
            }
            case null, default -> null;
        };
        if (time == null) {
            fields.issue(name, "must be an ISO-8601 time or milliseconds since 1970");
            return null;
        }
        return inRange(time);
    }

    private static Instant epochMillis(double millis) {
        return Instant.ofEpochMilli((long) Math.floor(millis));
    }

    private static Instant inRange(Instant time) {
        return time.isAfter(MAX_TIME) ? MAX_TIME : time.isBefore(MIN_TIME) ? MIN_TIME : time;
    }

    private static @Nullable Instant iso(String text) {
        if (text.length() > 40) {
            return null;
        }
        try {
            TemporalAccessor time = ISO.parseBest(
                    text.toUpperCase(Locale.ROOT), OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            return switch (time) {
                case OffsetDateTime exact -> exact.toInstant();
                case LocalDateTime utc -> utc.toInstant(ZoneOffset.UTC);
                default -> LocalDate.from(time).atStartOfDay().toInstant(ZoneOffset.UTC);
            };
        } catch (DateTimeException unreadable) {
            return null;
        }
    }
}
