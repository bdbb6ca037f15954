package com.altcontext.event;

import com.altcontext.attribution.DeviceType;
import com.altcontext.value.ComputedId;
import org.jspecify.annotations.Nullable;

/**
 * What the sender says about the visit. {@code isEntrance} and {@code isExit} are only claims: the stored events decide
 * which page view was a session's first or last. These claims are used only for the identity of the event.
 *
 * @param engagedTimeMs 0 to 86 400 000
 * @param scrollDepthPercent 0 to 100
 * @param countryCode two upper-case letters
 */
public record Traffic(
        @Nullable DeviceType deviceType,
        @Nullable String countryCode,
        @Nullable Boolean isEntrance,
        @Nullable Boolean isExit,
        @Nullable Boolean isConversion,
        @Nullable Integer engagedTimeMs,
        @Nullable Double scrollDepthPercent,
        WebVitals webVitals) {
    public static final Traffic NONE = of(null);

    /** The values of a sender that declares only its device type, or nothing. */
    public static Traffic of(@Nullable DeviceType deviceType) {
        return new Traffic(deviceType, null, null, null, null, null, null, WebVitals.NONE);
    }

    void addTo(ComputedId id) {
        id.with(deviceType == null ? null : deviceType.key())
                .with(countryCode)
                .with(flags())
                .with(engagedTimeMs == null ? null : engagedTimeMs.doubleValue())
                .with(scrollDepthPercent)
                .with(webVitals.fcpMs())
                .with(webVitals.lcpMs())
                .with(webVitals.inpMs())
                .with(webVitals.ttfbMs())
                .with(webVitals.clsScore());
    }

    /** Each flag is absent, false or true. */
    private long flags() {
        return digit(isEntrance) + 3 * digit(isExit) + 9 * digit(isConversion);
    }

    private static long digit(@Nullable Boolean flag) {
        return flag == null ? 0 : flag ? 2 : 1;
    }
}
