package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.Countries;
import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.Devices;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.attribution.Utm;
import com.altcontext.client.Client;
import com.altcontext.event.Beacon;
import com.altcontext.event.Traffic;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadForm;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.property.Shields;
import com.altcontext.testing.Database;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.Origin;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The device and the traffic source that are recognized from a request. */
class RequestAttributionTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final AnonId VISITOR = new AnonId("visitor-0001");
    private static final Property PROPERTY =
            new Property(Property.DEFAULT, Set.of(), Property.UTC, Shields.NONE, false);
    private static final Client FIREFOX = new Client(
            InetAddress.getLoopbackAddress(),
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            null,
            false,
            null);

    private static RequestAttribution attribution;

    @BeforeAll
    static void make() {
        attribution = new RequestAttribution(
                new Properties(Database.migrated().sql()),
                TrafficSources.load(),
                Devices.load(),
                Countries.none(),
                new KeyedHash("a pepper of the tests"));
    }

    private static Origin origin(String type, String referrer, @Nullable String hostname) {
        Beacon beacon =
                new Beacon(VISITOR, type, "/", null, referrer, Utm.NONE, Traffic.NONE, null, null, null, hostname);
        return attribution.event(beacon, PROPERTY, FIREFOX, NOW).origin();
    }

    @Test
    void a_form_with_the_referrer_of_a_spammer_is_not_a_bots() {
        String spam = "https://semalt.com/project";
        LeadForm form = new LeadForm(
                new Email("jo@example.ca"),
                VISITOR,
                "newsletter",
                "/",
                spam,
                null,
                ConsentStatus.EXPRESS,
                null,
                "newsletter",
                null,
                Utm.NONE,
                null);

        assertThat(origin("page_view", spam, null).device()).isEqualTo(DeviceType.BOT);
        assertThat(origin("form_submit", spam, null).device()).isEqualTo(DeviceType.DESKTOP);
        assertThat(attribution.capture(form, PROPERTY, FIREFOX, NOW).origin().device())
                .isEqualTo(DeviceType.DESKTOP);
    }

    @Test
    void a_referrer_on_the_host_that_the_event_names_is_internal() {
        assertThat(origin("page_view", "https://shop.example/first", "shop.example")
                        .source())
                .isEqualTo(TrafficSource.INTERNAL);
    }
}
