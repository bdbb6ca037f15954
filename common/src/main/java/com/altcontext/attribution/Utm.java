package com.altcontext.attribution;

import com.altcontext.value.ComputedId;
import com.altcontext.value.Weight;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The campaign parameters of an address ({@code utm_source} and so on). A blank value counts as absent. */
public record Utm(
        @Nullable String source,
        @Nullable String medium,
        @Nullable String campaign,
        @Nullable String term,
        @Nullable String content) {

    public static final Utm NONE = new Utm(null, null, null, null, null);

    private static final int OBJECT = 32;

    public Utm {
        source = absentIfBlank(source);
        medium = absentIfBlank(medium);
        campaign = absentIfBlank(campaign);
        term = absentIfBlank(term);
        content = absentIfBlank(content);
    }

    /** Bytes of heap; see {@link Weight}. */
    public int weight() {
        return OBJECT
                + Weight.of(source)
                + Weight.of(medium)
                + Weight.of(campaign)
                + Weight.of(term)
                + Weight.of(content);
    }

    public void addTo(ComputedId id) {
        id.with(source).with(medium).with(campaign).with(term).with(content);
    }

    public boolean isEmpty() {
        return equals(NONE);
    }

    /**
     * Whether one of these values differs from the session's. Only fields that are present here are compared, exactly:
     * the second page of a campaign visit has no UTM in its address, but belongs to the same visit.
     */
    public boolean differsFrom(Utm session) {
        return differs(source, session.source)
                || differs(medium, session.medium)
                || differs(campaign, session.campaign)
                || differs(term, session.term)
                || differs(content, session.content);
    }

    private static boolean differs(@Nullable String mine, @Nullable String theirs) {
        return mine != null && !Objects.equals(mine, theirs);
    }

    private static @Nullable String absentIfBlank(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }
}
