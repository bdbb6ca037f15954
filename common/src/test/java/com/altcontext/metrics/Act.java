package com.altcontext.metrics;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.Traffic;
import com.altcontext.event.WebVitals;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.Origin;
import com.altcontext.visit.Visitor;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Something that a visitor does, with everything that a metric looks at. Its time is believed. */
record Act(
        String property,
        String who,
        String type,
        String path,
        Instant at,
        DeviceType device,
        TrafficSource source,
        Utm utm,
        @Nullable String referrerHost,
        @Nullable String country,
        @Nullable Boolean conversion,
        @Nullable Integer engagedMs,
        WebVitals vitals,
        @Nullable String props) {
    static Act view(String who, Instant at, String path) {
        return new Act(
                "default",
                who,
                "page_view",
                path,
                at,
                DeviceType.DESKTOP,
                TrafficSource.DIRECT,
                Utm.NONE,
                null,
                null,
                null,
                null,
                WebVitals.NONE,
                null);
    }

    Act property(String slug) {
        return new Act(
                slug,
                who,
                type,
                path,
                at,
                device,
                source,
                utm,
                referrerHost,
                country,
                conversion,
                engagedMs,
                vitals,
                props);
    }

    Act type(String other) {
        return new Act(
                property,
                who,
                other,
                path,
                at,
                device,
                source,
                utm,
                referrerHost,
                country,
                conversion,
                engagedMs,
                vitals,
                props);
    }

    Act device(DeviceType other) {
        return new Act(
                property,
                who,
                type,
                path,
                at,
                other,
                source,
                utm,
                referrerHost,
                country,
                conversion,
                engagedMs,
                vitals,
                props);
    }

    Act from(TrafficSource other, Utm campaign, @Nullable String host) {
        return new Act(
                property,
                who,
                type,
                path,
                at,
                device,
                other,
                campaign,
                host,
                country,
                conversion,
                engagedMs,
                vitals,
                props);
    }

    Act country(@Nullable String code) {
        return new Act(
                property,
                who,
                type,
                path,
                at,
                device,
                source,
                utm,
                referrerHost,
                code,
                conversion,
                engagedMs,
                vitals,
                props);
    }

    Act converting() {
        return new Act(
                property,
                who,
                type,
                path,
                at,
                device,
                source,
                utm,
                referrerHost,
                country,
                true,
                engagedMs,
                vitals,
                props);
    }

    Act engaged(@Nullable Integer ms) {
        return new Act(
                property,
                who,
                type,
                path,
                at,
                device,
                source,
                utm,
                referrerHost,
                country,
                conversion,
                ms,
                vitals,
                props);
    }

    Act vitals(WebVitals measured) {
        return new Act(
                property,
                who,
                type,
                path,
                at,
                device,
                source,
                utm,
                referrerHost,
                country,
                conversion,
                engagedMs,
                measured,
                props);
    }

    Act lcp(double ms) {
        return vitals(new WebVitals(null, ms, null, null, null));
    }

    Act props(String json) {
        return new Act(
                property,
                who,
                type,
                path,
                at,
                device,
                source,
                utm,
                referrerHost,
                country,
                conversion,
                engagedMs,
                vitals,
                json);
    }

    /** @param claims whether the sender calls it an entrance, which nobody believes */
    Event event(boolean claims) {
        AnonId anonId = new AnonId("visitor-" + who.toLowerCase(Locale.ROOT));
        Traffic traffic = new Traffic(null, null, claims ? true : null, null, conversion, engagedMs, null, vitals);
        Beacon beacon = new Beacon(anonId, type, path, at, null, utm, traffic, UUID.randomUUID(), props);
        Visitor visitor = Visitor.of(property, anonId, new byte[32], null);
        return Event.of(beacon, visitor, new Origin(utm, source, referrerHost, device, country), at);
    }
}
