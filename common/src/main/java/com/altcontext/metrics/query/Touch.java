package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.lead.EffectiveConsent;
import com.altcontext.value.Issues;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The session of the visitor that tells where a lead came from. */
public enum Touch {
    /** The first known session. */
    FIRST,
    /** The session of the first capture. */
    CAPTURE;

    private static final String LEADS = """
            (SELECT l.property_id, l.first_captured_at AS started_at, l.form_name, l.{touch}_traffic_source AS traffic_source,
                    l.{touch}_referrer_host AS referrer_host, l.{touch}_utm_source AS utm_source,
                    l.{touch}_utm_medium AS utm_medium, l.{touch}_utm_campaign AS utm_campaign,
                    l.{touch}_landing_path AS entry_path, %s AS is_mailable
             FROM leads AS l WHERE NOT l.is_bot) AS s""".formatted(EffectiveConsent.IS_MAILABLE);

    /** The name in requests and answers. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads the field or parameter {@code touch}.
     *
     * @param value null for the default, {@link #FIRST}
     */
    public static Touch read(@Nullable Object value, Issues issues) {
        for (Touch touch : values()) {
            if (touch.key().equals(value)) {
                return touch;
            }
        }
        if (value != null) {
            issues.add("touch", "must be first or capture");
        }
        return FIRST;
    }

    /**
     * The leads as rows {@code s}, without those that only bots sent. Their columns are named like those of sessions, so
     * that conditions on sessions can be used.
     *
     * @param now the time at which a lead's consent counts
     */
    SqlFragment leads(Instant now) {
        return SqlFragment.of(LEADS.replace("{touch}", key()), now);
    }
}
