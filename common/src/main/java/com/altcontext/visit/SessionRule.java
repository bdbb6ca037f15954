package com.altcontext.visit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which session an event belongs to.
 *
 * <p>An event that is later than the visitor's other events continues the latest session. It begins a new one if more
 * than {@code inactivity} has passed since that session's last event, or if it carries UTM values that differ from the
 * session's. The UTM values that a submitted form repeats begin no session.
 *
 * <p>An event that arrives late joins the session that it lies in, else the session that ended before it, else the
 * session that began after it. Those two must be at most {@code inactivity} away. So an event between two sessions
 * joins the earlier one. UTM values of late events split no session.
 *
 * <p>Bots' events have sessions of their own. The events that follow the landing page of a visit of referrer spam
 * belong to them too.
 *
 * <p>An engagement reports how long a page was looked at. It does not count as a visit. If it is too far from all
 * sessions to join one as above, it belongs to the visitor's latest session of the last day, whose end stays; else to a
 * session that begins within {@code inactivity} after it, whose start stays; else to none.
 *
 * @param inactivity the longest time without an event inside a session, at most a day; a gap of exactly this length still
 *     joins
 */
public record SessionRule(Duration inactivity) {
    public static final int DEFAULT_INACTIVITY_MINUTES = 30;

    /** The allowed values of {@code SESSION_INACTIVITY_MINUTES}. */
    public static final int MIN_INACTIVITY_MINUTES = 1;

    public static final int MAX_INACTIVITY_MINUTES = 1_440;

    private static final Duration LATE_ENGAGEMENT = Duration.ofDays(1);

    public SessionRule {
        if (inactivity.isNegative() || inactivity.isZero()) {
            throw new IllegalArgumentException("the inactivity that ends a session must be longer than zero");
        }
    }

    /** The longest time between the end of a session and an event that can belong to it. */
    Duration lookBack(boolean isEngagement) {
        return isEngagement ? LATE_ENGAGEMENT : inactivity;
    }

    /** The session that the event joins, or null if it begins a new one. */
    @Nullable
    Session choose(List<Session> sessions, SessionEvent event) {
        Instant at = event.at();
        Session around = null;
        Session before = null;
        Session after = null;
        for (Session session : sessions) {
            if (!session.accepts(event)) {
                continue;
            }
            if (session.startedAt().isAfter(at)) {
                if (!session.startedAt().isAfter(at.plus(inactivity)) && startsEarlier(session, after)) {
                    after = session;
                }
            } else if (session.lastEventAt().isAfter(at)) {
                around = startsEarlier(session, around) ? session : around;
            } else if (!session.lastEventAt().isBefore(at.minus(inactivity)) && endsLater(session, before)) {
                before = session;
            }
        }
        if (around != null) {
            return around;
        }
        if (before != null) {
            boolean splits = after == null
                    && !event.isFormSubmit()
                    && !event.isEngagement()
                    && event.origin().utm().differsFrom(before.utm());
            return splits ? null : before;
        }
        return event.isEngagement() ? null : after;
    }

    /** The visitor's latest session that ended in the day before an engagement; null if there is none. */
    @Nullable
    Session latestEnded(List<Session> sessions, SessionEvent engagement) {
        Session latest = null;
        for (Session session : sessions) {
            if (session.accepts(engagement)
                    && !session.lastEventAt().isAfter(engagement.at())
                    && !session.lastEventAt().isBefore(engagement.at().minus(lookBack(true)))
                    && endsLater(session, latest)) {
                latest = session;
            }
        }
        return latest;
    }

    /** The first session that begins within {@code inactivity} after an engagement; null if there is none. */
    @Nullable
    Session nextBegun(List<Session> sessions, SessionEvent engagement) {
        Session next = null;
        for (Session session : sessions) {
            if (session.accepts(engagement)
                    && session.startedAt().isAfter(engagement.at())
                    && !session.startedAt().isAfter(engagement.at().plus(inactivity))
                    && startsEarlier(session, next)) {
                next = session;
            }
        }
        return next;
    }

    private static boolean startsEarlier(Session session, @Nullable Session than) {
        return than == null || session.startedAt().isBefore(than.startedAt());
    }

    private static boolean endsLater(Session session, @Nullable Session than) {
        return than == null
                || session.lastEventAt().isAfter(than.lastEventAt())
                || (session.lastEventAt().equals(than.lastEventAt())
                        && !session.startedAt().isBefore(than.startedAt()));
    }
}
