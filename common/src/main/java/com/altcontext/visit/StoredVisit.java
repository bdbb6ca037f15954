package com.altcontext.visit;

import com.altcontext.attribution.ReferrerSpam;
import com.altcontext.attribution.Utm;
import com.altcontext.db.Row;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stored visitor, and one of their sessions.
 *
 * @param firstSessionAt when the visitor's first session began, a bot's or a person's; {@code firstSeenAt} if that is
 *     earlier
 * @param session a session near an expected event; null if there is none
 */
record StoredVisit(
        UUID visitorId,
        Instant firstSeenAt,
        Instant firstSessionAt,
        @Nullable Session session) {
    static StoredVisit read(Row row) throws SQLException {
        UUID session = row.idOrNull(3);
        return new StoredVisit(row.id(1), row.time(2), row.time(14), session == null ? null : session(row, session));
    }

    private static Session session(Row row, UUID id) throws SQLException {
        Utm utm = new Utm(
                row.textOrNull(8), row.textOrNull(9), row.textOrNull(10), row.textOrNull(11), row.textOrNull(12));
        boolean isSpam = ReferrerSpam.isFrom(row.textOrNull(13));
        return Session.stored(id, row.flag(4), isSpam, utm, row.time(5), row.time(6), row.timeOrNull(7));
    }
}
