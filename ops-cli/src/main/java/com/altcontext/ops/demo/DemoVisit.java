package com.altcontext.ops.demo;

import com.altcontext.attribution.Utm;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.Traffic;
import com.altcontext.event.WebVitals;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.lead.Capture;
import com.altcontext.lead.Consent;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.LeadForm;
import com.altcontext.property.Property;
import com.altcontext.visit.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes the events and forms of one visit, step by step, as the tracker would send them. */
final class DemoVisit {
    private final RequestAttribution attribution;
    private final Property property;
    private final RandomGenerator random;
    private final DemoVisitor visitor;
    private final List<Event> events = new ArrayList<>();
    private final List<Capture> captures = new ArrayList<>();
    private Instant now;
    private DemoPage page = DemoPage.HOME;
    private @Nullable String referrer;
    private Utm utm = Utm.NONE;

    DemoVisit(
            RequestAttribution attribution,
            Property property,
            RandomGenerator random,
            DemoVisitor visitor,
            Instant start) {
        this.attribution = attribution;
        this.property = property;
        this.random = random;
        this.visitor = visitor;
        this.now = start;
    }

    List<Event> events() {
        return events;
    }

    List<Capture> captures() {
        return captures;
    }

    /** @param mayLeaveAddress whether this visitor may fill in a form */
    DemoVisit ofPerson(DemoSource source, boolean mayLeaveAddress) {
        referrer = source.referrer();
        utm = source.utm();
        int formPerMille = mayLeaveAddress ? source.formsPerMille() : 0;
        read(source.landing());
        while (random.nextInt(100) < 55) {
            read(DemoPage.NEXT.pick(random));
        }
        if (random.nextInt(1000) < formPerMille) {
            fillIn(random.nextInt(10) < 7 ? DemoPage.NEWSLETTER : DemoPage.WORKSHOPS);
        }
        return this;
    }

    /** A bot opens a few pages within seconds and sends nothing but page views. */
    DemoVisit ofBot() {
        for (int pages = 1 + random.nextInt(3); pages > 0; pages--) {
            open(DemoPage.NEXT.pick(random));
            pass(2);
        }
        return this;
    }

    private void read(DemoPage next) {
        open(next);
        int seconds = 4 + (int) (Math.abs(random.nextGaussian()) * 45);
        pass(seconds / 2);
        if (next.path().startsWith("/teas/") && random.nextInt(10) < 2) {
            String tea = "{\"tea\":\"" + next.path().substring("/teas/".length()) + "\",\"grams\":"
                    + 50 * (1 + random.nextInt(4)) + "}";
            send("add_to_basket", tea, Traffic.NONE);
            if (random.nextInt(10) < 3) {
                pass(20);
                send("order", tea, conversion());
            }
        }
        maybeClick(random.nextInt(100));
        pass(seconds - seconds / 2);
        send("engagement", null, engagement(seconds));
        pass(1);
    }

    /** @param roll from 0 to 99: below 6, a link to another site is clicked, and below 9, a file is downloaded */
    private void maybeClick(int roll) {
        if (roll < 6) {
            send("outbound_click", "{\"url\":\"" + DemoPage.LINKS.pick(random) + "\"}", Traffic.NONE);
        } else if (roll < 9) {
            send("file_download", "{\"url\":\"" + DemoPage.FILES.pick(random) + "\"}", Traffic.NONE);
        }
    }

    private void fillIn(DemoPage formPage) {
        open(formPage);
        pass(12);
        String formName = "{\"formName\":\"" + formPage.form() + "\"}";
        send("form_start", formName, Traffic.NONE);
        pass(25);
        if (random.nextInt(10) < 6) {
            submit(formPage);
            pass(1);
            open(DemoPage.THANKS);
            pass(4);
        }
        send("engagement", null, engagement(30));
    }

    private void submit(DemoPage formPage) {
        boolean isNewsletter = formPage.equals(DemoPage.NEWSLETTER);
        LeadForm form = new LeadForm(
                visitor.email(),
                visitor.anonId(),
                isNewsletter ? "newsletter" : "workshop",
                formPage.path(),
                referrer,
                "website",
                isNewsletter
                        ? random.nextInt(100) < 80 ? ConsentStatus.EXPRESS : ConsentStatus.PENDING
                        : ConsentStatus.IMPLIED,
                "2026-01",
                isNewsletter ? Consent.DEFAULT_PURPOSE : "workshops",
                isNewsletter ? null : "{\"seats\":" + (1 + random.nextInt(4)) + "}",
                utm,
                null);
        captures.add(withCountry(attribution.capture(form, property, visitor.on(formPage), now)));
    }

    /** Adds the visitor's country: forms do not name one, and the invented IP address belongs to none. */
    private Capture withCountry(Capture capture) {
        Origin origin = capture.origin();
        return new Capture(
                capture.form(),
                capture.visitor(),
                new Origin(
                        origin.utm(),
                        origin.source(),
                        origin.referrerHost(),
                        origin.device(),
                        visitor.country(),
                        origin.hostname()),
                capture.receivedAt(),
                capture.confirms(),
                capture.language(),
                capture.forReview());
    }

    private void open(DemoPage next) {
        DemoPage before = page;
        page = next;
        if (!events.isEmpty()) {
            referrer = before.url();
            utm = Utm.NONE;
        }
        send("page_view", null, Traffic.NONE);
    }

    private void send(String eventType, @Nullable String props, Traffic traffic) {
        boolean isView = eventType.equals("page_view");
        Beacon beacon = new Beacon(
                visitor.anonId(),
                eventType,
                page.path(),
                now,
                isView ? referrer : null,
                isView ? utm : Utm.NONE,
                new Traffic(
                        null,
                        visitor.country(),
                        null,
                        null,
                        traffic.isConversion(),
                        traffic.engagedTimeMs(),
                        traffic.scrollDepthPercent(),
                        traffic.webVitals()),
                null,
                props,
                null,
                page.hostname());
        events.add(attribution.event(beacon, property, visitor.on(page), now));
    }

    private void pass(int seconds) {
        now = now.plus(Duration.ofMillis(1000L * seconds + random.nextInt(1, 1000)));
    }

    private static Traffic conversion() {
        return new Traffic(null, null, null, null, true, null, null, WebVitals.NONE);
    }

    private Traffic engagement(int seconds) {
        double slow = visitor.isSlow() ? 1.8 : 1;
        WebVitals vitals = new WebVitals(
                spread(700 * slow, 0.35),
                spread(1_300 * slow, 0.4),
                spread(70 * slow, 0.7),
                spread(160 * slow, 0.5),
                Math.min(1, spread(30, 1) / 1000));
        double depth = Math.clamp(35 + seconds + 20 * random.nextGaussian(), 5, 100);
        return new Traffic(
                null, null, null, null, null, seconds * 900 + random.nextInt(500), (double) Math.round(depth), vitals);
    }

    /** A random value around a median, with a long tail (log-normal). */
    private double spread(double median, double sigma) {
        return Math.round(median * Math.exp(sigma * random.nextGaussian()));
    }
}
