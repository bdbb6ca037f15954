package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.Problem;
import com.altcontext.api.testing.HostileBodies;
import com.altcontext.event.EventReader;
import com.altcontext.lead.FormBody;
import com.altcontext.lead.LeadForm;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The cost of a body, measured in allocated memory, which does not depend on the machine as time does. */
class HostileBodyTest {
    /** A body that has nothing but empty objects takes a third of this. */
    private static final long MAX_ALLOCATED = 256L * HostileBodies.MAX_BYTES;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Stream<Arguments> bodies() {
        return Stream.of(
                        arguments(HostileBodies.json(), HostileBodyTest::readEvent),
                        arguments(HostileBodies.batches(), HostileBodyTest::readBatch),
                        arguments(HostileBodies.forms(), HostileBodyTest::readForm))
                .flatMap(each -> each);
    }

    private static Stream<Arguments> arguments(Map<String, String> bodies, ToIntFunction<byte[]> reader) {
        return bodies.entrySet().stream().map(body -> Arguments.of(body.getKey(), body.getValue(), reader));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void the_cost_of_a_body_is_at_most_proportional_to_its_length(
            String what, String body, ToIntFunction<byte[]> reader) {
        byte[] bytes = HostileBodies.bytes(body);
        var _ = reader.applyAsInt(bytes); // first run, so that the loading of classes does not count

        long before = THREADS.getCurrentThreadAllocatedBytes();
        int answer = reader.applyAsInt(bytes);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated).isLessThan(MAX_ALLOCATED);
        assertThat(answer).isLessThan(1 << 20);
    }

    /** @return the length of the answer with the issues */
    private static int readEvent(byte[] bytes) {
        JsonBody.Content json = JsonBody.read(bytes);
        if (json.isRead()) {
            var _ = EventReader.read(json.value(), null, json.issues());
        }
        return Problem.INVALID_REQUEST.json(json.issues().list()).length();
    }

    private static int readBatch(byte[] bytes) {
        JsonBody.Content batch = JsonBody.readBatch(bytes, 100);
        int length = Problem.INVALID_REQUEST.json(batch.issues().list()).length();
        List<?> events = batch.value() instanceof Map<?, ?> object && object.get("events") instanceof List<?> nested
                ? nested
                : batch.value() instanceof List<?> bare ? bare : List.of();
        for (int i = 0; i < batch.eventIssues().size(); i++) {
            Issues issues = batch.eventIssues().get(i);
            var _ = EventReader.read(i < events.size() ? events.get(i) : null, null, issues);
            length += Problem.INVALID_REQUEST.json(issues.list()).length();
        }
        return length;
    }

    private static int readForm(byte[] bytes) {
        Issues issues = new Issues();
        Map<String, Object> form = FormBody.read(bytes, issues);
        if (form != null) {
            var _ = LeadForm.read(Fields.of(form, issues), issues);
        }
        return Problem.INVALID_REQUEST.json(issues.list()).length();
    }
}
