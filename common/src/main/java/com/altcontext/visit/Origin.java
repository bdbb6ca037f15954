package com.altcontext.visit;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.ReferrerSpam;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.value.Weight;
import org.jspecify.annotations.Nullable;

/**
 * Where an event came from. A session has the origin of the event that began it.
 *
 * @param country two upper-case letters
 * @param hostname the host of the page
 */
public record Origin(
        Utm utm,
        TrafficSource source,
        @Nullable String referrerHost,
        DeviceType device,
        @Nullable String country,
        @Nullable String hostname) {
    private static final int OBJECT = 48;

    /** Bytes of heap, without the UTM values: the beacon counts those. See {@link Weight}. */
    public int weight() {
        return OBJECT + Weight.of(referrerHost) + Weight.of(country) + Weight.of(hostname);
    }

    /** Whether the event is a bot's. Bots' events have sessions of their own. */
    public boolean isBot() {
        return device == DeviceType.BOT;
    }

    /** Whether this is referrer spam: a bot whose only aim is to show its referrer, a site that it advertises. */
    boolean isSpam() {
        return isBot() && ReferrerSpam.isFrom(referrerHost);
    }

    /** A copy of this origin with the device type of a bot. */
    public Origin ofBot() {
        return new Origin(utm, source, referrerHost, DeviceType.BOT, country, hostname);
    }
}
