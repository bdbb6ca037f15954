package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Dimension;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What leads are grouped by: where they came from. */
public enum LeadDimension {
    SOURCE(Dimension.TRAFFIC_SOURCE),
    CAMPAIGN(Dimension.UTM_CAMPAIGN),
    LANDING_PATH(Dimension.LANDING_PATH),
    REFERRER_HOST(Dimension.REFERRER_HOST),
    FORM(null);

    private final @Nullable Dimension ofSessions;

    LeadDimension(@Nullable Dimension ofSessions) {
        this.ofSessions = ofSessions;
    }

    /** The name in requests. */
    public String key() {
        return "lead." + name().toLowerCase(Locale.ROOT);
    }

    /** The dimension of sessions with the same values; null if there is none. */
    @Nullable
    Dimension ofSessions() {
        return ofSessions;
    }

    /** The SQL expression of the value, for a row of {@link Touch#leads}. */
    SqlFragment value() {
        return SqlFragment.of("s." + (ofSessions == null ? "form_name" : ofSessions.column()));
    }

    public static @Nullable LeadDimension named(String key) {
        for (LeadDimension dimension : values()) {
            if (dimension.key().equals(key)) {
                return dimension;
            }
        }
        return null;
    }
}
