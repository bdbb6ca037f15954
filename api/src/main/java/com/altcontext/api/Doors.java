package com.altcontext.api;

import io.vertx.core.http.HttpMethod;
import java.util.List;

/** Leads each request to where it is answered. */
final class Doors {
    private static final byte[] NO_BODY = new byte[0];

    private final EventDoor events;
    private final BatchDoor batches;
    private final LeadDoor leads;
    private final UnsubscribeDoor unsubscribe;
    private final PersonDoor persons;
    private final MetricsDoor metrics;
    private final SessionDoor session;
    private final DashboardDoor dashboard;
    private final List<Workers> workers;

    Doors(
            EventDoor events,
            BatchDoor batches,
            LeadDoor leads,
            UnsubscribeDoor unsubscribe,
            PersonDoor persons,
            MetricsDoor metrics,
            SessionDoor session,
            DashboardDoor dashboard,
            List<Workers> workers) {
        this.events = events;
        this.batches = batches;
        this.leads = leads;
        this.unsubscribe = unsubscribe;
        this.persons = persons;
        this.metrics = metrics;
        this.session = session;
        this.dashboard = dashboard;
        this.workers = workers;
    }

    /** A request without a body, or one whose body is of no interest. */
    void open(Exchange exchange) {
        switch (exchange.endpoint) {
            case UNSUBSCRIBE_LINK,
                    METRICS_SUMMARY,
                    METRICS_BREAKDOWN,
                    DASHBOARD_SESSION,
                    DASHBOARD_PROPERTIES,
                    DASHBOARD_LEADS -> open(exchange, NO_BODY);
            default -> exchange.toResource();
        }
    }

    void open(Exchange exchange, byte[] body) {
        try {
            switch (exchange.endpoint) {
                case EVENTS -> events.post(exchange, body);
                case EVENTS_BATCH -> batches.post(exchange, body);
                case LEADS_CAPTURE -> leads.post(exchange, body);
                case LEADS_UNSUBSCRIBE -> unsubscribe.post(exchange, body);
                case UNSUBSCRIBE_LINK -> {
                    if (exchange.request().method().equals(HttpMethod.POST)) {
                        unsubscribe.follow(exchange);
                    } else {
                        unsubscribe.ask(exchange);
                    }
                }
                case LEADS_DELETE -> persons.delete(exchange, body);
                case LEADS_EXPORT -> persons.export(exchange, body);
                case METRICS_SUMMARY -> metrics.summary(exchange);
                case METRICS_BREAKDOWN -> metrics.breakdown(exchange);
                case DASHBOARD_SESSION -> {
                    if (exchange.request().method().equals(HttpMethod.POST)) {
                        session.post(exchange, body);
                    } else {
                        session.open(exchange);
                    }
                }
                case DASHBOARD_PROPERTIES -> dashboard.properties(exchange);
                case DASHBOARD_LEADS -> dashboard.leads(exchange);
                case DASHBOARD_LEADS_CSV -> dashboard.leadsCsv(exchange);
                default -> throw new IllegalStateException("no door takes the body of " + exchange.endpoint);
            }
        } catch (RuntimeException failure) {
            exchange.failed(failure);
        }
    }

    /** Takes no more work for the workers; what they have goes on. */
    void stop() {
        workers.forEach(Workers::stop);
    }

    /** Waits until all of them have finished, but not beyond this {@link System#nanoTime}. */
    void await(long deadline) {
        workers.forEach(each -> each.await(deadline));
    }
}
