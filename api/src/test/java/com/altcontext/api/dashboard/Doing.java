package com.altcontext.api.dashboard;

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
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Something that a visitor did at a time however long ago, which no request could make the service believe. */
final class Doing {
    private final String property;
    private final String who;
    private final Instant at;
    private String type = "page_view";
    private String path = "/";
    private DeviceType device = DeviceType.DESKTOP;
    private TrafficSource source = TrafficSource.DIRECT;
    private @Nullable String host;
    private Utm utm = Utm.NONE;
    private @Nullable String country;
    private @Nullable Boolean conversion;
    private @Nullable Integer engagedMs;
    private WebVitals vitals = WebVitals.NONE;

    Doing(String property, String who, Instant at) {
        this.property = property;
        this.who = who;
        this.at = at;
    }

    Doing type(String name) {
        type = name;
        conversion = name.equals("form_submit") ? true : null;
        return this;
    }

    Doing path(String other) {
        path = other;
        return this;
    }

    Doing device(DeviceType other) {
        device = other;
        return this;
    }

    Doing from(TrafficSource other, @Nullable String referrerHost) {
        source = other;
        host = referrerHost;
        return this;
    }

    Doing campaign(String name) {
        utm = new Utm("letter", "email", name, null, null);
        source = TrafficSource.EMAIL;
        return this;
    }

    Doing country(String code) {
        country = code;
        return this;
    }

    Doing engaged(int ms) {
        engagedMs = ms;
        return this;
    }

    Doing vitals(double fcpMs, double lcpMs, double inpMs, double ttfbMs, double clsScore) {
        vitals = new WebVitals(fcpMs, lcpMs, inpMs, ttfbMs, clsScore);
        return this;
    }

    Event event() {
        AnonId anonId = new AnonId("visitor-" + who);
        Traffic traffic = new Traffic(null, null, null, null, conversion, engagedMs, null, vitals);
        Beacon beacon = new Beacon(anonId, type, path, at, null, utm, traffic, UUID.randomUUID(), null);
        return Event.of(
                beacon,
                Visitor.of(property, anonId, new byte[32], null),
                new Origin(utm, source, host, device, country),
                at);
    }
}
