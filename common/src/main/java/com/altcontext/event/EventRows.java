package com.altcontext.event;

import com.altcontext.db.BinaryRows;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Tx;
import java.util.UUID;

/** Collects new events as rows of a {@code COPY} into the table {@code events}. */
public final class EventRows {
    private static final String COPY = """
            COPY events (
                bucket, visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type, path,
                referrer, referrer_host, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                traffic_source, device, country, is_conversion, engaged_time_ms, scroll_depth_percent,
                fcp_ms, lcp_ms, inp_ms, ttfb_ms, cls_score, props, may_hold_address, hostname)
            FROM STDIN (FORMAT binary)
            """;

    private static final int COLUMNS = 31;
    /** Enough for most rows. */
    private static final int ROW_BYTES = 640;

    private final short bucket;
    private final BinaryRows rows;
    private boolean isEmpty = true;

    /** @param expected about how many events of this bucket there will be */
    public EventRows(Bucket bucket, int expected) {
        this.bucket = bucket.number();
        this.rows = new BinaryRows(expected * ROW_BYTES);
    }

    /**
     * Adds an event that is not stored yet.
     *
     * @param session the id of its session
     * @return the ids under which the event is stored
     */
    public Receipt add(Event event, UUID session) {
        isEmpty = false;
        Beacon beacon = event.beacon();
        Traffic traffic = beacon.traffic();
        rows.row(COLUMNS)
                .small(bucket)
                .id(event.visitor().id())
                .id(event.id())
                .day(event.day())
                .id(session)
                .text(event.visitor().propertyId())
                .time(event.occurredAt())
                .time(event.receivedAt())
                .text(beacon.eventType())
                .text(beacon.path())
                .text(beacon.referrer())
                .text(event.origin().referrerHost())
                .text(beacon.utm().source())
                .text(beacon.utm().medium())
                .text(beacon.utm().campaign())
                .text(beacon.utm().term())
                .text(beacon.utm().content())
                .text(event.origin().source().key())
                .text(event.origin().device().key())
                .text(event.origin().country())
                .flag(beacon.isConversion())
                .integer(traffic.engagedTimeMs())
                .real(traffic.scrollDepthPercent())
                .real(traffic.webVitals().fcpMs())
                .real(traffic.webVitals().lcpMs())
                .real(traffic.webVitals().inpMs())
                .real(traffic.webVitals().ttfbMs())
                .real(traffic.webVitals().clsScore())
                .json(beacon.props())
                .trueOrNull(event.mayHoldAddress())
                .text(event.origin().hostname());
        return new Receipt(event.id(), event.visitor().id(), session);
    }

    /** Writes the rows, if there are any. Their sessions must be written first. */
    public void copy(Tx tx) {
        if (!isEmpty) {
            tx.copy(COPY, rows);
        }
    }
}
