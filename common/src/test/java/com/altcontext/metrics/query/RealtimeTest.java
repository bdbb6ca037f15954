package com.altcontext.metrics.query;

import static com.altcontext.metrics.query.RawFiguresTest.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.query.Realtime.Minute;
import com.altcontext.metrics.query.Realtime.Top;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RealtimeTest {
    private final Site site = new Site("docs");
    private final Instant now = site.at(0, "11:45:30");

    private Instant ago(String time) {
        return now.minus(Duration.parse(time));
    }

    private Realtime read() {
        return Realtime.read(new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1)), DEFAULT, now);
    }

    @Test
    void visitors_of_the_last_five_minutes_and_page_views_of_the_last_thirty_are_counted() {
        site.does(
                TestEvent.view("early", site.at(0, "11:15:59.999"), "/early"),
                TestEvent.view("first", site.at(0, "11:16:00"), "/first"),
                TestEvent.view("left", ago("PT5M0.001S"), "/left"),
                TestEvent.view("here", ago("PT5M"), "/"),
                TestEvent.view("reader", ago("PT6M"), "/long").source(TrafficSource.CAMPAIGN, Utm.NONE, null),
                TestEvent.view("reader", ago("PT1M"), "/long").type("engagement"),
                TestEvent.view("ahead", now.plusSeconds(200), "/"),
                TestEvent.view("ahead", now.plusSeconds(210), "/two"),
                TestEvent.view("robot", now, "/").device(DeviceType.BOT),
                TestEvent.view("other", now, "/").property("docs"));

        Realtime realtime = read();

        assertThat(realtime.visitors()).isEqualTo(3);
        assertThat(realtime.minutes()).hasSize(Realtime.MINUTES);
        assertThat(realtime.minutes().stream().filter(minute -> minute.pageViews() > 0))
                .containsExactly(
                        new Minute(site.at(0, "11:16:00"), 1),
                        new Minute(site.at(0, "11:39:00"), 1),
                        new Minute(site.at(0, "11:40:00"), 2),
                        new Minute(site.at(0, "11:45:00"), 2));
        assertThat(realtime.pages()).containsExactly(new Top("/", 2), new Top("/two", 1));
        assertThat(realtime.sources()).containsExactly(new Top("direct", 2), new Top("campaign", 1));
    }

    @Test
    void the_ten_pages_with_the_most_visitors_are_shown() {
        site.does(IntStream.rangeClosed(1, 12)
                .mapToObj(i -> TestEvent.view("v" + i % 11, now.minusSeconds(i), "/" + (char) ('a' + i % 11)))
                .toArray(TestEvent[]::new));
        site.does(TestEvent.view("more", now, "/k"), TestEvent.view("more", now, "/k"));

        assertThat(read().pages()).hasSize(10).startsWith(new Top("/k", 2), new Top("/a", 1));
    }
}
