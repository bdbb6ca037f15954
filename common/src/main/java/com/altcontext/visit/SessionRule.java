package com.altcontext.visit;

import com.altcontext.attribution.Utm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which session an event belongs to.
 *
 * <p>An event that comes after all others near it continues the latest session, unless more than {@code inactivity} has
 * passed since that session's last event, or the event carries UTM values that differ from the session's. An event that
 * arrives late belongs to the session around it; else to the one that ended before it; else to the one that began after
 * it, each within {@code inactivity}. So an event between two sessions joins the earlier one. UTM values do not split a
 * session afterwards.
 *
 * @param inactivity the longest time without an event inside a session; a gap of exactly this length still joins
 */
public record SessionRule(Duration inactivity) {
    public SessionRule {
        if (inactivity.isNegative() || inactivity.isZero()) {
            throw new IllegalArgumentException("the inactivity that ends a session must be longer than zero");
        }
    }

    /** The session that the event joins, or null if it begins one of its own. */
    @Nullable
    Session choose(List<Session> sessions, Instant at, Utm utm) {
        Session around = null;
        Session before = null;
        Session after = null;
        for (Session session : sessions) {
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
        boolean late = after != null;
        if (before != null) {
            return late || !utm.differsFrom(before.utm) ? before : null;
        }
        return after;
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
